//go:build e2e

package e2e

import (
	"maps"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
)

// modelled are the calls whose number the model of cost predicts and the recorder
// counts. What services ask of each other, KMS for one, no recorder sees.
var modelled = []string{"dynamodb.GetItem", "dynamodb.BatchGetItem", "dynamodb.Query", "dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems",
	"s3.PutObject", "s3.GetObject", "s3.ListObjectsV2", "s3.DeleteObjects"}

// counted is what the functions of the flow asked for since the recorder forgot. Who
// watches a run from outside asks function api, which is not in the run's bill.
func (s *system) counted() cost.Calls {
	all := cost.Calls{}
	for _, c := range s.recorder.Calls() {
		if c.Function != "" && c.Function != "api" {
			all[c.Service+"."+c.Operation]++
		}
	}
	return all
}

// wantPredicted compares what a run asked of AWS with what the model says of one of
// its size.
func wantPredicted(t *testing.T, counted cost.Calls, moved recount.Desk) {
	comments, files := 0, 0
	for _, k := range moved.Tickets {
		comments += len(k.Messages)
		for _, m := range k.Messages {
			files += len(m.Files)
		}
	}
	a := account()
	n := len(moved.Tickets)
	w := cost.Workload{Tickets: n, Comments: comments / n, Attachments: float64(files) / float64(n), People: moved.People, Named: moved.People,
		Groups: len(a.Of(helpdesk.KindGroup)), Organizations: -1, OneByOne: true, Opening: true, Census: true}
	predicted := cost.Predict(w)
	for _, name := range slices.Sorted(maps.Keys(predicted.Plus(counted))) {
		t.Logf("%-40s predicted %6d, counted %6d", name, predicted[name], counted[name])
	}
	for _, d := range cost.Compare(predicted, counted, 0.05, modelled...) {
		t.Error(d)
	}
}
