package backend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A start is the last wish for a run of a migration, on record before anything of
// it is done. Whoever changes it first has begun the run.
type start struct {
	Run      migration.Run `json:"run"`
	PlanHash string        `json:"plan_hash,omitempty"`
	Key      string        `json:"key,omitempty"` // of the request
	At       time.Time     `json:"at"`
	// Room is the rollback of a demo that comes first; none without an id.
	Room migration.Run `json:"room,omitzero"`
	// Census is when the last run that was not quick was started.
	Census time.Time `json:"census,omitzero"`
}

// starts stands in the place of a run's id in the name of the row.
const starts = "start"

func lastStart(ctx context.Context, l *ledger.Ledger) (s start, err error) {
	if err = l.Note(ctx, starts, starts, &s); errors.Is(err, ledger.ErrNotFound) {
		err = nil
	}
	return s, err
}

// Start puts a run on record and starts its execution. As on the command line, a
// demo and a full run first remove what the last demo created.
func (b *Backend) Start(ctx context.Context, m api.Migration, q api.Start) (api.Started, error) {
	return b.begin(ctx, m, q, false)
}

// begin starts a run, which waits for one that is under way or is refused for it.
func (b *Backend) begin(ctx context.Context, m api.Migration, q api.Start, waits bool) (api.Started, error) {
	p, demo, err := b.readPlan(ctx, m)
	if err != nil {
		return api.Started{}, err
	}
	switch {
	case demo && q.Mode != api.ModeDemo:
		return api.Started{}, api.OnlyADemo(m.Name, "Start the full run of "+strings.TrimSuffix(m.Name, plan.DemoEnd))
	case q.Mode == api.ModeDemo && q.Limit > b.Config.DemoTickets:
		return api.Started{}, &api.Refusal{Kind: api.ErrInvalid, Code: "demo", Say: fmt.Sprintf("A demo moves %d tickets at most.", b.Config.DemoTickets),
			Next: "Ask for so many, or for a full run."}
	case q.Mode == api.ModeDemo:
		if !demo {
			p = p.Demo()
		}
		q.NewRun, q.Limit = true, cmp.Or(q.Limit, min(migration.DemoLimit, b.Config.DemoTickets))
	}
	of := api.Migration{Tenant: m.Tenant, Name: p.Migration}
	l := b.ledger(of)
	if err := stillOpen(ctx, l); err != nil {
		return api.Started{}, err
	}
	last, err := lastStart(ctx, l)
	if err != nil {
		return api.Started{}, err
	}
	if q.Key == "" || last.Key != q.Key {
		if err := b.clear(ctx, of, last, clearing{all: q.NewRun, beside: waits}); err != nil {
			return api.Started{}, err
		}
		if last, err = b.enter(ctx, of, last, q, waits); err != nil {
			return api.Started{}, err
		}
	}
	if err := b.Plans.Keep(ctx, last.Run, p); err != nil {
		return api.Started{}, err
	}
	return api.Started{Migration: of.Name, Run: last.Run.ID}, b.launch(ctx, of, last)
}

// stillOpen refuses what a migration that was closed can't do any more.
func stillOpen(ctx context.Context, l *ledger.Ledger) error {
	err := migration.StillOpen(ctx, l)
	var failure *migration.Failure
	if errors.As(err, &failure) && failure.Name == migration.MigrationClosed {
		return api.Closed(failure.Message)
	}
	return err
}

// enter puts the next run on record, unless somebody else was first.
func (b *Backend) enter(ctx context.Context, m api.Migration, before start, q api.Start, waits bool) (next start, err error) {
	l := b.ledger(m)
	n, err := l.CountRuns(ctx)
	if err != nil {
		return next, err
	}
	n = max(n, ledger.RunNumber(before.Run.ID)) // the last one may never have come to be recorded
	next = start{Run: run(m, ledger.RunID(n+1), migration.Mode(q.Mode)), PlanHash: q.PlanHash, Key: q.Key, At: b.now().UTC()}
	next.Run.Limit, next.Run.Adopt, next.Run.Waits = q.Limit, q.Adopt, waits
	next.Run.Quick = q.Quick || waits && next.At.Sub(before.Census) < migration.CensusEvery
	if next.Census = before.Census; !next.Run.Quick {
		next.Census = next.At
	}
	if next.Room, err = b.room(ctx, m, next.Run); err != nil {
		return next, err
	}
	return next, ledger.UpdateNote(ctx, l, starts, starts, func(s *start) error {
		if s.Run.ID != before.Run.ID {
			return api.UnderWay(m.Name)
		}
		*s = next
		return nil
	})
}

// room is the rollback of the last demo, if that left anything in the target. Its id
// is that of the run it makes room for.
func (b *Backend) room(ctx context.Context, m api.Migration, r migration.Run) (migration.Run, error) {
	demo := m
	if r.Mode != migration.ModeDemo {
		demo.Name += plan.DemoEnd
		if err := b.clearDemo(ctx, demo); err != nil {
			return migration.Run{}, err
		}
	}
	l := b.ledger(demo)
	for _, k := range helpdesk.Kinds() {
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return migration.Run{}, err
			}
			if e.State == ledger.StateLoaded || e.State == ledger.StateIntended {
				return run(demo, "room-for-"+string(r.Mode)+"-"+r.ID, migration.ModeDemo), nil
			}
		}
	}
	return migration.Run{}, nil
}

// clearDemo gives up what is unfinished of a demo that is about to be removed.
func (b *Backend) clearDemo(ctx context.Context, demo api.Migration) error {
	last, err := lastStart(ctx, b.ledger(demo))
	if err != nil {
		return err
	}
	return b.clear(ctx, demo, last, clearing{all: true})
}

// launch starts the execution of a run, or of the rollback that the run follows.
// Both have names that follow from the run: started again, they are the same.
func (b *Backend) launch(ctx context.Context, m api.Migration, s start) error {
	input := map[string]any{"run": s.Run, "plan_hash": s.PlanHash}
	if s.Room.ID == "" {
		return b.flow.start(ctx, b.migrate, s.Run.Execution(), input)
	}
	demo, _, err := b.readPlan(ctx, api.Migration{Tenant: m.Tenant, Name: s.Room.Migration})
	if err != nil {
		return err
	}
	if err := b.Plans.Keep(ctx, s.Room, demo); err != nil {
		return err
	}
	return b.flow.start(ctx, b.maintain, s.Room.Execution(), maintenance{s.Room, string(api.Rollback), then{s.Run.Execution(), input}})
}

// maintenance is the input of machine maintain.
type maintenance struct {
	Run    migration.Run `json:"run"`
	Action string        `json:"action"`
	Then   any           `json:"then"`
}

// then is the execution of machine migrate that follows.
type then struct {
	Name  string `json:"name"`
	Input any    `json:"input"`
}

// nothing follows.
type nothing struct{}

// A clearing says what becomes of runs that are in the way of another.
type clearing struct {
	all    bool // give up also what can go on
	beside bool // let a run be that is at work
}

// clear gives up the runs that are in the way of another: nothing of theirs stays
// readable. It refuses where one is at work, and where one can go on.
func (b *Backend) clear(ctx context.Context, m api.Migration, last start, c clearing) error {
	recorded := map[string]bool{}
	for r, err := range b.ledger(m).Runs(ctx) {
		if err != nil {
			return err
		}
		recorded[r.ID] = true
		if r.State == ledger.RunRunning {
			at, err := b.halt(ctx, m, r, c)
			if err != nil {
				return err
			}
			if at {
				continue
			}
		}
		if r.State != ledger.RunFinished && r.Sealed == nil {
			if err := b.giveUp(ctx, m, r); err != nil {
				return err
			}
		}
	}
	if last.Run.ID == "" || recorded[last.Run.ID] {
		return nil
	}
	x, err := b.unrecorded(ctx, last)
	if err == nil && x.State == ledger.RunRunning {
		err = api.UnderWay(m.Name)
	}
	return err
}

// halt sees that no execution is at work on a run that is to be given up. One that
// waits for an approval is stopped. It reports whether one is at work and may be.
func (b *Backend) halt(ctx context.Context, m api.Migration, r ledger.Run, c clearing) (atWork bool, err error) {
	of := run(m, r.ID, migration.Mode(r.Mode))
	x, err := b.flow.last(ctx, b.migrate, of.Execution())
	if err != nil {
		return false, err
	}
	_, _, waits, err := migration.Approvals{Base: b.Base}.Pending(ctx, of)
	switch {
	case err != nil:
		return false, err
	case x.going() && c.beside:
		return true, nil
	case x.going() && !(waits && c.all):
		return false, api.UnderWay(m.Name)
	case !c.all:
		return false, api.Unfinished("Run " + r.ID + " is not finished")
	case x.going():
		return false, b.flow.stop(ctx, b.migrate, x.name)
	}
	return false, nil
}

// giveUp marks a run as given up and has its keys destroyed. The mark comes first:
// what comes later of the run's execution is ignored then. A mark without a seal is
// seen by the next who comes here.
func (b *Backend) giveUp(ctx context.Context, m api.Migration, r ledger.Run) error {
	if l := b.ledger(m); r.State != ledger.RunGivenUp {
		r.State, r.Ended = ledger.RunGivenUp, b.now().UTC()
		if err := errors.Join(l.PutRun(ctx, r), l.Release(ctx, r.ID)); err != nil {
			return err
		}
	}
	of := run(m, r.ID, migration.Mode(r.Mode))
	return b.flow.start(ctx, b.maintain, of.Execution()+"-give-up", maintenance{of, "give_up", nothing{}})
}
