package conformance

import (
	"maps"
	"reflect"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func sourceProfile(s *sourceRun) {
	if s.profile.Product == "" {
		s.Errorf("the profile names no product")
	}
	for i, k := range s.profile.Kinds {
		if !k.Valid() || slices.Contains(s.profile.Kinds[:i], k) {
			s.Errorf("the profile lists kind %q, which is none or stands there twice", k)
		}
	}
	if len(s.profile.Kinds) == 0 {
		s.Errorf("the profile lists no kinds: there is nothing to migrate")
	}
	before := s.everything()
	if again := must(s, "profile", s.Source.Profile); !reflect.DeepEqual(again, s.profile) {
		s.Errorf("asked twice, the profile says two things: %+v and %+v", s.profile, again)
	}
	if after := s.everything(); s.Want != nil && !reflect.DeepEqual(before, after) {
		s.Errorf("what is to be read is another after a call of Profile")
	}
}

// everything is what paging gives, for every kind that is claimed.
func (s *sourceRun) everything() map[helpdesk.Kind]map[string]helpdesk.Record {
	all := map[helpdesk.Kind]map[string]helpdesk.Record{}
	for _, k := range s.profile.Kinds {
		all[k] = s.toTheEnd(s.Source, k, "", quietly).records()
	}
	return all
}

func sourceGivesAll(s *sourceRun) {
	if s.Want == nil {
		untested(s, "the fixture does not say what there is to read")
		return
	}
	var broken []connectors.Broken
	for _, k := range s.profile.Kinds {
		read := s.toTheEnd(s.Source, k, "", quietly)
		s.wantRecords(k, read.records())
		for _, p := range read.pages {
			broken = append(broken, p.Broken...)
		}
	}
	for _, r := range s.Want {
		if !slices.Contains(s.profile.Kinds, r.Kind) {
			s.Errorf("there is a %s to read, and the profile does not list the kind", r.Kind)
		}
	}
	for _, b := range s.Broken {
		if !slices.Contains(broken, b) {
			s.Errorf("not reported as broken: %s (%s)", b.Place, b.Reason)
		}
	}
	for _, b := range broken {
		if !slices.Contains(s.Broken, b) {
			s.Errorf("reported as broken: %s (%s)", b.Place, b.Reason)
		}
	}
}

// wantRecords compares what was read of a kind with what was expected.
func (s *sourceRun) wantRecords(k helpdesk.Kind, got map[string]helpdesk.Record) {
	s.Helper()
	want := s.want(k)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if r, ok := got[key]; ok {
			wantSame(s, want[key], r)
		} else {
			s.Errorf("%s %q was not read", k, key)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			s.Errorf("a %s was read that nobody expects (key of %d characters)", k, len(key))
		}
	}
}

// sourceGoesOn stops after each page and goes on from its cursor, as a run does
// that was killed there: together both give everything.
func sourceGoesOn(s *sourceRun) {
	paged := false
	for _, k := range s.profile.Kinds {
		whole := s.toTheEnd(s.Source, k, "", quietly)
		paged = paged || len(whole.pages) > 1
		for _, i := range some(len(whole.pages)) {
			rest := s.toTheEnd(s.again(), k, whole.pages[i].Next, quietly)
			got := last(append(slices.Clone(whole.pages[:i+1]), rest.pages...))
			for key := range whole.records() {
				if _, ok := got[key]; !ok {
					s.Errorf("%s: a record is lost that stands behind page %d, to who goes on from there", k, i+1)
				}
			}
		}
	}
	if !paged {
		untested(s, "whether a cursor leads on: all records of a kind fit on one page")
	}
}

// some picks up to twelve of n pages: all of a small fixture, a sample of a live
// account.
func some(n int) []int {
	var all []int
	step := max(1, n/12)
	for i := 0; i < n; i += step {
		all = append(all, i)
	}
	return all
}

func sourceEnds(s *sourceRun) {
	for _, k := range s.profile.Kinds {
		whole := s.toTheEnd(s.Source, k, "", quietly)
		known := whole.records()
		more := s.toTheEnd(s.again(), k, whole.end, quietly)
		for key := range more.records() {
			if _, ok := known[key]; !ok && s.Want != nil {
				s.Errorf("%s: a record stands behind the end that was not read before it", k)
			}
		}
	}
}
