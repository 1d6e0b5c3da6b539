package conformance

import (
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// sourceKeepsUp reads while an agent works: after each page one record changes,
// in turn, those that were read and those that were not. Then a second run
// starts where the first ended. Whatever the order of pages, together they have
// seen every record as it is now.
func sourceKeepsUp(s *sourceRun) {
	if s.Edit == nil {
		notClaimed(s, "records that change while they are read")
		return
	}
	for _, k := range s.profile.Kinds {
		want := maps.Clone(s.want(k))
		keys := slices.Sorted(maps.Keys(want))
		edits := 0
		edit := func() {
			if edits < len(keys) { // an agent who never rests would keep us here for ever
				want[keys[edits]] = s.Edit(s, k, keys[edits])
				edits++
			}
		}
		first := s.toTheEnd(s.Source, k, "", edit)
		second := s.toTheEnd(s.again(), k, s.leadsOn(k, first.end), quietly)
		s.wantCurrent(k, want, last(append(first.pages, second.pages...)))
		if edits == 0 && len(keys) > 0 {
			untested(s, "changes between pages: there is one page of "+string(k))
		}
	}
}

// sourceGivesDelta changes the first and the last record after a run.
func sourceGivesDelta(s *sourceRun) {
	if s.Edit == nil {
		notClaimed(s, "records that change after they were read")
		return
	}
	for _, k := range s.profile.Since {
		first := s.toTheEnd(s.Source, k, "", quietly)
		want := map[string]helpdesk.Record{}
		for _, p := range first.pages {
			for _, r := range p.Records {
				if len(want) < 3 {
					want[r.Key] = s.Edit(s, k, r.Key)
				}
			}
		}
		second := s.toTheEnd(s.again(), k, first.end, quietly)
		s.wantCurrent(k, want, second.records())
	}
}

// leadsOn is where the next run starts: at the end of the last, or from the
// beginning for a kind that the profile does not list in Since.
func (s *sourceRun) leadsOn(k helpdesk.Kind, end connectors.Cursor) connectors.Cursor {
	if slices.Contains(s.profile.Since, k) {
		return end
	}
	return ""
}

// wantCurrent wants the records to have been read as they are now.
func (s *sourceRun) wantCurrent(k helpdesk.Kind, want, got map[string]helpdesk.Record) {
	s.Helper()
	for key, w := range want {
		switch r, ok := got[key]; {
		case !ok:
			s.Errorf("%s: a record that changed is lost", k)
		case !same(w, r):
			s.Errorf("%s: a change is lost: the record was read only as it had been", k)
		}
	}
}
