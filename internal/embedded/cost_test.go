package embedded

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/cost/metertest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// regular is an account of equal tickets: five comments each, seven files of ten.
func regular(tickets, people int, files bool) sample.Account {
	a := sample.Account{Files: map[string][]byte{}}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range people {
		r := helpdesk.New(helpdesk.KindPerson, fmt.Sprint("p", i))
		*r.Person = helpdesk.Person{Name: fmt.Sprint("Person ", i), Emails: []string{fmt.Sprintf("p%d@example.org", i)}, Role: helpdesk.RoleContact}
		a.Records = append(a.Records, r)
	}
	for i := range tickets {
		r := helpdesk.New(helpdesk.KindTicket, fmt.Sprint("t", i))
		t := r.Ticket
		t.Subject, t.Status, t.Requester, t.Created = fmt.Sprint("Subject ", i), "open", fmt.Sprint("p", i%people), at
		for c := range 5 {
			comment := helpdesk.Comment{Key: fmt.Sprint(i, "-", c), Author: fmt.Sprint("p", (i+c)%people), Body: fmt.Sprint("Text ", i, " ", c),
				Visibility: helpdesk.VisibilityPublic, Created: at.Add(time.Duration(c) * time.Hour)}
			if files && c == 0 && i%10 < 7 {
				key := fmt.Sprint("f", i)
				a.Files[key] = []byte(fmt.Sprint("content ", i))
				comment.Attachments = []helpdesk.Attachment{{Key: key, Locator: key, Name: key + ".txt", Size: int64(len(a.Files[key]))}}
			}
			t.Comments = append(t.Comments, comment)
		}
		a.Records = append(a.Records, r)
	}
	return a
}

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

// meteredPlans counts the plan that each invocation reads.
type meteredPlans struct {
	Plans
	m *metertest.Meter
}

func (p meteredPlans) Plan(ctx context.Context, r migration.Run) (*plan.Plan, error) {
	p.m.Object("GetObject")
	return p.Plans.Plan(ctx, r)
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
		w.People, w.Named, w.Groups, w.Organizations, w.RowBytes = 40, 40, -1, -1, 520
		want := cost.Predict(w)
		got := metered(t, regular(w.Tickets, w.People, w.Attachments > 0), c.target)
		for _, d := range cost.Compare(want, got, 0.05, "dynamodb.WriteUnits", "dynamodb.ReadUnits", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems",
			"dynamodb.PutItem", "dynamodb.GetItem", "dynamodb.Query", "s3.PutObject", "s3.GetObject") {
			t.Errorf("%s: %s", name, d)
		}
		for _, k := range slices.Sorted(maps.Keys(got)) {
			t.Logf("%s %s %d %d", name, k, got[k], want[k])
		}
	}
}
