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

// wholeSource is a source with every power.
type wholeSource interface {
	connectors.Source
	connectors.Counter
	connectors.AttachmentOpener
}

// faultySource is a sound source but for what a fault replaces.
type faultySource struct {
	wholeSource
	profile func(context.Context) (connectors.SourceProfile, error)
	page    func(context.Context, helpdesk.Kind, connectors.Cursor) (connectors.Page, error)
	count   func(context.Context) (map[helpdesk.Kind]int, error)
	open    func(context.Context, helpdesk.Attachment) (io.ReadCloser, error)
}

func (f *faultySource) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	return f.profile(ctx)
}
func (f *faultySource) Page(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
	return f.page(ctx, k, c)
}
func (f *faultySource) Count(ctx context.Context) (map[helpdesk.Kind]int, error) { return f.count(ctx) }
func (f *faultySource) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return f.open(ctx, a)
}

// onPage is a fault that changes each page that a sound source gives.
func onPage(change func(*connectors.Page)) func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		page := f.page
		f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
			p, err := page(ctx, k, c)
			change(&p)
			return p, err
		}
	}
}

func onSourceProfile(change func(*connectors.SourceProfile)) func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		profile := f.profile
		f.profile = func(ctx context.Context) (connectors.SourceProfile, error) {
			p, err := profile(ctx)
			change(&p)
			return p, err
		}
	}
}

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
	{"a call hangs", "a call ends with its context",
		func(f *faultySource, _ *memory.Desk) {
			f.count = func(context.Context) (map[helpdesk.Kind]int, error) { select {} }
		}},
}

// coarse forgets which changes of its second a cursor has passed: all of them.
func coarse(c connectors.Cursor) connectors.Cursor {
	second, _, _ := strings.Cut(string(c), ".")
	return connectors.Cursor(second + ".999999.0")
}

// coarseAfterRestart is right as long as nobody goes on from an older cursor.
func coarseAfterRestart() func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		page := f.page
		latest := map[helpdesk.Kind]connectors.Cursor{}
		f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
			if c != "" && c != latest[k] {
				c = coarse(c)
			}
			p, err := page(ctx, k, c)
			latest[k] = p.Next
			return p, err
		}
	}
}

// cursorOfContent pages by the subject of the last record, as "ORDER BY" does.
func cursorOfContent() func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		page := f.page
		f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (connectors.Page, error) {
			inner, _, _ := strings.Cut(string(c), " after ")
			p, err := page(ctx, k, connectors.Cursor(inner))
			if n := len(p.Records); n > 0 && p.Records[n-1].Ticket != nil {
				p.Next += connectors.Cursor(" after " + p.Records[n-1].Ticket.Subject)
			}
			return p, err
		}
	}
}

// readOnce leaves out what it has given before, whatever has become of it.
func readOnce() func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		given := map[string]bool{}
		onPage(func(p *connectors.Page) {
			var fresh []helpdesk.Record
			for _, r := range p.Records {
				if id := string(r.Kind) + r.Key; !given[id] {
					given[id] = true
					fresh = append(fresh, r)
				}
			}
			p.Records = fresh
		})(f, nil)
	}
}

// sourceWith is a desk with a fault; nil is none. Something on it is broken.
func sourceWith(fault func(*faultySource, *memory.Desk)) func(testing.TB) *sourceRun {
	return func(t testing.TB) *sourceRun {
		return startSource(t, func(t testing.TB) SourceUnderTest {
			desk := memory.New(memory.Options{PageSize: 2})
			if _, err := desk.AddWithFiles(OpenFile, Records(5)...); err != nil {
				t.Fatal(err)
			}
			var want []helpdesk.Record
			for _, k := range helpdesk.Kinds() {
				want = append(want, desk.Records(k)...)
			}
			sound := desk.Source().(wholeSource)
			f := &faultySource{sound, sound.Profile, sound.Page, sound.Count, sound.OpenAttachment}
			broken := connectors.Broken{Place: "row 5", Reason: connectors.BrokenValue}
			onPage(func(p *connectors.Page) {
				if p.Last && len(p.Records) > 0 && p.Records[0].Ticket != nil {
					p.Broken = []connectors.Broken{broken}
				}
			})(f, desk)
			if fault != nil {
				fault(f, desk)
			}
			return SourceUnderTest{Source: f, Want: want, Broken: []connectors.Broken{broken}, Edit: editOn(desk)}
		})
	}
}

func editOn(desk *memory.Desk) func(testing.TB, helpdesk.Kind, string) helpdesk.Record {
	return func(_ testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
		desk.Edit(k, key, func(r *helpdesk.Record) {
			for v := range r.Values() {
				if v.Field.Class == helpdesk.ClassTitle || v.Field.Class == helpdesk.ClassText || v.Field.Class == helpdesk.ClassName {
					_ = v.Set([]string{"edited canary"})
				}
			}
		})
		r, _ := desk.Get(k, key)
		return r
	}
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
