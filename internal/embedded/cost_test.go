package embedded

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/cost/metertest"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

func metered(t *testing.T, a sample.Account, o memory.Options) cost.Calls {
	m := metertest.New()
	r, err := openWith(t.TempDir(), parse(t), fill(t, memory.Options{PageSize: 100}, a).Source(), memory.New(o).Target(), func(p *Parts) {
		p.Rows, p.Staging, p.Log, p.Keys = m.Rows(p.Rows), m.Objects(p.Staging), m.Log(p.Log), m.Keys(p.Keys)
		p.Plans, p.Documents = meteredPlans{p.Plans, m}, meteredDocuments{p.Documents, m}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); err != nil {
		t.Fatal(err)
	}
	return m.Counts()
}

// meteredPlans counts the plan that each invocation reads. One that is not there is
// asked for by this runtime, which looks for a free id of a run.
type meteredPlans struct {
	Plans
	m *metertest.Meter
}

func (p meteredPlans) Plan(ctx context.Context, r migration.Run) (*plan.Plan, error) {
	found, err := p.Plans.Plan(ctx, r)
	if err == nil {
		p.m.Object("GetObject")
	}
	return found, err
}

// meteredDocuments counts the documents of a run.
type meteredDocuments struct {
	migration.Documents
	m *metertest.Meter
}

func (d meteredDocuments) Write(ctx context.Context, r migration.Run, name string, content []byte) (string, error) {
	d.m.Object("PutObject")
	return d.Documents.Write(ctx, r, name, content)
}

func TestAMigrationAsksForWhatTheModelOfCostPredicts(t *testing.T) {
	for name, c := range map[string]struct {
		target   memory.Options
		workload cost.Workload
	}{
		"whole, with files":  {memory.Options{Batch: 10}, cost.Workload{Tickets: 1200, Comments: 5, Attachments: 0.7}},
		"whole, texts alone": {memory.Options{Batch: 10}, cost.Workload{Tickets: 1200, Comments: 5}},
		"one by one":         {memory.Options{Batch: 1, Reopening: true}, cost.Workload{Tickets: 1200, Comments: 5, OneByOne: true, Opening: true}},
	} {
		w := c.workload
		w.People, w.Named, w.Groups, w.Organizations, w.RowBytes, w.Workers = 40, 40, -1, -1, 837, 1
		want := cost.Predict(w)
		for _, operation := range []string{"GetObject", "PutObject"} { // here the interpreter asks for what Step Functions does
			want["s3."+operation] += want["states."+operation]
		}
		got := metered(t, sample.Regular(w.Tickets, w.People, w.Attachments > 0), c.target)
		for _, d := range cost.Compare(want, got, 0.05, "dynamodb.WriteUnits", "dynamodb.ReadUnits", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems",
			"dynamodb.PutItem", "dynamodb.GetItem", "dynamodb.Query", "s3.PutObject", "s3.GetObject") {
			t.Errorf("%s: %s", name, d)
		}
		for _, k := range slices.Sorted(maps.Keys(got)) {
			t.Logf("%s %s %d %d", name, k, got[k], want[k])
		}
	}
}
