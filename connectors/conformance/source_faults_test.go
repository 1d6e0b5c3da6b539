package conformance

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// sourceFaults are mistakes that connectors make, and the promise that each of
// them breaks.
var sourceFaults = []struct {
	name   string
	breaks string
	fault  func(*faultySource, *memory.Desk)
}{
	{"the cursor is coarse: it knows the second only", "paging to the end gives every record",
		onPage(func(p *connectors.Page) { p.Next = coarse(p.Next) })},
	{"the cursor is coarse, to who goes on", "what was read goes on from any cursor", coarseAfterRestart()},
	{"the last record is dropped", "paging to the end gives every record",
		onPage(func(p *connectors.Page) {
			if p.Last && len(p.Records) > 0 {
				p.Records = p.Records[:len(p.Records)-1]
			}
		})},
	{"the last page never comes", "the end is told by Last and stays the end",
		onPage(func(p *connectors.Page) { p.Last = false })},
	{"a page of the first is called the last", "paging to the end gives every record",
		onPage(func(p *connectors.Page) { p.Last = true })},
	{"the cursor holds content", "no cursor, note, place or error holds content", cursorOfContent()},
	{"a place holds content", "no cursor, note, place or error holds content",
		onPage(func(p *connectors.Page) {
			p.Broken = []connectors.Broken{{Place: "record of Jane Canary", Reason: connectors.BrokenValue}}
		})},
	{"a note holds content", "no cursor, note, place or error holds content",
		onSourceProfile(func(p *connectors.SourceProfile) { p.Notes = append(p.Notes, "for example jane.canary@example.test") })},
	{"an error holds content", "an attachment that is gone is not found",
		func(f *faultySource, _ *memory.Desk) {
			f.open = func(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
				return nil, errors.Join(connectors.ErrNotFound, errors.New(a.Name))
			}
		}},
	{"an error quotes what it was given", "no cursor, note, place or error holds content",
		func(f *faultySource, _ *memory.Desk) {
			page := f.page
			f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
				if p, err := page(ctx, k, c); err == nil {
					return p, nil
				}
				return connectors.Page{}, errors.New("no such cursor: " + string(c))
			}
		}},
	{"cancel is ignored", "a call ends with its context",
		func(f *faultySource, _ *memory.Desk) {
			page := f.page
			f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
				return page(context.WithoutCancel(ctx), k, c)
			}
		}},
	{"what changed is not read again", "what changes after the end comes with the next run", readOnce()},
	{"what changes slips through while it is read", "what changes while it is read is not lost", readOnce()},
	{"C4: pages are numbered, and what agents do moves them", "what comes and goes while it is read moves nothing", numbered()},
	{"C5: one second is added to skip what was read", "what changes in the second of the end comes with the next run", onEnd(coarse)},
	{"C6: who goes on gets the next page of another window", "a cursor is good for as often as it is asked", numbered()},
	{"a reference to nothing is dropped", "references to records that are gone are kept",
		onPage(func(p *connectors.Page) {
			for _, r := range p.Records {
				if r.Ticket != nil && r.Ticket.Assignee != r.Ticket.Requester {
					r.Ticket.Assignee = ""
				}
			}
		})},
	{"a text is cut", "paging to the end gives every record",
		onPage(func(p *connectors.Page) {
			for _, r := range p.Records {
				if r.Ticket != nil {
					r.Ticket.Subject = r.Ticket.Subject[:min(10, len(r.Ticket.Subject))]
				}
			}
		})},
	{"what is broken is not reported", "paging to the end gives every record",
		onPage(func(p *connectors.Page) { p.Broken = nil })},
	{"a kind is not in the profile", "paging to the end gives every record",
		onSourceProfile(func(p *connectors.SourceProfile) { p.Kinds = p.Kinds[min(1, len(p.Kinds)):] })},
	{"the profile says another thing each time", "the profile tells and changes nothing",
		func(f *faultySource, _ *memory.Desk) {
			calls := ""
			onSourceProfile(func(p *connectors.SourceProfile) { calls += "I"; p.Version = calls })(f, nil)
		}},
	{"the connection test writes", "the profile tells and changes nothing",
		func(f *faultySource, d *memory.Desk) {
			onSourceProfile(func(*connectors.SourceProfile) {
				d.Edit(helpdesk.KindTicket, Key(helpdesk.KindTicket, 1), func(r *helpdesk.Record) { r.Ticket.Subject += "!" })
			})(f, nil)
		}},
	{"the count is made up", "the count is about what paging gives",
		func(f *faultySource, _ *memory.Desk) {
			f.count = func(context.Context) (map[helpdesk.Kind]int, error) { return map[helpdesk.Kind]int{"ticket": 3}, nil }
		}},
	{"bytes are others", "attachments open as the bytes that they stand for",
		func(f *faultySource, _ *memory.Desk) {
			f.open = func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("<html>please log in</html>")), nil
			}
		}},
	{"nothing in place of not found", "an attachment that is gone is not found",
		func(f *faultySource, _ *memory.Desk) {
			f.open = func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("")), nil
			}
		}},
	{"a call that is cancelled hangs", "a call ends with its context",
		func(f *faultySource, _ *memory.Desk) {
			count := f.count
			f.count = func(ctx context.Context) (map[helpdesk.Kind]int, error) {
				if ctx.Err() != nil {
					select {}
				}
				return count(ctx)
			}
		}},
}

func TestASoundSourcePasses(t *testing.T) {
	if got := failures(t, sourceChecks, sourceWith(nil)); len(got) > 0 {
		t.Errorf("failed: %v", got)
	}
}

func TestEveryFaultOfASourceIsNoticed(t *testing.T) {
	for _, f := range sourceFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			wantBroken(t, failures(t, sourceChecks, sourceWith(f.fault)), f.breaks)
		})
	}
}
