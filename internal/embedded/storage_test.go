package embedded

import (
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A disk is full from its nth write on, until somebody makes room.
type disk struct{ left atomic.Int64 }

func (d *disk) write() error {
	if d.left.Add(-1) < 0 {
		return &os.PathError{Op: "write", Path: "object", Err: syscall.ENOSPC}
	}
	return nil
}

func (d *disk) full() bool { return d.left.Load() < 0 }

type fullStaging struct {
	staging.Store
	d *disk
}

func (f fullStaging) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	return f.Store.Put(ctx, name, func(w io.Writer) error {
		if err := f.d.write(); err != nil {
			return err
		}
		return write(w)
	})
}

type fullRows struct {
	ledger.Store
	d *disk
}

func (f fullRows) Commit(ctx context.Context, changes ...ledger.Change) error {
	if err := f.d.write(); err != nil {
		return err
	}
	return f.Store.Commit(ctx, changes...)
}

func (f fullRows) Each(ctx context.Context, changes ...ledger.Change) error {
	return f.Commit(ctx, changes...)
}

func TestAFullDiskStopsTheRunAndRoomLetsItGoOn(t *testing.T) {
	for _, after := range []int64{5, 20, 40, 60, 80} {
		source, target := fill(t, memory.Options{PageSize: 10}, sample.Crash()), memory.New(memory.Options{})
		d := &disk{}
		d.left.Store(after)
		r, err := openWith(t.TempDir(), parse(t), source.Source(), target.Target(), func(p *Parts) {
			p.Staging, p.Rows = fullStaging{p.Staging, d}, fullRows{p.Rows, d}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		_, err = r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
		if err == nil || !d.full() {
			t.Errorf("after %d writes: the run did not notice: %v", after, err)
			continue
		}
		var failed *Failed
		if errors.As(err, &failed) && failed.Name != string(migration.StorageFailed) {
			t.Errorf("after %d writes: %v, want StorageFailed", after, err)
		}
		d.left.Store(1 << 30)
		if _, err := r.Resume(t.Context()); errors.Is(err, ErrNothingToResume) {
			_, err = r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
			if err != nil {
				t.Errorf("after %d writes: migrate anew: %v", after, err)
			}
		} else if err != nil {
			t.Errorf("after %d writes: resume: %v", after, err)
		}
		if n := len(target.Records("ticket")); n != 50 {
			t.Errorf("after %d writes: %d tickets, want 50", after, n)
		}
	}
}
