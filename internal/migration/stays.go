package migration

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// NamedByOthers is the reason of an entry whose record a rollback leaves because one
// that stays names it. The others are ChangedHere and KeptByTarget.
const NamedByOthers = "named_by_others"

// A Stay is a record that a rollback leaves in the target.
type Stay struct {
	ID     string `json:"id"` // in the target
	Ref    string `json:"ref"`
	Reason string `json:"reason"`
	// Fields are those that deltas changed since the record was created. What stood
	// there before nobody kept, and it can't be undone.
	Fields []string `json:"fields,omitempty"`
}

// maxStays keeps what a rollback lists, about 200 bytes each, within a row of the
// ledger. The rest is counted.
const maxStays = 1000

func (b *goingBack) stay(e *ledger.Entry) Stay {
	return Stay{ID: e.Target, Ref: e.Ref, Reason: e.Stays, Fields: e.Updates}
}

// list takes stays over, as far as there is room.
func (back *RolledBack) list(stays []Stay, at *Rollingback) {
	room := maxStays
	for _, b := range at.Back {
		room -= len(b.Stays)
	}
	for _, s := range stays {
		if s.Reason != KeptByTarget { // counted by what the platform answered
			back.Stayed++
		}
	}
	back.Stays = append(back.Stays, stays[:min(room, len(stays))]...)
}

// decide marks the entries whose records are to be removed, and those that stay: what
// agents of the target worked on, and what such a record names.
func (b *goingBack) decide(ctx context.Context, entries []*ledger.Entry, named map[string]bool) (stays []Stay, err error) {
	for _, e := range entries {
		if e.State != ledger.StateLoaded && e.State != ledger.StateIntended {
			continue
		}
		if e.Edit == removing { // decided by an invocation that was stopped
			continue
		}
		if e.Stays, err = b.reason(ctx, e, named); err != nil {
			return nil, err
		}
		if e.Stays == "" {
			e.Edit = removing
		} else {
			stays = append(stays, b.stay(e))
		}
	}
	return stays, nil
}

// reason is why the record of an entry stays, or empty.
func (b *goingBack) reason(ctx context.Context, e *ledger.Entry, named map[string]bool) (string, error) {
	switch {
	case e.State == ledger.StateLoaded && (named[e.Target] || named[everything]):
		return NamedByOthers, nil
	case e.State != ledger.StateLoaded || e.Kind != helpdesk.KindTicket && e.Kind != helpdesk.KindArticle:
		return "", nil
	}
	changed, err := changedHere(ctx, b.target, b.profile, b.index, e)
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		return "", nil
	case changed:
		return ChangedHere, err
	}
	return "", err
}

// leaves reports whether any record of the kind stays.
func (back RolledBack) leaves() bool { return back.Kept+back.Stayed > 0 }

// everything stands for all records of a kind.
const everything = "*"

// namedByWhatStays are the ids of a kind that records of the kinds before it name which
// stay. Custom fields stay all if anything does: without one its values would go.
func (b *goingBack) namedByWhatStays(ctx context.Context, k helpdesk.Kind) (map[string]bool, error) {
	named := map[string]bool{}
	for _, back := range b.at.Back {
		through := back.Kind
		if through == k || !back.leaves() {
			continue
		}
		for e, err := range b.ledger.All(ctx, through) {
			if err != nil {
				return nil, ofStorage("read entries", err)
			}
			if e.Stays == "" || e.State != ledger.StateLoaded {
				continue
			}
			if k == helpdesk.KindDefinition {
				return map[string]bool{everything: true}, nil
			}
			r, err := b.target.Read(ctx, through, e.Target)
			if errors.Is(err, connectors.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, ofTarget("read a "+string(through), err)
			}
			for _, id := range referencesOf([]*helpdesk.Record{&r})[k] {
				named[id] = true
			}
		}
	}
	return named, nil
}
