package embedded

import (
	"errors"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

const approvalAsked = "run: {approval: true}"

// waits starts a run that waits for approval, and checks that nothing is in the
// target.
func waits(t *testing.T, r *Runtime, target *memory.Desk) migration.Run {
	t.Helper()
	run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var waits *ErrWaits
	if !errors.As(err, &waits) || waits.Run != run.ID || waits.Until.IsZero() {
		t.Fatalf("migrate: %v, want that it waits", err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 0 {
		t.Fatalf("%d tickets in the target before anybody approved", n)
	}
	return run
}

// approvals lists who approved, by the audit log.
func approvals(t *testing.T, r *Runtime) (actors []string) {
	t.Helper()
	for e, err := range audit.Events(t.Context(), r.Log, "") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Op == audit.GateApproved {
			actors = append(actors, string(e.Actor.Kind)+" "+e.Actor.ID)
		}
	}
	return actors
}

func TestARunWaitsAtTheGateUntilSomebodyApproves(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	home := t.TempDir()
	run := waits(t, open(t, home, parse(t, approvalAsked), source.Source(), target.Target()), target)

	// Another process, with another clock: who resumes too early is told the same.
	r := open(t, home, parse(t, approvalAsked), source.Source(), target.Target())
	var waits *ErrWaits
	if _, err := r.Resume(t.Context()); !errors.As(err, &waits) {
		t.Fatalf("resume before approval: %v", err)
	}
	asked, a, err := r.Approval(t.Context())
	if err != nil || asked != run || !a.Pending() {
		t.Fatalf("approval of %v: %+v, %v; want a pending one of %v", asked, a, err, run)
	}
	for range 2 { // said twice is said once
		if err := r.Decide(t.Context(), run, migration.Approved, "privacy_officer", "u-7"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Decide(t.Context(), run, migration.Rejected, "privacy_officer", "u-8"); !errors.Is(err, migration.ErrDecided) {
		t.Errorf("a second opinion: %v, want ErrDecided", err)
	}
	if _, err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets in the target, want 50", n)
	}
	if got := approvals(t, r); !slices.Equal(got, []string{"human privacy_officer/u-7"}) {
		t.Errorf("the audit log says that %q approved, want privacy_officer/u-7 once", got)
	}
}

func TestARejectedRunLeavesNothingBehind(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t, approvalAsked), source.Source(), target.Target())
	run := waits(t, r, target)
	if err := r.Decide(t.Context(), run, migration.Rejected, "privacy_officer", "u-7"); err != nil {
		t.Fatal(err)
	}
	var failed *Failed
	if _, err := r.Resume(t.Context()); !errors.As(err, &failed) || failed.Name != string(migration.ApprovalRefused) {
		t.Fatalf("resume of what was rejected: %v", err)
	}
	wantRefused(t, r, run, target)
}

func TestARunThatNobodyApprovesInAWeekIsRefused(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t, approvalAsked), source.Source(), target.Target())
	run := waits(t, r, target)
	r.Clock.(*hurried).ahead.Add(7*24*int64(3600e9) + 1)
	var failed *Failed
	if _, err := r.Resume(t.Context()); !errors.As(err, &failed) || failed.Name != string(migration.ApprovalRefused) {
		t.Fatalf("resume after a week: %v", err)
	}
	wantRefused(t, r, run, target)
}

// wantRefused checks that a run ended before loading, without a lease, a key or an
// object.
func wantRefused(t *testing.T, r *Runtime, run migration.Run, target *memory.Desk) {
	t.Helper()
	is, err := r.Ledger().Run(t.Context(), run.ID)
	if err != nil || is.State != ledger.RunFailed || is.Failure != string(migration.ApprovalRefused) || is.Sealed == nil {
		t.Errorf("the run is %+v, %v", is, err)
	}
	if lease, err := r.Ledger().Lease(t.Context()); err != nil || lease.Run != "" {
		t.Errorf("the lease is %+v, %v", lease, err)
	}
	for o, err := range r.Staging.List(t.Context(), run.Prefix()) {
		t.Errorf("left in staging: %s, %v", o.Name, err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 0 {
		t.Errorf("%d tickets in the target", n)
	}
}

func TestNobodyCanApproveWhatWasNotAsked(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	run := r.Run("r0001", migration.ModeFull)
	if err := r.Decide(t.Context(), run, migration.Approved, "operator", "local"); !errors.Is(err, migration.ErrNotAsked) {
		t.Errorf("approve: %v, want ErrNotAsked", err)
	}
}
