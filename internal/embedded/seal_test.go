package embedded

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// hoarder keeps a copy of every object that is staged, as a backup or a thief
// would.
type hoarder struct {
	staging.Store
	kept *staging.Folder
}

func (h hoarder) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	var copied bytes.Buffer
	if err := h.Store.Put(ctx, name, func(w io.Writer) error { return write(io.MultiWriter(w, &copied)) }); err != nil {
		return err
	}
	return h.kept.Put(ctx, name, func(w io.Writer) error { _, err := w.Write(copied.Bytes()); return err })
}

func TestAfterTheSealNothingCanBeRead(t *testing.T) {
	home := t.TempDir()
	kept, err := staging.NewFolder(filepath.Join(t.TempDir(), "kept"))
	if err != nil {
		t.Fatal(err)
	}
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{})
	r, err := openWith(home, parse(t), source.Source(), target.Target(), func(p *Parts) { p.Staging = hoarder{p.Staging, kept} })
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report := migrate(t, r)

	for o := range r.Staging.List(t.Context(), "") {
		t.Errorf("staging still holds %s", o.Name)
	}
	if s := report.Sealed; s == nil || s.Objects == 0 || s.Left != 0 || len(s.Keys) != 2 {
		t.Errorf("the seal says %+v", s)
	}
	opened := 0
	for side, step := range map[keyring.Side]string{keyring.Raw: "raw", keyring.Clean: "clean"} {
		for g, err := range r.Ledger().Segments(t.Context(), "r0001", step) {
			if err != nil {
				t.Fatal(err)
			}
			label := staging.Label{Tenant: "local", Migration: "test", Run: "r0001", Side: side, Object: g.Object}
			for _, err := range staging.ReadSegment(t.Context(), kept, r.Keys, label) {
				if !errors.Is(err, keyring.ErrForgotten) {
					t.Errorf("%s opens after the seal: %v", g.Name(), err)
				}
				opened++
				break
			}
		}
	}
	if opened < 10 {
		t.Errorf("only %d kept segments were tried", opened)
	}
}

func TestNothingOfADestroyedKeyIsInAnyFile(t *testing.T) {
	home := t.TempDir()
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{})
	var wrapped [][]byte
	r, err := openWith(home, parse(t), source.Source(), target.Target(), func(p *Parts) {
		p.Keys = watcher{p.Keys, func() {
			// The row of the raw side, read from the file while it is there.
			rows, err := local.OpenSQLite(filepath.Join(home, "test", "keyring", "keyring.db"))
			if err != nil {
				t.Error(err)
				return
			}
			defer rows.Close()
			for _, side := range []keyring.Side{keyring.Raw, keyring.Clean} {
				row, err := rows.Wrapped(context.Background(), keyring.Scope{Tenant: "local", Migration: "test", Run: "r0001", Side: side})
				if err == nil {
					wrapped = append(wrapped, row)
				}
			}
		}}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	migrate(t, r)
	if len(wrapped) == 0 {
		t.Fatal("the test saw no key")
	}
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, w := range wrapped {
			if bytes.Contains(content, w[len(w)/2:]) {
				t.Errorf("%s holds bytes of a destroyed key", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// watcher looks just before keys are destroyed.
type watcher struct {
	Keys
	look func()
}

func (w watcher) Forget(ctx context.Context, s keyring.Scope) error {
	w.look()
	return w.Keys.Forget(ctx, s)
}

func TestWhatLoadsCannotOpenWhatWasExtracted(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	secret, label := []byte("key"), []byte("label")
	run := r.Run("r0001", migration.ModeFull)
	for _, side := range []keyring.Side{keyring.Raw, keyring.Clean} {
		if err := r.Keys.Make(t.Context(), scopeOf(run, side)); err != nil {
			t.Fatal(err)
		}
	}
	for step, opener := range map[string]keyring.Opener{"load": r.steps.Load.Clean, "verify": r.steps.Verify.Clean} {
		sealed, err := r.Keys.Seal(t.Context(), scopeOf(run, keyring.Raw), secret, label)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := opener.Open(t.Context(), scopeOf(run, keyring.Raw), sealed, label); !errors.Is(err, keyring.ErrRefused) {
			t.Errorf("%s opens raw: %v", step, err)
		}
	}
	if _, opens := r.steps.Extract.Keys.(keyring.Opener); opens {
		t.Error("what extract is given can open")
	}
}

func scopeOf(r migration.Run, side keyring.Side) keyring.Scope {
	return keyring.Scope{Tenant: r.Tenant, Migration: r.Migration, Run: r.ID, Side: side}
}

func TestASegmentInAnothersPlaceIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(objects map[string][]byte, a, b string){
		"swapped":   func(o map[string][]byte, a, b string) { o[a], o[b] = o[b], o[a] },
		"flipped":   func(o map[string][]byte, a, _ string) { o[a][len(o[a])/2] ^= 1 },
		"truncated": func(o map[string][]byte, a, _ string) { o[a] = o[a][:len(o[a])-20] },
	} {
		t.Run(name, func(t *testing.T) {
			source, target := fill(t, memory.Options{PageSize: 10}, sample.Crash()), memory.New(memory.Options{})
			spoiled := false
			r, err := openWith(t.TempDir(), parse(t), source.Source(), target.Target(), func(p *Parts) {
				p.Rows = beforeAnonymize{p.Rows, func() {
					if !spoiled {
						spoiled = true
						rewrite(t, p.Staging, "runs/local/test/r0001/raw/ticket-", spoil)
					}
				}}
			})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			_, err = r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
			var failed *Failed
			if !errors.As(err, &failed) || failed.Name != string(migration.StagingCorrupt) {
				t.Errorf("got %v, want StagingCorrupt", err)
			}
			if n := len(target.Records("ticket")); n != 0 {
				t.Errorf("%d tickets were loaded", n)
			}
		})
	}
}

// beforeAnonymize calls do once the raw manifest has been listed.
type beforeAnonymize struct {
	ledger.Store
	do func()
}

func (b beforeAnonymize) List(ctx context.Context, partition, prefix, after string, limit int) ([]ledger.Row, error) {
	rows, err := b.Store.List(ctx, partition, prefix, after, limit)
	if prefix == "segment#raw#article-" {
		b.do()
	}
	return rows, err
}

// rewrite replaces the first two objects below a prefix by spoiled ones.
func rewrite(t *testing.T, s staging.Store, prefix string, spoil func(map[string][]byte, string, string)) {
	objects, names := map[string][]byte{}, []string{}
	for o, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), o.Name)
		if err != nil {
			t.Fatal(err)
		}
		objects[o.Name], _ = io.ReadAll(r)
		r.Close()
		names = append(names, o.Name)
	}
	spoil(objects, names[0], names[1])
	for _, n := range names[:2] {
		if err := s.Delete(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), n, func(w io.Writer) error { _, err := w.Write(objects[n]); return err }); err != nil {
			t.Fatal(err)
		}
	}
}
