package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// States of a run.
const (
	RunRunning  = "running"
	RunFailed   = "failed"   // ended by an error; resume goes on where it stopped
	RunFinished = "finished" // verified, committed and sealed
	RunGivenUp  = "given_up" // its keys and objects were destroyed before it finished
)

// A Run is one pass of a migration through its states.
type Run struct {
	ID       string    `json:"id"` // "r0001"
	Mode     string    `json:"mode"`
	PlanHash string    `json:"plan_hash"`
	State    string    `json:"state"`
	Failure  string    `json:"failure,omitempty"` // name from the closed list
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Sealed   *Seal     `json:"sealed,omitempty"`
	// Express: only tickets that are open or were changed since then were moved; the next
	// delta takes the others.
	Express time.Time `json:"express,omitzero"`
}

// A Seal is what the end of a run destroyed.
type Seal struct {
	At      time.Time `json:"at"`
	Keys    []string  `json:"keys"`    // sides whose private halves are gone
	Objects int       `json:"objects"` // staged objects that were deleted
	Bytes   int64     `json:"bytes"`
	Left    int       `json:"left"` // staged objects found afterwards: 0, or the seal failed
}

// RunID is the id of the nth run of a migration.
func RunID(n int) string { return fmt.Sprintf("r%04d", n) }

// RunNumber is the n of an id that RunID gave, or 0 for any other.
func RunNumber(id string) (n int) {
	if _, err := fmt.Sscanf(id, "r%d", &n); err != nil {
		return 0
	}
	return n
}

// CountRuns counts the runs that are recorded.
func (l *Ledger) CountRuns(ctx context.Context) (n int, err error) {
	for r, err := range l.Runs(ctx) {
		if err != nil {
			return 0, err
		}
		n = max(n, RunNumber(r.ID))
	}
	return n, nil
}

// Runs lists the runs of the migration, oldest first.
func (l *Ledger) Runs(ctx context.Context) iter.Seq2[Run, error] {
	return list[Run](ctx, l.store, l.partition("mig"), "run#")
}

// Run returns a run, or ErrNotFound.
func (l *Ledger) Run(ctx context.Context, id string) (Run, error) {
	r, version, err := load[Run](ctx, l.store, l.migrationKey("run#"+id))
	if err == nil && version == 0 {
		err = ErrNotFound
	}
	return r, err
}

// LastRun returns the newest run, or ErrNotFound.
func (l *Ledger) LastRun(ctx context.Context) (last Run, err error) {
	for r, err := range l.Runs(ctx) {
		if err != nil {
			return last, err
		}
		last = r
	}
	if last.ID == "" {
		return last, ErrNotFound
	}
	return last, nil
}

// PutRun records a run as it stands now.
func (l *Ledger) PutRun(ctx context.Context, r Run) error {
	return l.store.Commit(ctx, put(l.migrationKey("run#"+r.ID), Any, r))
}

// A Lease says which run may write. Its token grows with every change of hands,
// so that a holder who was thought dead can tell that it lost.
type Lease struct {
	Run   string `json:"run"` // empty when free
	Token int64  `json:"token"`
}

// A Busy error says that another run holds the lease.
type Busy struct{ Run string }

func (b *Busy) Error() string { return "ledger: run " + b.Run + " holds the lease" }

// Acquire takes the lease for a run. A run that holds it already takes it anew,
// with another token: what it started before is fenced off. It returns *Busy
// while another run holds it.
func (l *Ledger) Acquire(ctx context.Context, run string) (Lease, error) {
	for {
		now, version, err := load[Lease](ctx, l.store, l.migrationKey("lease"))
		if err != nil {
			return Lease{}, err
		}
		if now.Run != "" && now.Run != run {
			return now, &Busy{now.Run}
		}
		next := Lease{Run: run, Token: now.Token + 1}
		err = l.store.Commit(ctx, put(l.migrationKey("lease"), version, next))
		if !errors.Is(err, ErrConflict) {
			return next, err
		}
	}
}

// Lease returns who holds the lease.
func (l *Ledger) Lease(ctx context.Context) (Lease, error) {
	lease, _, err := load[Lease](ctx, l.store, l.migrationKey("lease"))
	l.held = lease
	return lease, err
}

// Held is the lease as this Ledger last read it.
func (l *Ledger) Held() Lease { return l.held }

// Release frees the lease if the run still holds it.
func (l *Ledger) Release(ctx context.Context, run string) error {
	now, version, err := load[Lease](ctx, l.store, l.migrationKey("lease"))
	if err != nil || now.Run != run {
		return err
	}
	return l.store.Commit(ctx, put(l.migrationKey("lease"), version, Lease{Token: now.Token}))
}

// A Cursor is how far a kind of the source has been moved. It only ever moves
// past what was verified in the target or is on record as left out.
type Cursor struct {
	Kind   string    `json:"kind"`
	Run    string    `json:"run"`
	Moved  time.Time `json:"moved"`
	Cursor string    `json:"cursor"`
}

// Cursors lists the committed cursors.
func (l *Ledger) Cursors(ctx context.Context) iter.Seq2[Cursor, error] {
	return list[Cursor](ctx, l.store, l.partition("mig"), "cursor#")
}

// Cursor returns the committed cursor of a kind; it is empty if there is none.
func (l *Ledger) Cursor(ctx context.Context, kind string) (Cursor, error) {
	c, _, err := load[Cursor](ctx, l.store, l.migrationKey("cursor#"+kind))
	return c, err
}

// MoveCursors moves cursors, all or none.
func (l *Ledger) MoveCursors(ctx context.Context, cursors ...Cursor) error {
	changes := make([]Change, 0, len(cursors))
	for _, c := range cursors {
		changes = append(changes, put(l.migrationKey("cursor#"+c.Kind), Any, c))
	}
	if len(changes) == 0 {
		return nil
	}
	return l.store.Commit(ctx, changes...)
}

// PutNote keeps a small document of a run: counts of a step, a forecast.
func (l *Ledger) PutNote(ctx context.Context, run, name string, value any) error {
	return l.store.Commit(ctx, put(l.runKey(run, "note#"+name), Any, value))
}

// Note reads a document of a run into value, or returns ErrNotFound.
func (l *Ledger) Note(ctx context.Context, run, name string, value any) error {
	rows, err := l.store.Get(ctx, l.runKey(run, "note#"+name))
	if err != nil {
		return err
	}
	if rows[0].Version == 0 {
		return ErrNotFound
	}
	return decode(rows[0], value)
}

// Notes goes over the documents of a run whose names start with the prefix.
func Notes[T any](ctx context.Context, l *Ledger, run, prefix string) iter.Seq2[T, error] {
	return list[T](ctx, l.store, l.partition("run", run), "note#"+prefix)
}
