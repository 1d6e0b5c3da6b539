package migration

import (
	"context"
	"fmt"
	"sync"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Standing remembers, for the run that a process is working on, under which ids
// records stand in the target: the same agents and companies are named by every
// segment, and looking each up anew is half of what a run reads in the ledger.
// Only what stands is remembered, as nothing takes it away while the lease is
// held; who resumes the run holds another lease. nil remembers nothing.
type Standing struct {
	mu    sync.Mutex
	under string // the run and the lease that it is remembered for
	ids   lookup
	size  int
}

// mostStanding bounds what is remembered, in records: some 20 MB.
const mostStanding = 100_000

// lookUp finds the ids of what the records refer to.
func (s *Standing) lookUp(ctx context.Context, l *ledger.Ledger, records []*helpdesk.Record) (lookup, error) {
	ids := lookup{}
	for k, refs := range referencesOf(records) {
		known, unknown := s.recall(l, k, refs)
		ids[k] = known
		entries, err := l.Entries(ctx, k, unknown...)
		if err != nil {
			return nil, ofStorage("look up references", err)
		}
		for _, e := range entries {
			if e.InTarget() {
				ids[k][e.Ref] = e.Target
				s.remember(l, k, e)
			}
		}
	}
	return ids, nil
}

func under(l *ledger.Ledger) string {
	held := l.Held()
	return fmt.Sprint(l.Name(), "/", held.Run, "/", held.Token)
}

// recall splits refs into those whose ids are remembered and the others.
func (s *Standing) recall(l *ledger.Ledger, k helpdesk.Kind, refs []string) (known map[string]string, unknown []string) {
	known = map[string]string{}
	if s == nil {
		return known, refs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.under != under(l) {
		return known, refs
	}
	for _, ref := range refs {
		if id, ok := s.ids[k][ref]; ok {
			known[ref] = id
		} else {
			unknown = append(unknown, ref)
		}
	}
	return known, unknown
}

func (s *Standing) remember(l *ledger.Ledger, k helpdesk.Kind, e ledger.Entry) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := under(l); s.under != now || s.size >= mostStanding {
		s.under, s.ids, s.size = now, lookup{}, 0
	}
	if s.ids[k] == nil {
		s.ids[k] = map[string]string{}
	}
	s.ids[k][e.Ref] = e.Target
	s.size++
}
