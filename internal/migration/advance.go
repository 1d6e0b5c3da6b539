package migration

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// An Advance counts the records that a run has brought through its steps, by what
// the ledger holds: anybody may ask, beside whoever is at work.
type Advance struct{ Extracted, Anonymized, Verified int }

// Advanced reads a row for each segment and side.
func Advanced(ctx context.Context, l *ledger.Ledger, run string) (a Advance, err error) {
	for side, n := range map[string]*int{"raw": &a.Extracted, "clean": &a.Anonymized} {
		for g, err := range l.Segments(ctx, run, side) {
			if err != nil {
				return a, ofStorage("read the segments", err)
			}
			*n += g.Records + g.Broken
		}
	}
	for v, err := range ledger.Notes[struct {
		Records int `json:"records"`
	}](ctx, l, run, "verdict#") {
		if err != nil {
			return a, ofStorage("read the verdicts", err)
		}
		a.Verified += v.Records
	}
	return a, nil
}

// Tally counts the id map by kind and state. Of one that has more than most rows it
// returns none; 0 is any number.
func Tally(ctx context.Context, l *ledger.Ledger, most int) (map[string]map[string]int, error) {
	all, n := map[string]map[string]int{}, 0
	for _, k := range helpdesk.Kinds() {
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return nil, ofStorage("count the id map", err)
			}
			if n++; most > 0 && n > most {
				return map[string]map[string]int{}, nil
			}
			if all[string(k)] == nil {
				all[string(k)] = map[string]int{}
			}
			all[string(k)][string(e.State)]++
		}
	}
	return all, nil
}

// Pending returns the question that a run waits for an answer to, with the counts
// that somebody has to decide on; ok is false where it waits for none.
func (s Approvals) Pending(ctx context.Context, r Run) (asked Approval, gate GateOutput, ok bool, err error) {
	asked, err = s.Of(ctx, r)
	if errors.Is(err, ErrNotAsked) || err == nil && !asked.Pending() {
		return asked, gate, false, nil
	}
	if err == nil {
		err = s.ledger(r).Note(ctx, r.ID, "gate", &gate)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		err = nil
	}
	return asked, gate, err == nil, err
}
