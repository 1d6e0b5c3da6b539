package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A targetFault is a mistake that connectors make, on a desk of these options,
// and the promise that it breaks.
type targetFault struct {
	name    string
	breaks  string
	options memory.Options
	fault   func(*faultyTarget)
}

// recordFaults are those of creating, finding and reading.
var recordFaults = []targetFault{
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
	for _, f := range slices.Concat(recordFaults, powerFaults) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			wantBroken(t, failures(t, targetChecks, targetWith(f.options, f.fault)), f.breaks)
		})
	}
}
