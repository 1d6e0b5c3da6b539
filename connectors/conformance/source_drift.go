package conformance

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// sourceStandsDrift reads while agents create and delete: after each page one
// record comes and one that was read goes, so that a list which is paged by number
// moves under the reader. Whatever was there from the first page to the last must
// have been read.
func sourceStandsDrift(s *sourceRun) {
	if s.Create == nil || s.Delete == nil {
		notClaimed(s, "records that come and go while they are read")
		return
	}
	for _, k := range s.profile.Kinds {
		want := maps.Clone(s.want(k))
		keys, turns := slices.Sorted(maps.Keys(want)), 0
		first := s.toTheEnd(s.Source, k, "", func() {
			if turns >= len(keys)/2 {
				return
			}
			s.Delete(s, k, keys[turns])
			delete(want, keys[turns])
			made := s.Create(s, k)
			want[made.Key] = made
			turns++
		})
		second := s.toTheEnd(s.again(), k, s.leadsOn(k, first.end), quietly)
		s.wantCurrent(k, want, last(append(first.pages, second.pages...)))
	}
}

// sourceResumes goes on from each cursor of a reading after an agent edited what
// was read before it: a run that was killed is resumed hours later, by another
// process. Nothing that stood behind the cursor may be lost to it.
func sourceResumes(s *sourceRun) {
	if s.Edit == nil {
		notClaimed(s, "records that change between two readings")
		return
	}
	for _, k := range s.profile.Kinds {
		want := maps.Clone(s.want(k))
		keys := slices.Sorted(maps.Keys(want))
		whole := s.toTheEnd(s.Source, k, "", quietly)
		for n, i := range some(len(whole.pages)) {
			if n < len(keys) {
				want[keys[n]] = s.Edit(s, k, keys[n])
			}
			for range 2 {
				rest := s.toTheEnd(s.again(), k, whole.pages[i].Next, quietly)
				s.wantPresent(k, want, last(append(slices.Clone(whole.pages[:i+1]), rest.pages...)))
			}
		}
	}
}

// wantPresent wants the records to have been read, in whatever version.
func (s *sourceRun) wantPresent(k helpdesk.Kind, want, got map[string]helpdesk.Record) {
	s.Helper()
	for key := range want {
		if _, ok := got[key]; !ok {
			s.Errorf("%s: a record that an agent edited is lost to who goes on from a cursor", k)
		}
	}
}

// sourceMindsTies changes records right after the end of a reading, many of them
// in its last second.
func sourceMindsTies(s *sourceRun) {
	if s.Create == nil {
		notClaimed(s, "records that are created after they were read")
		return
	}
	for _, k := range s.profile.Since {
		end := s.toTheEnd(s.Source, k, "", quietly).end
		for range 3 {
			want := map[string]helpdesk.Record{}
			for range 3 {
				made := s.Create(s, k)
				want[made.Key] = made
			}
			next := s.toTheEnd(s.again(), k, end, quietly)
			s.wantCurrent(k, want, next.records())
			end = next.end
		}
	}
}

// sourceTellsGone deletes a record after a reading.
func sourceTellsGone(s *sourceRun) {
	if s.Delete == nil {
		notClaimed(s, "records that are deleted")
		return
	}
	for _, k := range s.profile.Kinds {
		first := s.toTheEnd(s.Source, k, "", quietly)
		for key := range first.records() {
			s.Delete(s, k, key)
			s.wantGone(k, key, first.end)
			break
		}
	}
}

// wantGone wants a reading that starts at the end of the last one to tell that a
// record is gone, in the way that the profile says.
func (s *sourceRun) wantGone(k helpdesk.Kind, key string, end connectors.Cursor) {
	s.Helper()
	next := s.toTheEnd(s.again(), k, s.leadsOn(k, end), quietly)
	if _, there := next.records()[key]; there {
		s.Errorf("%s: a record that was deleted is still read", k)
	}
	if slices.Contains(s.profile.Tombs, k) && !slices.ContainsFunc(next.pages, func(p connectors.Page) bool {
		return slices.ContainsFunc(p.Gone, func(g connectors.Gone) bool { return g.Key == key })
	}) {
		s.Errorf("%s: the profile says that pages tell what is gone, and they do not", k)
	}
	if _, can := s.Source.(connectors.Roller); can {
		if slices.Contains(s.roll(k, quietly), key) {
			s.Errorf("%s: a record that was deleted stands in the roll", k)
		}
	}
	if g, can := s.Source.(connectors.Getter); can {
		_, err := ask(s, "get "+string(k), func(ctx context.Context) (helpdesk.Record, error) { return g.Get(ctx, k, key) })
		var merged *connectors.Merged
		if !errors.Is(err, connectors.ErrNotFound) && !errors.As(err, &merged) {
			s.Errorf("get of a %s that was deleted = %v, want ErrNotFound", k, err)
		}
	}
}

func sourceGets(s *sourceRun) {
	g, can := s.Source.(connectors.Getter)
	if !can {
		notClaimed(s, "Getter")
		return
	}
	for _, k := range s.profile.Kinds {
		for key, want := range s.toTheEnd(s.Source, k, "", quietly).records() {
			got := must(s, "get "+string(k), func(ctx context.Context) (helpdesk.Record, error) { return g.Get(ctx, k, key) })
			if got.Kind != k || got.Key != key || !same(want, got) {
				s.Errorf("%s: a record is another when it is got by its key", k)
			}
		}
		_, err := ask(s, "get "+string(k), func(ctx context.Context) (helpdesk.Record, error) { return g.Get(ctx, k, nonsense) })
		wantNotFound(s, "get of a "+string(k)+" that never was", err)
	}
}

func sourceRolls(s *sourceRun) {
	if _, can := s.Source.(connectors.Roller); !can {
		notClaimed(s, "Roller")
		return
	}
	for _, k := range s.profile.Kinds {
		want := s.toTheEnd(s.Source, k, "", quietly).records()
		turns := 0
		roll := s.roll(k, func() {
			if s.Create != nil && turns < 3 {
				s.Create(s, k)
				turns++
			}
		})
		for key := range want {
			if !slices.Contains(roll, key) {
				s.Errorf("%s: a key is missing from the roll", k)
			}
		}
	}
}

// roll takes the whole roll of a kind.
func (s *sourceRun) roll(k helpdesk.Kind, between func()) (keys []string) {
	s.Helper()
	from := s.again().(connectors.Roller)
	after := connectors.Cursor("")
	for range s.enough() {
		r := must(s, "roll of "+string(k), func(ctx context.Context) (connectors.Roll, error) { return from.Roll(ctx, k, after) })
		discreet(s, "a cursor", string(r.Next))
		keys = append(keys, r.Keys...)
		if r.Last {
			return keys
		}
		after = r.Next
		between()
	}
	s.Fatalf("the roll of %s never ends", k)
	return nil
}
