package embedded

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// planText is a plan between two desks that the test opens itself.
const planText = `
version: 1
migration: test
source: {connector: memory}
target: {connector: memory}
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: test
  legal_basis: contract
  regimes: [gdpr]
  retention: 30 days
  attachments: {unreadable: keep}
  preset: gdpr
`

func parse(t testing.TB, more ...string) *plan.Plan {
	t.Helper()
	p, err := plan.Parse([]byte(planText+strings.Join(more, "\n")), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// strict is the plan of a customer who decided nothing about files: what cannot be read
// stays behind, and a text is staged in its place.
func strict(t testing.TB) *plan.Plan {
	p := parse(t)
	p.Privacy.Attachments.Unreadable = plan.Quarantine
	return p
}

// fill puts an account on a desk in memory.
func fill(t testing.TB, o memory.Options, a sample.Account) *memory.Desk {
	t.Helper()
	desk := memory.New(o)
	open := func(_ context.Context, f helpdesk.Attachment) (io.ReadCloser, error) {
		content, ok := a.Files[f.Locator]
		if !ok {
			return nil, connectors.ErrNotFound
		}
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	if _, err := desk.AddWithFiles(open, a.Records...); err != nil {
		t.Fatal(err)
	}
	return desk
}

// open opens a runtime in a home between two desks.
func open(t testing.TB, home string, p *plan.Plan, s connectors.Source, d connectors.Target) *Runtime {
	t.Helper()
	r, err := openWith(home, p, s, d, func(*Parts) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func openWith(home string, p *plan.Plan, s connectors.Source, d connectors.Target, change func(*Parts)) (*Runtime, error) {
	o := Options{Home: home, Reports: filepath.Join(home, "reports"), Tool: "safeconduct/test", NoSync: true}
	dir := filepath.Join(o.Home, p.Migration)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	parts, closers, err := openParts(context.Background(), dir, o)
	if err != nil {
		return nil, err
	}
	parts.Desks, parts.Clock = NewDesks(s, d), &hurried{}
	change(&parts)
	r, err := New(p, parts)
	if err != nil {
		return nil, err
	}
	r.closers = closers
	return r, nil
}

// hurried is a clock that lets nobody wait: sleeping moves it.
type hurried struct{ ahead atomic.Int64 }

func (h *hurried) Now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *hurried) skew(d time.Duration) { h.ahead.Add(int64(d)) }

func (h *hurried) Sleep(ctx context.Context, d time.Duration) error {
	h.ahead.Add(int64(d))
	return ctx.Err()
}

func migrate(t testing.TB, r *Runtime) evidence.Report {
	t.Helper()
	run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	if err != nil {
		t.Fatalf("migrate: %v", err)
	}
	report, err := r.Report(t.Context(), run)
	if err != nil {
		t.Fatalf("report: %v", err)
	}
	return report
}

// canonical lists what a target holds of any migration.
func canonical(t testing.TB, target connectors.Target) []string {
	t.Helper()
	var all []helpdesk.Record
	for _, k := range helpdesk.Kinds() {
		for m, err := range target.(connectors.Censor).Census(context.Background(), k, "") {
			if err != nil {
				t.Fatal(err)
			}
			r, err := target.Read(context.Background(), k, m.ID)
			if err != nil {
				t.Fatalf("%s %s: %v", k, m.ID, err)
			}
			all = append(all, r)
		}
	}
	return sample.Canonical(all)
}

// differ shows the first lines that only one of two lists holds.
func differ(got, want []string) string {
	count := map[string]int{}
	for _, l := range want {
		count[l]++
	}
	for _, l := range got {
		count[l]--
	}
	var b strings.Builder
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if n := count[l]; n != 0 && b.Len() < 3000 {
			fmt.Fprintf(&b, "%+d %.700s\n", -n, l)
		}
	}
	return b.String()
}

func planDesk(path string) plan.Desk {
	return plan.Desk{Connector: "archive", Settings: map[string]any{"path": path}}
}
