package conformance

import (
	"context"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// SourceUnderTest is a source and what its author knows of it. Only Source must
// be set.
type SourceUnderTest struct {
	Source connectors.Source
	// Want lists every record that there is to read. Nil, as for a live account,
	// leaves out what can't be known then.
	Want []helpdesk.Record
	// Broken lists what Page reports as broken. It is looked at if Want is set.
	Broken []connectors.Broken
	// Reopen connects to the same help desk once more; it stands for the next run,
	// or the next function, that goes on from a cursor.
	Reopen func(t testing.TB) connectors.Source
	// Edit changes a record as an agent would and returns it as it is to be read
	// from then on. Nil if nobody can, as for files.
	Edit func(t testing.TB, k helpdesk.Kind, key string) helpdesk.Record
	// Create puts a new record there as an agent would, within the same second as the
	// last change if it can, and returns it. Nil if nobody can.
	Create func(t testing.TB, k helpdesk.Kind) helpdesk.Record
	// Delete deletes a record as an agent would. Nil if nobody can.
	Delete func(t testing.TB, k helpdesk.Kind, key string)
}

// Source runs the suite for sources. It opens a source for each check.
func Source(t *testing.T, open func(testing.TB) SourceUnderTest) {
	runAll(t, sourceChecks, func(t testing.TB) *sourceRun { return startSource(t, open) })
}

// sourceChecks are the promises of a source, each in the file of its concern.
var sourceChecks = []check[*sourceRun]{
	{"the profile tells and changes nothing", sourceProfile},
	{"paging to the end gives every record", sourceGivesAll},
	{"what was read goes on from any cursor", sourceGoesOn},
	{"the end is told by Last and stays the end", sourceEnds},
	{"no cursor, note, place or error holds content", sourceIsDiscreet},
	{"a call ends with its context", sourceStops},
	{"what changes while it is read is not lost", sourceKeepsUp},
	{"what changes after the end comes with the next run", sourceGivesDelta},
	{"what comes and goes while it is read moves nothing", sourceStandsDrift},
	{"a cursor is good for as often as it is asked", sourceResumes},
	{"what changes in the second of the end comes with the next run", sourceMindsTies},
	{"what is gone is told, by pages or by a roll", sourceTellsGone},
	{"a record is got by its key as a page gives it", sourceGets},
	{"a roll has every key", sourceRolls},
	{"references to records that are gone are kept", sourceKeepsDangling},
	{"attachments open as the bytes that they stand for", sourceOpens},
	{"an attachment that is gone is not found", sourceMissesAttachment},
	{"the count is about what paging gives", sourceCounts},
}

// A sourceRun is one check of one source.
type sourceRun struct {
	testing.TB
	SourceUnderTest
	profile connectors.SourceProfile
	wanted  map[helpdesk.Kind]map[string]helpdesk.Record // Want, by kind and key
}

func startSource(t testing.TB, open func(testing.TB) SourceUnderTest) *sourceRun {
	t.Helper()
	s := &sourceRun{TB: t, SourceUnderTest: open(t), wanted: map[helpdesk.Kind]map[string]helpdesk.Record{}}
	for _, k := range helpdesk.Kinds() {
		s.wanted[k] = map[string]helpdesk.Record{}
	}
	for _, r := range s.Want {
		s.wanted[r.Kind][r.Key] = r
	}
	t.Cleanup(func() { connectors.Close(s.Source) })
	s.profile = must(t, "profile", s.Source.Profile)
	return s
}

// page asks for one page and sees to what holds for every page.
func (s *sourceRun) page(from connectors.Source, k helpdesk.Kind, after connectors.Cursor) connectors.Page {
	s.Helper()
	p := must(s, "page of "+string(k), func(ctx context.Context) (connectors.Page, error) {
		return from.Page(ctx, k, after)
	})
	discreet(s, "a cursor", string(p.Next))
	for _, b := range p.Broken {
		discreet(s, "the place of something broken", b.Place)
		discreet(s, "the reason for something broken", b.Reason)
	}
	for _, r := range p.Records {
		if r.Kind != k || r.Key == "" || !r.Complete() {
			s.Fatalf("page of %s: a record has kind %q, a key of %d characters and is complete: %t",
				k, r.Kind, len(r.Key), r.Complete())
		}
	}
	return p
}

// A stretch is what was read from a cursor to the end.
type stretch struct {
	pages   []connectors.Page
	cursors []connectors.Cursor // where each page started
	end     connectors.Cursor   // the Next of the last
}

// toTheEnd pages from a cursor until Last. between is called after each page
// but the last.
func (s *sourceRun) toTheEnd(from connectors.Source, k helpdesk.Kind, after connectors.Cursor, between func()) stretch {
	s.Helper()
	var st stretch
	for range s.enough() {
		p := s.page(from, k, after)
		st.pages, st.cursors = append(st.pages, p), append(st.cursors, after)
		if p.Last {
			st.end = p.Next
			return st
		}
		if p.Next == after {
			s.Fatalf("paging %s never ends: a page that is not the last leads to itself", k)
		}
		after = p.Next
		between()
	}
	s.Fatalf("paging %s never ends: no page of %d was the last", k, s.enough())
	return st
}

// enough is a number of pages that no source needs.
func (s *sourceRun) enough() int {
	if s.Want == nil {
		return 100_000
	}
	return 10*len(s.Want) + 100
}

func quietly() {}

// records are the last versions of what was read, by key.
func (st stretch) records() map[string]helpdesk.Record { return last(st.pages) }

func last(pages []connectors.Page) map[string]helpdesk.Record {
	all := map[string]helpdesk.Record{}
	for _, p := range pages {
		for _, r := range p.Records {
			all[r.Key] = r
		}
	}
	return all
}

// want lists the expected records of kind k by key.
func (s *sourceRun) want(k helpdesk.Kind) map[string]helpdesk.Record { return s.wanted[k] }

// again is the same help desk as a later run finds it.
func (s *sourceRun) again() connectors.Source {
	s.Helper()
	if s.Reopen == nil {
		return s.Source
	}
	from := s.Reopen(s)
	s.Cleanup(func() { connectors.Close(from) })
	return from
}
