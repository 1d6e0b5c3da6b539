package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// model is what a store is meant to be: rows in a map.
type model map[ledger.Key]ledger.Row

// commit does what Store.Commit promises.
func (m model) commit(changes []ledger.Change) error {
	for _, c := range changes {
		if c.Expect != ledger.Any && c.Expect != m[c.Key].Version {
			return ledger.ErrConflict
		}
	}
	for _, c := range changes {
		switch {
		case c.Check:
		case c.Delete:
			delete(m, c.Key)
		default:
			m[c.Key] = ledger.Row{Key: c.Key, Version: m[c.Key].Version + 1, Data: c.Data}
		}
	}
	return nil
}

func (m model) list(partition, prefix, after string, limit int) (out []ledger.Row) {
	for k, r := range m {
		if k.Partition == partition && strings.HasPrefix(k.Sort, prefix) && k.Sort > after {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b ledger.Row) int { return strings.Compare(a.Sort, b.Sort) })
	return out[:min(limit, len(out))]
}

// randomChanges are few enough rows that most conditions matter.
func randomChanges(r *rand.Rand) (changes []ledger.Change) {
	used := map[ledger.Key]bool{}
	for range 1 + r.IntN(5) {
		c := ledger.Change{Key: randomKey(r), Expect: int64(r.IntN(4) - 1)}
		if used[c.Key] {
			continue
		}
		used[c.Key] = true
		switch r.IntN(6) {
		case 0:
			c.Check = true
		case 1:
			c.Delete = true
		default:
			c.Data = fmt.Append(nil, r.IntN(1000))
		}
		changes = append(changes, c)
	}
	return changes
}

func randomKey(r *rand.Rand) ledger.Key {
	return ledger.Key{Partition: fmt.Sprint("p", r.IntN(2)), Sort: fmt.Sprint([]string{"a", "a#", "b"}[r.IntN(3)], r.IntN(4))}
}

func agrees(t *testing.T, open func() ledger.Store) {
	s, m := open(), model{}
	r := rand.New(rand.NewPCG(7, 11))
	for step := range 600 {
		changes := randomChanges(r)
		want := m.commit(changes)
		if got := s.Commit(t.Context(), changes...); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Fatalf("step %d: commit %+v: %v, want %v", step, changes, got, want)
		}
		p, prefix, after, limit := randomKey(r).Partition, []string{"", "a", "a#", "b", "c"}[r.IntN(5)], randomKey(r).Sort, 1+r.IntN(8)
		if r.IntN(2) == 0 {
			after = ""
		}
		got, err := s.List(t.Context(), p, prefix, after, limit)
		if want := m.list(p, prefix, after, limit); err != nil || !slices.EqualFunc(got, want, same) {
			t.Fatalf("step %d: list %s %q after %q: %+v, %v, want %+v", step, p, prefix, after, got, err, want)
		}
	}
}

func same(a, b ledger.Row) bool {
	return a.Key == b.Key && a.Version == b.Version && string(a.Data) == string(b.Data)
}
