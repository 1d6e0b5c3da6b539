package archive

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// An unmade archive is a target whose folder is not there yet: looking at it must
// change nothing, so the first Create makes it.
type unmade struct {
	dir  string
	mu   sync.Mutex
	made *target // nil until then
}

// openTarget opens the archive in the folder to write, or says that one can be
// made there.
func openTarget(ctx context.Context, dir string) (connectors.Target, error) {
	_, err := os.Stat(filepath.Join(dir, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return &unmade{dir: dir}, checkVacant(dir)
	}
	a, err := openToWrite(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &target{a}, nil
}

// now is the archive if it has been made.
func (u *unmade) now() (*target, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.made, u.made != nil
}

func (u *unmade) make(ctx context.Context) (*target, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.made == nil {
		a, err := openToWrite(ctx, u.dir)
		if err != nil {
			return nil, err
		}
		u.made = &target{a}
	}
	return u.made, nil
}

// Profile says what the archive would keep.
func (u *unmade) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	if t, ok := u.now(); ok {
		return t.Profile(ctx)
	}
	return profile([]string{warning}), ctx.Err()
}

func (u *unmade) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	t, err := u.make(ctx)
	if err != nil {
		return nil, err
	}
	return t.Create(ctx, drafts)
}

func (u *unmade) Find(ctx context.Context, k helpdesk.Kind, marker string) ([]string, error) {
	if t, ok := u.now(); ok {
		return t.Find(ctx, k, marker)
	}
	return nil, ctx.Err()
}

func (u *unmade) Read(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
	if t, ok := u.now(); ok {
		return t.Read(ctx, k, id)
	}
	return helpdesk.Record{}, errors.Join(ctx.Err(), connectors.ErrNotFound)
}

// Link needs both tickets, so the archive has been made.
func (u *unmade) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	if t, ok := u.now(); ok {
		return t.Link(ctx, ticket, l)
	}
	return errors.Join(ctx.Err(), connectors.ErrNotFound)
}

func (u *unmade) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	if t, ok := u.now(); ok {
		return t.Census(ctx, k, prefix)
	}
	return func(yield func(connectors.Marked, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

func (u *unmade) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if t, ok := u.now(); ok {
		return t.OpenAttachment(ctx, a)
	}
	return nil, errors.Join(ctx.Err(), connectors.ErrNotFound)
}

// Remove finds everything gone already.
func (u *unmade) Remove(ctx context.Context, k helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
	if t, ok := u.now(); ok {
		return t.Remove(ctx, k, ids)
	}
	gone := make([]connectors.Removal, len(ids))
	for i := range gone {
		gone[i] = connectors.Removed
	}
	return gone, ctx.Err()
}

// Close closes the archive if it has been made.
func (u *unmade) Close() error {
	if t, ok := u.now(); ok {
		return t.Close()
	}
	return nil
}
