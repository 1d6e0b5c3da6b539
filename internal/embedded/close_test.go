package embedded

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// TestAfterCloseNothingLinksTheTargetToTheSource looks for every reference and digest
// of the migration in every file of its home, and tries all that can't be done any more.
func TestAfterCloseNothingLinksTheTargetToTheSource(t *testing.T) {
	home := t.TempDir()
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, home, parse(t), source.Source(), target.Target())
	migrate(t, r)
	agitate(t, r, source, target)
	delta(t, r)
	links, records := map[string]bool{}, 0
	for _, k := range helpdesk.Kinds() {
		for e, err := range r.Ledger().All(t.Context(), k) {
			if err != nil {
				t.Fatal(err)
			}
			records++
			links[e.Ref] = true
			for _, digest := range e.Base {
				links[digest] = true
			}
		}
	}
	before := string(target.Dump())

	c, paths, err := r.CloseMigration(t.Context(), false)
	if err != nil || c.Closed.IsZero() || c.Runs != 2 || c.Rows < records || c.Records["ticket"] != 9 || c.Moved["ticket"] != 8 || len(paths) != 3 {
		t.Fatalf("%+v, %v, %v", c, paths, err)
	}
	if _, err := r.Keys.Index(t.Context(), r.Plan.Tenant, r.Plan.Migration); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("the index key: %v", err)
	}
	if _, err := r.Keys.Pseudonyms(t.Context(), r.Plan.Tenant, r.Plan.Migration); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("the pseudonym key: %v", err)
	}
	wantNoneIn(t, home, links)
	if string(target.Dump()) != before {
		t.Error("the target was changed")
	}

	for name, do := range map[string]func() error{
		"migrate": func() error { _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); return err },
		"delta":   func() error { _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDelta}); return err },
		"adopt": func() error {
			_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull, Adopt: true})
			return err
		},
		"resume":   func() error { _, err := r.Resume(t.Context()); return err },
		"rollback": func() error { _, err := r.Rollback(t.Context()); return err },
		"verify":   func() error { _, err := r.Recheck(t.Context()); return err },
		"risk":     func() error { _, err := r.Risk(t.Context(), nil, nil); return err },
		"a run that somebody had begun": func() error {
			run := r.Run("r0003", migration.ModeFull)
			if err := r.Plans.Keep(t.Context(), run, r.Plan); err != nil {
				t.Fatal(err)
			}
			_, err := r.steps.Plan.Do(t.Context(), migration.PlanInput{Run: run})
			return err
		},
	} {
		var failure *migration.Failure
		if err := do(); !errors.As(err, &failure) || failure.Name != migration.MigrationClosed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, _, err := r.CloseMigration(t.Context(), false); err != nil || !again.Closed.Equal(c.Closed) || again.Rows != c.Rows {
		t.Errorf("closed again: %+v, %v", again, err)
	}
}

// wantNoneIn wants none of the texts in any file of a home. Reports stay: they name
// records by references that lead nowhere any more.
func wantNoneIn(t *testing.T, folder string, texts map[string]bool) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "reports":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		content, err := os.ReadFile(path)
		for text := range texts {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s still holds what links the target to the source", path)
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARunThatIsNotAtItsEndIsNotClosedUnlessItIsGivenUp(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	ctx, stop := stopping(t, r, "Load")
	defer stop()
	if _, err := r.Migrate(ctx, Request{Mode: migration.ModeFull}); err == nil {
		t.Fatal("the run was not stopped")
	}
	r.Observe = nil
	if _, _, err := r.CloseMigration(t.Context(), false); !errors.Is(err, ErrUnfinished) {
		t.Errorf("not given up: %v", err)
	}
	if c, err := r.Ledger().Closed(t.Context()); err != nil || !c.Begun.IsZero() {
		t.Errorf("it is being closed: %+v, %v", c, err)
	}
	if c, _, err := r.CloseMigration(t.Context(), true); err != nil || c.Closed.IsZero() {
		t.Errorf("given up: %+v, %v", c, err)
	}
}

// TestACloseThatIsStoppedAnywhereGoesOn stops it before and after every side effect.
func TestACloseThatIsStoppedAnywhereGoesOn(t *testing.T) {
	for at := 1; ; at++ {
		home := t.TempDir()
		source, target := memory.New(memory.Options{}), memory.New(memory.Options{})
		source.Add(somebody("p1"), something("t1", "p1"))
		migrate(t, open(t, home, parse(t), source.Source(), target.Target()))
		ctx, stop := context.WithCancel(t.Context())
		k := &killer{at: at, stop: stop}
		r, err := openWith(home, parse(t), source.Source(), target.Target(), k.wrap)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = r.CloseMigration(ctx, false)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		stop()
		if !k.dead {
			if err != nil || at < 20 {
				t.Fatalf("undisturbed, with %d points: %v", at, err)
			}
			return
		}
		again := open(t, home, parse(t), source.Source(), target.Target())
		c, _, err := again.CloseMigration(t.Context(), false)
		if err != nil || c.Closed.IsZero() || c.Runs != 1 || c.Moved["ticket"] != 1 {
			t.Fatalf("stopped %s: %+v, %v", k.where, c, err)
		}
		if n, err := again.Ledger().CountRuns(t.Context()); err != nil || n != 0 {
			t.Errorf("stopped %s: %d runs are left, %v", k.where, n, err)
		}
	}
}
