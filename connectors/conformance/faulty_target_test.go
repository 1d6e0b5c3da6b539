package conformance

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"

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
	connectors.Eraser
}

// changing is a target in which comments can be added and records changed.
type changing interface {
	connectors.Appender
	connectors.Updater
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
	erase   func(context.Context, string, helpdesk.Record) error
	append  func(context.Context, string, helpdesk.Comment, connectors.OpenFunc) (string, error)
	update  func(context.Context, string, connectors.Edit) error
	reopen  func() connectors.Target
}

func newFaultyTarget(desk *memory.Desk) *faultyTarget {
	t := desk.Target().(wholeTarget)
	f := &faultyTarget{wholeTarget: t, profile: t.Profile, create: t.Create, find: t.Find, read: t.Read,
		open: t.OpenAttachment, link: t.Link, match: t.Match, census: t.Census, remove: t.Remove, erase: t.Erase}
	if a, can := t.(changing); can {
		f.append, f.update = a.Append, a.Update
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

func (f *faultyTarget) Erase(ctx context.Context, id string, as helpdesk.Record) error {
	return f.erase(ctx, id, as)
}

// faultyAppender is a faultyTarget on a desk that takes comments one by one.
type faultyAppender struct{ *faultyTarget }

func (f *faultyAppender) Append(ctx context.Context, id string, c helpdesk.Comment, o connectors.OpenFunc) (string, error) {
	return f.append(ctx, id, c, o)
}

// faultyAppender can change records as well.
func (f *faultyAppender) Update(ctx context.Context, id string, e connectors.Edit) error {
	return f.update(ctx, id, e)
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
