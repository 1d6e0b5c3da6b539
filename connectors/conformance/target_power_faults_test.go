package conformance

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// powerFaults are those of attachments and of what only some targets can do.
var powerFaults = []targetFault{
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
	{"an update sets every field", "an update sets the fields of the edit and no others", memory.Options{},
		func(f *faultyTarget) {
			update := f.update
			f.update = func(ctx context.Context, id string, e connectors.Edit) error {
				for v := range e.Record.Values() {
					e.Fields = append(e.Fields, v.Path())
				}
				return update(ctx, id, e)
			}
		}},
	{"an update is taken and does nothing", "an update sets the fields of the edit and no others", memory.Options{},
		func(f *faultyTarget) {
			update := f.update
			f.update = func(ctx context.Context, id string, e connectors.Edit) error {
				e.Fields = nil
				return update(ctx, id, e)
			}
		}},
	{"an update of nothing is no error", "an update sets the fields of the edit and no others", memory.Options{},
		func(f *faultyTarget) {
			update := f.update
			f.update = func(ctx context.Context, id string, e connectors.Edit) error {
				if err := update(ctx, id, e); !errors.Is(err, connectors.ErrNotFound) {
					return err
				}
				return nil
			}
		}},
	{"an agent's change is overwritten, and an error says that it is not", "an update leaves what an agent changed meanwhile", memory.Options{},
		func(f *faultyTarget) {
			update, read := f.update, f.read
			f.update = func(ctx context.Context, id string, e connectors.Edit) error {
				err := update(ctx, id, e)
				if errors.Is(err, connectors.ErrChanged) {
					e.Was, _ = read(ctx, e.Record.Kind, id)
					_ = update(ctx, id, e)
				}
				return err
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
	{"the census goes on when it is told to stop", "the census lists exactly what is marked", memory.Options{},
		func(f *faultyTarget) {
			census := f.census
			f.census = func(ctx context.Context, k helpdesk.Kind, p string) iter.Seq2[connectors.Marked, error] {
				return func(yield func(connectors.Marked, error) bool) {
					for m, err := range census(ctx, k, p) {
						yield(m, err)
					}
				}
			}
		}},
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
	{"who is erased has only another name", "who is erased is nobody any more", memory.Options{},
		func(f *faultyTarget) {
			erase := f.erase
			f.erase = func(ctx context.Context, id string, as helpdesk.Record) error {
				was, err := f.read(ctx, helpdesk.KindPerson, id)
				if err != nil {
					return err
				}
				was.Person.Name = as.Person.Name
				return erase(ctx, id, was)
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
