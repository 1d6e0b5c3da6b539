//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/calls"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// modelled are the calls whose number the model of cost predicts and the recorder
// counts. What services ask of each other, KMS for one, no recorder sees.
var modelled = []string{"dynamodb.GetItem", "dynamodb.BatchGetItem", "dynamodb.Query", "dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems",
	"s3.PutObject", "s3.GetObject", "s3.ListObjectsV2", "s3.DeleteObjects"}

// counted adds up the calls of functions. The files of an upload are not in the model:
// it is of a source that is asked over the network.
func counted(all []calls.Call) cost.Calls {
	n := cost.Calls{}
	for _, c := range all {
		ofUpload := slices.ContainsFunc(c.Needs, func(need calls.Need) bool {
			return strings.Contains(need.Resource+fmt.Sprint(need.Context["s3:prefix"]), "uploads/")
		})
		if c.Function != "" && !ofUpload {
			n[c.Service+"."+c.Operation]++
		}
	}
	return n
}

// costsWhatWasPredicted moves an account of which all is known, and compares what the
// run asked of AWS with what the model says of one of its size.
func costsWhatWasPredicted(t *testing.T) {
	redmine := livetest.Open(t, peers.Redmine, peers.Silent)
	operator := deployed.person("acme", api.Operator)
	w := cost.Workload{Tickets: tickets, Comments: 5, People: 8, Named: 8, Groups: -1, Organizations: -1, OneByOne: true, Opening: true, Census: true, RowBytes: 520}
	defer deployed.uploaded(t, operator, "priced", sample.Regular(w.Tickets, w.People, false), redmine, "map: {statuses: {open: New}}\n")()
	var begun api.Started
	operator.does(t, http.MethodPost, migrations+"priced/runs", api.Start{Mode: api.ModeFull}, &begun, http.StatusAccepted)
	before := len(deployed.recorder.Calls())
	deployed.settles(t) // not asked through the API: the gate's calls are counted
	took := counted(deployed.recorder.Calls()[before:])
	if end := operator.ends(t, begun.Migration, begun.Run); end.State != "finished" {
		t.Fatalf("it ended so: %+v", end)
	}
	if d := redmine.Recount(t); len(d.Tickets) != w.Tickets {
		t.Fatalf("%d tickets, want %d", len(d.Tickets), w.Tickets)
	}
	predicted := cost.Predict(w)
	for _, name := range slices.Sorted(maps.Keys(predicted.Plus(took))) {
		t.Logf("%-40s predicted %6d, counted %6d", name, predicted[name], took[name])
	}
	for _, d := range cost.Compare(predicted, took, 0.05, modelled...) {
		t.Error(d)
	}
}

// settles waits until no run is at work.
func (s *system) settles(t testing.TB) {
	t.Helper()
	until(t, "the run ends", func() bool {
		var list struct{ Executions []any }
		s.ask(t, "AWSStepFunctions.ListExecutions", map[string]any{"stateMachineArn": s.outputs["MigrateMachine"], "statusFilter": "RUNNING"}, &list)
		return len(list.Executions) == 0
	})
}
