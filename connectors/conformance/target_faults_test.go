package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// wholeTarget is a target with every power that a desk has in both modes.
type wholeTarget interface {
	connectors.Target
	connectors.AttachmentOpener
	connectors.Linker
	connectors.Matcher
	connectors.Censor
	connectors.Remover
}

// faultyTarget is a sound target but for what a fault replaces.
type faultyTarget struct {
	wholeTarget
	profile func(context.Context) (connectors.TargetProfile, error)
	create  func(context.Context, []connectors.Draft) ([]connectors.Created, error)
	find    func(context.Context, helpdesk.Kind, string) ([]string, error)
	read    func(context.Context, helpdesk.Kind, string) (helpdesk.Record, error)
	open    func(context.Context, helpdesk.Attachment) (io.ReadCloser, error)
	link    func(context.Context, string, helpdesk.Link) error
	match   func(context.Context, helpdesk.Record) (string, error)
	census  func(context.Context, helpdesk.Kind, string) iter.Seq2[connectors.Marked, error]
	remove  func(context.Context, helpdesk.Kind, []string) ([]connectors.Removal, error)
	append  func(context.Context, string, helpdesk.Comment, connectors.OpenFunc) (string, error)
	reopen  func() connectors.Target
}

func newFaultyTarget(desk *memory.Desk) *faultyTarget {
	t := desk.Target().(wholeTarget)
	f := &faultyTarget{wholeTarget: t, profile: t.Profile, create: t.Create, find: t.Find, read: t.Read,
		open: t.OpenAttachment, link: t.Link, match: t.Match, census: t.Census, remove: t.Remove}
	if a, threaded := t.(connectors.Appender); threaded {
		f.append = a.Append
	}
	f.reopen = desk.Target
	return f
}

func (f *faultyTarget) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	return f.profile(ctx)
}
func (f *faultyTarget) Create(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
	return f.create(ctx, d)
}
func (f *faultyTarget) Find(ctx context.Context, k helpdesk.Kind, m string) ([]string, error) {
	return f.find(ctx, k, m)
}
func (f *faultyTarget) Read(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
	return f.read(ctx, k, id)
}
func (f *faultyTarget) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return f.open(ctx, a)
}
func (f *faultyTarget) Link(ctx context.Context, t string, l helpdesk.Link) error {
	return f.link(ctx, t, l)
}
func (f *faultyTarget) Match(ctx context.Context, r helpdesk.Record) (string, error) {
	return f.match(ctx, r)
}
func (f *faultyTarget) Census(ctx context.Context, k helpdesk.Kind, p string) iter.Seq2[connectors.Marked, error] {
	return f.census(ctx, k, p)
}
func (f *faultyTarget) Remove(ctx context.Context, k helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
	return f.remove(ctx, k, ids)
}

// faultyAppender is a faultyTarget on a desk that takes comments one by one.
type faultyAppender struct{ *faultyTarget }

func (f *faultyAppender) Append(ctx context.Context, id string, c helpdesk.Comment, o connectors.OpenFunc) (string, error) {
	return f.append(ctx, id, c, o)
}

// onDraft is a fault that changes each draft on its way.
func onDraft(change func(*connectors.Draft)) func(*faultyTarget) {
	return func(f *faultyTarget) {
		create := f.create
		f.create = func(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
			sent := slices.Clone(drafts)
			for i := range sent {
				sent[i].Record = copyOf(sent[i].Record)
				change(&sent[i])
			}
			return create(ctx, sent)
		}
	}
}

// copyOf copies a record, as a desk does with what it is given.
func copyOf(r helpdesk.Record) helpdesk.Record {
	desk := memory.New(memory.Options{})
	c, _ := desk.Get(r.Kind, desk.Add(r)[0])
	return c
}

func onTargetProfile(change func(*connectors.TargetProfile)) func(*faultyTarget) {
	return func(f *faultyTarget) {
		profile := f.profile
		f.profile = func(ctx context.Context) (connectors.TargetProfile, error) {
			p, err := profile(ctx)
			if err == nil {
				change(&p)
			}
			return p, err
		}
	}
}

// onRead is a fault that changes each record as it is read back.
func onRead(change func(*helpdesk.Record)) func(*faultyTarget) {
	return func(f *faultyTarget) {
		read := f.read
		f.read = func(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
			r, err := read(ctx, k, id)
			if err == nil {
				change(&r)
			}
			return r, err
		}
	}
}

// onCreated is a fault that changes what Create answers.
func onCreated(change func([]connectors.Created) ([]connectors.Created, error)) func(*faultyTarget) {
	return func(f *faultyTarget) {
		create := f.create
		f.create = func(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
			created, err := create(ctx, drafts)
			if err != nil {
				return nil, err
			}
			return change(created)
		}
	}
}

// strict is a desk that has something to reject; lax is the same desk that says
// so and does not.
var strict = memory.Options{Requires: []string{"ticket.requester"},
	Vocabulary: map[string][]string{"ticket.status": {"open", "closed"}}}

func onlyClaims(p *connectors.TargetProfile) {
	p.Requires, p.Vocabulary = strict.Requires, strict.Vocabulary
}

// targetFaults are mistakes that connectors make, and the promise that each of
// them breaks. They sit on a desk of the given options.
var targetFaults = []struct {
	name    string
	breaks  string
	options memory.Options
	fault   func(*faultyTarget)
}{
	{"what is created is created twice", "what is created is found by its marker and read back", memory.Options{},
		func(f *faultyTarget) {
			create := f.create
			f.create = func(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
				_, _ = create(ctx, d)
				return create(ctx, d)
			}
		}},
	{"a field that is declared kept is dropped", "what is created is found by its marker and read back", memory.Options{},
		onDraft(func(d *connectors.Draft) { setAll(&d.Record, "ticket.priority", nil) })},
	{"a field that is declared lost is kept", "what is created is found by its marker and read back", memory.Options{},
		onTargetProfile(func(p *connectors.TargetProfile) { p.Fidelity["ticket.priority"] = connectors.Lost })},
	{"a field is declared by no name", "what is created is found by its marker and read back", memory.Options{},
		onTargetProfile(func(p *connectors.TargetProfile) { delete(p.Fidelity, "ticket.priority") })},
	{"comments are sorted by time", "what is created is found by its marker and read back", memory.Options{},
		onRead(func(r *helpdesk.Record) {
			if r.Ticket != nil {
				slices.SortStableFunc(r.Ticket.Comments, func(a, b helpdesk.Comment) int { return a.Created.Compare(b.Created) })
			}
		})},
	{"equal comments become one", "what is created is found by its marker and read back", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			if t := d.Record.Ticket; t != nil {
				t.Comments = slices.CompactFunc(t.Comments, func(a, b helpdesk.Comment) bool { return a.Body == b.Body })
			}
		})},
	{"the time of creation is that of the import", "what is created is found by its marker and read back", memory.Options{},
		onDraft(func(d *connectors.Draft) { setAll(&d.Record, "comment.created", []string{"2026-11-24T00:00:00Z"}) })},
	{"the marker is lost on one kind", "every record carries its own marker", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			if d.Record.Kind == helpdesk.KindArticle {
				d.Marker = ""
			}
		})},
	{"the marker is cut", "every record carries its own marker", memory.Options{}, cutMarker},
	{"equal content is one record", "equal content twice is two records", memory.Options{}, mergeTwins},
	{"the draft is changed", "a draft stays as it was", memory.Options{},
		func(f *faultyTarget) {
			create := f.create
			f.create = func(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
				created, err := create(ctx, d)
				for i := range d {
					setAll(&d[i].Record, "ticket.requester", nil)
				}
				return created, err
			}
		}},
	{"answers come in another order", "one answer for each draft, in their order", memory.Options{},
		onCreated(func(c []connectors.Created) ([]connectors.Created, error) { slices.Reverse(c); return c, nil })},
	{"one that is rejected fails the batch", "a draft that is rejected leaves the others alone", strict,
		onCreated(func(c []connectors.Created) ([]connectors.Created, error) {
			for _, x := range c {
				if x.Err != nil && len(c) > 1 {
					return nil, x.Err
				}
			}
			return c, nil
		})},
	{"what is rejected is there all the same", "a draft that is rejected leaves the others alone", strict,
		func(f *faultyTarget) {
			find := f.find
			f.find = func(ctx context.Context, k helpdesk.Kind, m string) ([]string, error) {
				ids, err := find(ctx, k, m)
				if len(ids) == 0 {
					ids = []string{"17"}
				}
				return ids, err
			}
		}},
	{"an unknown word is taken silently", "a value outside the vocabulary is rejected by its field", memory.Options{},
		onTargetProfile(onlyClaims)},
	{"a rejection does not name its field", "a value outside the vocabulary is rejected by its field", strict,
		onCreated(func(c []connectors.Created) ([]connectors.Created, error) {
			for i := range c {
				if c[i].Err != nil {
					c[i].Err = &connectors.Rejected{Reason: "no"}
				}
			}
			return c, nil
		})},
	{"a rejection looks like a failure", "a value outside the vocabulary is rejected by its field", strict,
		onCreated(func(c []connectors.Created) ([]connectors.Created, error) {
			for i := range c {
				if c[i].Err != nil {
					c[i].Err = connectors.ErrUnavailable
				}
			}
			return c, nil
		})},
	{"a missing reference is taken silently", "a record without a required reference is rejected by its field", memory.Options{},
		onTargetProfile(onlyClaims)},
	{"a reference to nothing becomes none", "a reference to nothing is refused or kept", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			for v := range d.Record.Values() {
				if v.Field.Class == helpdesk.ClassReference && slices.Contains(v.Strings(), nonsense) {
					_ = v.Set(nil)
				}
			}
		})},
	{"a long text is cut", "a text is kept whole or refused", memory.Options{},
		onDraft(func(d *connectors.Draft) { cutAll(&d.Record, "comment.body", 1<<16-1) })},
	{"signs beyond three bytes are lost", "a text is kept whole or refused", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			for v := range d.Record.Values() {
				if v.Field.Class == helpdesk.ClassText && len(v.Strings()) == 1 {
					_ = v.Set([]string{strings.Map(func(r rune) rune {
						if r > 0xffff {
							return '?'
						}
						return r
					}, v.Strings()[0])})
				}
			}
		})},
	{"a list ends after a hundred", "many parts are kept whole or refused", memory.Options{},
		onRead(func(r *helpdesk.Record) {
			if r.Ticket != nil {
				r.Ticket.Comments = r.Ticket.Comments[:min(100, len(r.Ticket.Comments))]
			}
		})},
	{"an error holds content", "a value outside the vocabulary is rejected by its field", strict,
		func(f *faultyTarget) {
			create := f.create
			f.create = func(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
				created, err := create(ctx, d)
				for i := range created {
					if created[i].Err != nil && d[i].Record.Ticket != nil {
						created[i].Err = fmt.Errorf("%q: %w", d[i].Record.Ticket.Subject, created[i].Err)
					}
				}
				return created, err
			}
		}},
	{"nothing in place of not found", "what is not there is not found", memory.Options{},
		func(f *faultyTarget) {
			read := f.read
			f.read = func(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
				r, err := read(ctx, k, id)
				if errors.Is(err, connectors.ErrNotFound) {
					return helpdesk.New(k, id), nil
				}
				return r, err
			}
		}},
	{"an error in place of not found", "what is not there is not found", memory.Options{},
		func(f *faultyTarget) {
			f.read = func(context.Context, helpdesk.Kind, string) (helpdesk.Record, error) {
				return helpdesk.Record{}, connectors.ErrUnavailable
			}
		}},
	{"to find looks for what starts with the marker", "what is not there is not found", memory.Options{},
		func(f *faultyTarget) {
			f.find = func(ctx context.Context, k helpdesk.Kind, m string) (ids []string, _ error) {
				for x, err := range f.census(ctx, k, m[:5]) {
					if err != nil {
						return nil, err
					}
					ids = append(ids, x.ID)
				}
				return append(ids, "1"), nil
			}
		}},
	{"cancel is ignored", "a call ends with its context", memory.Options{},
		func(f *faultyTarget) {
			create := f.create
			f.create = func(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
				return create(context.WithoutCancel(ctx), d)
			}
		}},
	{"what opens is not what the draft says", "attachments are kept byte by byte", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			for _, a := range attachmentsOf(&d.Record) {
				a.Blob = nil
			}
		})},
	{"bytes are others", "attachments are kept byte by byte", memory.Options{},
		func(f *faultyTarget) {
			open := f.open
			f.open = func(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
				r, err := open(ctx, a)
				if err == nil {
					r = io.NopCloser(io.MultiReader(strings.NewReader("\ufeff"), r))
				}
				return r, err
			}
		}},
	{"an attachment without bytes is left out", "an attachment that does not open is no success", memory.Options{},
		onDraft(func(d *connectors.Draft) {
			open := d.Open
			d.Open = func(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
				r, err := open(ctx, a)
				if err != nil {
					return io.NopCloser(strings.NewReader("")), nil
				}
				return r, nil
			}
			for _, c := range attachmentsOf(&d.Record) {
				c.SHA256 = ""
			}
		})},
	{"comments are written at create and again after", "comments are appended in order and counted", memory.Options{Threaded: true},
		func(f *faultyTarget) {
			create := f.create
			f.create = func(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
				created, err := create(ctx, drafts)
				for i, c := range created {
					if t := drafts[i].Record.Ticket; t != nil && c.Err == nil {
						_, _ = f.append(ctx, c.ID, t.Comments[0], drafts[i].Open)
					}
				}
				return created, err
			}
		}},
	{"a comment with the text of the last one is taken for it", "comments are appended in order and counted", memory.Options{Threaded: true},
		func(f *faultyTarget) {
			add, lastBody, lastID := f.append, "", ""
			f.append = func(ctx context.Context, id string, c helpdesk.Comment, o connectors.OpenFunc) (_ string, err error) {
				if c.Body != lastBody {
					lastID, err = add(ctx, id, c, o)
				}
				lastBody = c.Body
				return lastID, err
			}
		}},
	{"the newest comment stands first", "comments are appended in order and counted", memory.Options{Threaded: true},
		onRead(func(r *helpdesk.Record) {
			if r.Ticket != nil {
				slices.Reverse(r.Ticket.Comments)
			}
		})},
	{"append answers with the ticket's id", "comments are appended in order and counted", memory.Options{Threaded: true},
		func(f *faultyTarget) {
			add := f.append
			f.append = func(ctx context.Context, id string, c helpdesk.Comment, o connectors.OpenFunc) (string, error) {
				_, err := add(ctx, id, c, o)
				return id, err
			}
		}},
	{"to link twice is to link twice", "to link twice is to link once", memory.Options{}, linkAgain},
	{"anybody matches", "a person is matched by e-mail, a group by name", memory.Options{},
		func(f *faultyTarget) {
			f.match = func(context.Context, helpdesk.Record) (string, error) { return "1", nil }
		}},
	{"nobody matches", "a person is matched by e-mail, a group by name", memory.Options{},
		func(f *faultyTarget) {
			f.match = func(context.Context, helpdesk.Record) (string, error) { return "", connectors.ErrNotFound }
		}},
	{"the census is incomplete", "the census lists exactly what is marked", memory.Options{},
		onCensus(func(n int, _ connectors.Marked) bool { return n > 0 })},
	{"the census lists others too", "the census lists exactly what is marked", memory.Options{},
		func(f *faultyTarget) {
			census := f.census
			f.census = func(ctx context.Context, k helpdesk.Kind, p string) iter.Seq2[connectors.Marked, error] {
				return census(ctx, k, p[:2])
			}
		}},
	{"removed is said and nothing is", "what is removed is gone, and stays so", memory.Options{Removal: connectors.Kept},
		func(f *faultyTarget) {
			f.remove = func(_ context.Context, _ helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
				return slices.Repeat([]connectors.Removal{connectors.Removed}, len(ids)), nil
			}
		}},
	{"to remove again is an error", "what is removed is gone, and stays so", memory.Options{},
		func(f *faultyTarget) {
			remove := f.remove
			f.remove = func(ctx context.Context, k helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
				for _, id := range ids {
					if _, err := f.read(ctx, k, id); err != nil {
						return nil, err
					}
				}
				return remove(ctx, k, ids)
			}
		}},
	{"files of what is removed stay", "what is removed is gone, and stays so", memory.Options{},
		func(f *faultyTarget) {
			f.open = func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("canary")), nil
			}
		}},
	{"nothing was written before the end", "what was created outlives the connection", memory.Options{},
		func(f *faultyTarget) { f.reopen = memory.New(memory.Options{}).Target }},
}

// setAll sets a field wherever it stands in the record.
func setAll(r *helpdesk.Record, field string, to []string) {
	for v := range r.Values() {
		if v.Field.Name == field {
			_ = v.Set(to)
		}
	}
}

func cutAll(r *helpdesk.Record, field string, n int) {
	for v := range r.Values() {
		if v.Field.Name == field && len(v.Strings()[0]) > n {
			_ = v.Set([]string{strings.ToValidUTF8(v.Strings()[0][:n], "")})
		}
	}
}

func attachmentsOf(r *helpdesk.Record) []*helpdesk.Attachment {
	var all []*helpdesk.Attachment
	if r.Ticket != nil {
		for i := range r.Ticket.Comments {
			for j := range r.Ticket.Comments[i].Attachments {
				all = append(all, &r.Ticket.Comments[i].Attachments[j])
			}
		}
	}
	return all
}

// cutMarker keeps markers in a field that is too short for them.
func cutMarker(f *faultyTarget) {
	const room = 12
	onDraft(func(d *connectors.Draft) { d.Marker = d.Marker[:room] })(f)
	find := f.find
	f.find = func(ctx context.Context, k helpdesk.Kind, m string) ([]string, error) { return find(ctx, k, m[:room]) }
}

// mergeTwins takes a ticket for one that is there already if it has its subject.
func mergeTwins(f *faultyTarget) {
	create := f.create
	seen := map[string]connectors.Created{}
	f.create = func(ctx context.Context, d []connectors.Draft) ([]connectors.Created, error) {
		if t := d[0].Record.Ticket; t != nil {
			if c, ok := seen[t.Subject]; ok {
				return []connectors.Created{c}, nil
			}
		}
		created, err := create(ctx, d)
		for i := range created {
			if d[i].Record.Ticket != nil {
				seen[d[i].Record.Ticket.Subject] = created[i]
			}
		}
		return created, err
	}
}

// linkAgain lets a ticket have as many links as it was told.
func linkAgain(f *faultyTarget) {
	link, read := f.link, f.read
	told := map[string][]helpdesk.Link{}
	f.link = func(ctx context.Context, id string, l helpdesk.Link) error {
		told[id] = append(told[id], l)
		return link(ctx, id, l)
	}
	f.read = func(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
		r, err := read(ctx, k, id)
		if l, ok := told[id]; ok && err == nil {
			r.Ticket.Links = l
		}
		return r, err
	}
}

func onCensus(keep func(n int, m connectors.Marked) bool) func(*faultyTarget) {
	return func(f *faultyTarget) {
		census := f.census
		f.census = func(ctx context.Context, k helpdesk.Kind, p string) iter.Seq2[connectors.Marked, error] {
			return func(yield func(connectors.Marked, error) bool) {
				n := 0
				for m, err := range census(ctx, k, p) {
					if err != nil || keep(n, m) {
						if !yield(m, err) {
							return
						}
					}
					n++
				}
			}
		}
	}
}

// targetWith is a desk with a fault; nil is none.
func targetWith(o memory.Options, fault func(*faultyTarget)) func(testing.TB) *targetRun {
	return func(t testing.TB) *targetRun {
		return startTarget(t, func(testing.TB) TargetUnderTest {
			desk := memory.New(o)
			f := newFaultyTarget(desk)
			if fault != nil {
				fault(f)
			}
			u := TargetUnderTest{Target: f,
				Existing: func(_ testing.TB, r helpdesk.Record) string { return desk.Add(r)[0] },
				Reopen:   func(testing.TB) connectors.Target { return f.reopen() }}
			if f.append != nil {
				u.Target = &faultyAppender{f}
			}
			return u
		})
	}
}

func TestASoundTargetPasses(t *testing.T) {
	for _, o := range []memory.Options{{}, strict, {Threaded: true}} {
		if got := failures(t, targetChecks, targetWith(o, nil)); len(got) > 0 {
			t.Errorf("failed: %q", got)
		}
	}
}

func TestEveryFaultOfATargetIsNoticed(t *testing.T) {
	for _, f := range targetFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			wantBroken(t, failures(t, targetChecks, targetWith(f.options, f.fault)), f.breaks)
		})
	}
}
