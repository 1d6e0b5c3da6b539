package conformance

import (
	"context"
	"io"
	"strconv"
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

// numbered pages by the number of the record in the list, whose order is that of
// change: what an agent changes, creates or deletes moves the others.
func numbered() func(*faultySource, *memory.Desk) {
	return func(f *faultySource, _ *memory.Desk) {
		page := f.page
		f.page = func(ctx context.Context, k helpdesk.Kind, c connectors.Cursor) (p connectors.Page, err error) {
			skip, _ := strconv.Atoi(string(c))
			all, after := []helpdesk.Record{}, connectors.Cursor("")
			for !p.Last && err == nil {
				p, err = page(ctx, k, after)
				all, after = append(all, p.Records...), p.Next
			}
			p.Records = all[min(skip, len(all)):min(skip+2, len(all))]
			p.Last = skip+2 >= len(all)
			p.Next = connectors.Cursor(strconv.Itoa(skip + len(p.Records)))
			return p, err
		}
	}
}

// onEnd is a fault in where the next run starts.
func onEnd(change func(connectors.Cursor) connectors.Cursor) func(*faultySource, *memory.Desk) {
	return onPage(func(p *connectors.Page) {
		if p.Last {
			p.Next = change(p.Next)
		}
	})
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
			return SourceUnderTest{Source: f, Want: want, Broken: []connectors.Broken{broken}, Edit: editOn(desk),
				Create: func(_ testing.TB, k helpdesk.Kind) helpdesk.Record {
					r, _ := desk.Get(k, desk.Add(helpdesk.New(k, ""))[0])
					return r
				},
				Delete: func(_ testing.TB, k helpdesk.Kind, key string) { desk.Delete(k, key) }}
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
