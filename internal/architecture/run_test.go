package architecture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

const planText = `
version: 1
migration: rules
source: {connector: memory, desk: %s-source}
target: {connector: memory, desk: %s-target}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract,
  regimes: [gdpr], retention: 30 days, preset: gdpr, attachments: {unreadable: keep}}
`

// open opens a runtime in a new home, between the small sample account and an
// empty desk.
func open(t *testing.T, target memory.Options) (r *embedded.Runtime, home string) {
	t.Helper()
	memory.Share(t.Name()+"-source", sampleDesk(t))
	memory.Share(t.Name()+"-target", memory.New(target))
	p, err := plan.Parse(fmt.Appendf(nil, planText, t.Name(), t.Name()), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home = t.TempDir()
	r, err = embedded.Open(t.Context(), p, embedded.Options{Home: home, Reports: filepath.Join(home, "reports"), Tool: "safeconduct/test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, filepath.Join(home, p.Migration)
}

// migrate sees a run through to the end that is expected, and returns the journal
// of its execution.
func migrate(t *testing.T, what embedded.Request, target memory.Options, ends migration.Name) (entries []workflow.Entry) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a second is usual; a loop without end has no other
	defer stop()
	r, home := open(t, target)
	run, err := r.Migrate(ctx, what)
	var failed *embedded.Failed
	if errors.As(err, &failed) && failed.Name == string(ends) {
		err, ends = nil, ""
	}
	if err != nil || ends != "" {
		t.Fatalf("the run ended with %v, want %q", err, ends)
	}
	journal, err := workflow.OpenJournal(filepath.Join(home, "executions", run.ID+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	for e, err := range journal.Entries(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// sampleDesk is a desk in memory that holds the small sample account.
func sampleDesk(t *testing.T) *memory.Desk {
	account, desk := sample.Crash(), memory.New(memory.Options{PageSize: 30})
	open := func(_ context.Context, f helpdesk.Attachment) (io.ReadCloser, error) {
		content, ok := account.Files[f.Locator]
		if !ok {
			return nil, connectors.ErrNotFound
		}
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	if _, err := desk.AddWithFiles(open, account.Records...); err != nil {
		t.Fatal(err)
	}
	return desk
}
