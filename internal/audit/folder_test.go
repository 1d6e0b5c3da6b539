package audit_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/audit/audittest"
)

func openFolder(t testing.TB, dir string, opts ...audit.FolderOption) *audit.Folder {
	t.Helper()
	f, err := audit.NewFolder(dir, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func startFolder(t *testing.T) func() audit.Store {
	dir := t.TempDir()
	return func() audit.Store { return openFolder(t, dir, audit.WithoutSync()) }
}

func TestAFolderKeepsThePromisesOfAStore(t *testing.T) { audittest.Store(t, startFolder) }

var batches = flag.Int("endure-batches", 4, "batches of 100 events for each of 40 shards; the design was checked with 25")

func TestNoEventIsLostOrTwiceWhateverFails(t *testing.T) {
	audittest.Endure(t, startFolder(t), audittest.Load{Shards: 40, Batches: *batches, Events: 100})
}

func TestFilesOfTheLogAreForTheOwnerAloneAndNotForWriting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "audit")
	f := openFolder(t, dir)
	if err := f.Put(t.Context(), "m1/r1", 1, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "m1": 0o700, "m1/r1": 0o700, "m1/r1/00000001.jsonl.gz": 0o400} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q has mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".half")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhatACrashLeftIsSweptLater(t *testing.T) {
	dir := t.TempDir()
	openFolder(t, dir)
	old, young := filepath.Join(dir, ".half", "old"), filepath.Join(dir, ".half", "young")
	for _, f := range []string{old, young} {
		if err := os.WriteFile(f, []byte("x"), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-48 * time.Hour)
	os.Chtimes(old, long, long)
	openFolder(t, dir)
	if _, err := os.Stat(old); err == nil {
		t.Error("the old one is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("one that may be under way was taken away")
	}
}

func TestFilesThatAreNoBundlesAreNotTakenForThem(t *testing.T) {
	dir := t.TempDir()
	f := openFolder(t, dir)
	if err := f.Put(t.Context(), "m1", 1, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".DS_Store", "1.jsonl.gz", "000000002.jsonl.gz", "00000002.jsonl", "notes.txt", "+0000002.jsonl.gz"} {
		os.WriteFile(filepath.Join(dir, "m1", name), nil, 0o600)
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	n := 0
	for s, err := range f.Read(t.Context(), "") {
		if n++; err != nil || s.Seq != 1 {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if n != 1 {
		t.Errorf("%d bundles, want 1", n)
	}
}
