package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestNoContentOutsideSourceTargetAndSealedSegments plants unmistakable names,
// addresses, numbers and secrets in every field, keys included, and searches all
// that a run leaves behind, wherever it is stopped and whatever fails.
func TestNoContentOutsideSourceTargetAndSealedSegments(t *testing.T) {
	records, files, needles := sample.Canaries()
	account := sample.Account{Records: records, Files: files}
	for _, at := range []int{0, 25, 60, 120, 200, 300, 400, 500} {
		t.Run(fmt.Sprintf("stopped at %d", at), func(t *testing.T) {
			home := t.TempDir()
			said := canaryRun(t, home, account, needles, at)
			searchTree(t, home, needles)
			search(t, "errors and reports", []byte(said), needles)
		})
	}
}

// canaryRun migrates the canaries into a desk that fails in many ways, whose
// errors hold content, and returns all that was said.
func canaryRun(t *testing.T, home string, a sample.Account, needles []string, at int) (said string) {
	source, target := fill(t, memory.Options{PageSize: 3}, a), memory.New(memory.Options{Batch: 2, Threaded: at%2 == 1})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	k := &killer{at: at, stop: stop}
	target.Hook(memory.Hooks{
		Before: func(op memory.Operation) error {
			switch {
			case op.Name == memory.OpDraft && op.N%5 == 0:
				return fmt.Errorf("%s: %w", needles[op.N%len(needles)], connectors.ErrRejected)
			case op.Name == memory.OpCreate && op.N%4 == 0:
				return fmt.Errorf("%s: %w", needles[op.N%len(needles)], connectors.ErrUnavailable)
			}
			return nil
		},
		After: func(op memory.Operation) error {
			if op.Name == memory.OpCreate && op.N%7 == 0 {
				return errors.New(needles[op.N%len(needles)])
			}
			return nil
		},
	})
	r, err := openWith(home, parse(t), source.Source(), target.Target(), k.wrap)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run, err := r.Migrate(ctx, Request{Mode: migration.ModeFull})
	report, gathered := r.Report(t.Context(), run)
	return fmt.Sprintf("%v\n%+v\n%#v\n%v\n%+v", err, err, r.steps, gathered, report)
}

// searchTree searches names and bytes of every file below a folder.
func searchTree(t *testing.T, dir string, needles []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		name, _ := filepath.Rel(dir, path)
		search(t, name, append([]byte(name+"\n"), content...), needles)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 5 {
		t.Errorf("only %d files were searched", files)
	}
}

func search(t *testing.T, where string, content []byte, needles []string) {
	t.Helper()
	lower := bytes.ToLower(content)
	for _, n := range needles {
		for _, form := range sample.Forms(n) {
			if len(form) >= 6 && bytes.Contains(lower, bytes.ToLower([]byte(form))) {
				t.Errorf("%s holds content of %s", strings.SplitN(where, "\n", 2)[0], sample.Origin(n))
				break
			}
		}
	}
}
