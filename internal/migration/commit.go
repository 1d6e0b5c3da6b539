package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Commit moves the cursors of a run past what was verified or is on record.
type Commit struct{ Base }

// A CommitOutput counts the cursors that were moved and those that were not.
type CommitOutput struct {
	Moved int `json:"moved"`
	Held  int `json:"held"` // kinds with fields that nobody expected
}

// Do fails with NotVerified where a record is lost, foreign or twice. The cursor
// of a kind with UNEXPECTED fields stays where it is: its records are read
// again.
func (s Commit) Do(ctx context.Context, in RunInput) (out CommitOutput, err error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return out, err
	}
	var census CensusResult
	if err := l.Note(ctx, in.Run.ID, "census", &census); err != nil {
		return out, ofStorage("read the census", err)
	}
	if !census.Conserved() {
		return out, failf(NotVerified, "records are lost, foreign or twice in the target")
	}
	held := map[string]bool{}
	for v, err := range ledger.Notes[Verdict](ctx, l, in.Run.ID, "verdict#") {
		if err != nil {
			return out, ofStorage("read verdicts", err)
		}
		if len(v.Differences) > 0 {
			held[string(v.Kind)] = true
		}
	}
	since, err := s.recent(ctx, p, l, in.Run)
	if err != nil {
		return out, err
	}
	held[string(helpdesk.KindTicket)] = held[string(helpdesk.KindTicket)] || !since.IsZero() // history is still to come
	var cursors []ledger.Cursor
	for at, err := range l.Positions(ctx, in.Run.ID) {
		if err != nil {
			return out, ofStorage("read positions", err)
		}
		if held[string(at.Kind)] || !at.Done {
			out.Held++
			continue
		}
		cursors = append(cursors, ledger.Cursor{Kind: string(at.Kind), Run: in.Run.ID, Moved: s.Now().UTC(), Cursor: at.Cursor})
	}
	if err := s.settle(ctx, l, in.Run); err != nil {
		return out, err
	}
	out.Moved = len(cursors)
	if err := l.MoveCursors(ctx, cursors...); err != nil {
		return out, ofStorage("move cursors", err)
	}
	err = s.record(ctx, in.Run, "commit", audit.Committed, in.Run.ID, map[string]int64{"moved": int64(out.Moved), "held": int64(out.Held)})
	return out, err
}

// settledNote is the name of the note that lists the kinds of which a run left
// nothing to be asked for again. Whoever decides on a review removes it.
const settledNote = "settled"

// settle notes of which kinds nothing is pending, set aside or to be decided. A
// delta asks for all that was, so that what it does not meet there is none.
func (s Commit) settle(ctx context.Context, l *ledger.Ledger, r Run) error {
	open := map[helpdesk.Kind]bool{}
	for f, err := range ledger.Notes[Findings](ctx, l, r.ID, "findings#") {
		if err != nil {
			return ofStorage("read findings", err)
		}
		open[f.Kind] = open[f.Kind] || sum(f.Quarantined) > 0
	}
	for v, err := range ledger.Notes[Verdict](ctx, l, r.ID, "verdict#") {
		if err != nil {
			return ofStorage("read verdicts", err)
		}
		open[v.Kind] = open[v.Kind] || v.Outcomes[OutcomeQuarantined]+v.Outcomes[OutcomePending]+len(v.Differences) > 0
	}
	settled := []helpdesk.Kind{}
	for _, k := range helpdesk.Kinds() {
		if !open[k] {
			settled = append(settled, k)
		}
	}
	return ofStorage("note what is settled", l.PutNote(ctx, r.ID, settledNote, settled))
}

// Unsettle notes that something is to be asked for again, whatever the run left.
func Unsettle(ctx context.Context, l *ledger.Ledger, run string) error {
	return l.PutNote(ctx, run, settledNote, []helpdesk.Kind{})
}
