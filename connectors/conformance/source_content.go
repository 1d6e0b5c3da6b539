package conformance

import (
	"context"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// sourceIsDiscreet provokes what errors it can. Cursors, places and errors are
// looked at wherever the suite meets them.
func sourceIsDiscreet(s *sourceRun) {
	for _, n := range s.profile.Notes {
		discreet(s, "a note of the profile", n)
	}
	planted := slices.ContainsFunc(s.Want, hasCanary)
	if s.Want != nil && !planted {
		s.Errorf("no record of the fixture has the word %q in a text: nothing can be found out", canary)
	}
	for _, k := range s.profile.Kinds {
		s.toTheEnd(s.Source, k, "", quietly)
		ask(s, "page of "+string(k), func(ctx context.Context) (connectors.Page, error) {
			return s.Source.Page(ctx, k, "canary-is-no-cursor")
		})
	}
}

func hasCanary(r helpdesk.Record) bool {
	for v := range r.Values() {
		if slices.ContainsFunc(v.Strings(), reveals) {
			return true
		}
	}
	return false
}

func sourceStops(s *sourceRun) {
	stops(s, "profile", s.Source.Profile)
	for _, k := range s.profile.Kinds {
		stops(s, "page of "+string(k), func(ctx context.Context) (connectors.Page, error) {
			return s.Source.Page(ctx, k, "")
		})
	}
	if c, ok := s.Source.(connectors.Counter); ok {
		stops(s, "count", c.Count)
	}
}

func sourceKeepsDangling(s *sourceRun) {
	planted := 0
	for _, k := range s.profile.Kinds {
		got := s.toTheEnd(s.Source, k, "", quietly).records()
		for key, w := range s.want(k) {
			r, ok := got[key]
			if !ok {
				continue // another check says so
			}
			for a, b := range helpdesk.Pairs(&w, &r) {
				if !s.dangling(a) {
					continue
				}
				if planted++; !sameValue(a, b) {
					s.Errorf("%s %s refers to a record that is gone, and is not read as it stands there", k, a.Path())
				}
			}
		}
	}
	if planted == 0 {
		untested(s, "references to records that are gone: the fixture has none")
	}
}

// dangling reports whether a value refers to a record that is not to be read.
func (s *sourceRun) dangling(v helpdesk.Value) bool {
	if v.Field.Class != helpdesk.ClassReference || v.Empty() {
		return false
	}
	for _, key := range v.Strings() {
		if _, ok := s.want(v.Field.Refers)[key]; !ok {
			return true
		}
	}
	return false
}

func sourceOpens(s *sourceRun) {
	opener, can := s.Source.(connectors.AttachmentOpener)
	opened := 0
	for _, k := range s.profile.Kinds {
		want := s.want(k)
		for key, r := range s.toTheEnd(s.Source, k, "", quietly).records() {
			expected := attachments(want[key])
			for i, a := range attachments(r) {
				if !can {
					s.Fatalf("records have attachments that nothing opens")
				}
				if i < len(expected) && expected[i].SHA256 != "" {
					wantBytes(s, opener, a, expected[i].Size, expected[i].SHA256)
					opened++
				}
			}
		}
	}
	if opened == 0 {
		untested(s, "bytes of attachments: the fixture expects none")
	}
}

func sourceMissesAttachment(s *sourceRun) {
	opener, can := s.Source.(connectors.AttachmentOpener)
	if !can {
		notClaimed(s, "AttachmentOpener")
		return
	}
	gone := helpdesk.Attachment{Key: "424242", Name: "canary.txt", Locator: "424242"}
	open := func(ctx context.Context) (io.ReadCloser, error) { return opener.OpenAttachment(ctx, gone) }
	_, err := ask(s, "open an attachment that is gone", open)
	wantNotFound(s, "open an attachment that is gone", err)
	stops(s, "open attachment", open)
}

func sourceCounts(s *sourceRun) {
	counter, can := s.Source.(connectors.Counter)
	if !can {
		notClaimed(s, "Counter")
		return
	}
	counts := must(s, "count", counter.Count)
	for _, k := range s.profile.Kinds {
		read := len(s.toTheEnd(s.Source, k, "", quietly).records())
		// Broken objects may count or not, and agents may work: a tenth is about right.
		if off := counts[k] - read; max(off, -off) > read/10+len(s.Broken) {
			s.Errorf("the count of %s is %d, and paging gives %d", k, counts[k], read)
		}
	}
}
