//go:build unix

package staging_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/staging"
)

// Some tests need a process that can be killed or starved: this binary again,
// told by the environment to be one.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("STAGING_TEST_DIR"); os.Getenv("STAGING_TEST_CHILD") {
	case "put":
		putForEver(dir)
	case "fill":
		os.Exit(fill(dir))
	}
	os.Exit(m.Run())
}

// child runs this binary as a child, under a limit of sh if there is one.
func child(t *testing.T, what, dir, limit string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", limit+` exec "$0"`, os.Args[0])
	cmd.Env = append(os.Environ(), "STAGING_TEST_CHILD="+what, "STAGING_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// An object says of itself whether it is whole.
func selfProving(i int) []byte {
	body := bytes.Repeat(fmt.Appendf(nil, "object %d;", i), 20_000)
	sum := sha256.Sum256(body)
	return append(sum[:], body...)
}

func isWhole(object []byte) bool {
	if len(object) < sha256.Size {
		return false
	}
	sum := sha256.Sum256(object[sha256.Size:])
	return bytes.Equal(sum[:], object[:sha256.Size])
}

func putForEver(dir string) {
	f, err := staging.NewFolder(dir)
	if err != nil {
		panic(err)
	}
	for i := 0; ; i++ {
		name := fmt.Sprintf("m1/%06d-%d", i, os.Getpid())
		err := f.Put(context.Background(), name, func(w io.Writer) error {
			for part := range bytes.SplitAfterSeq(selfProving(i), []byte(";")) {
				if _, err := w.Write(part); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			panic(err)
		}
	}
}

func TestAKilledProcessLeavesWholeObjectsOnly(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		cmd := child(t, "put", dir, "")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(60+37*i) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	f := openFolder(t, dir)
	n := 0
	for o, err := range f.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		content, _ := os.ReadFile(filepath.Join(dir, filepath.FromSlash(o.Name)))
		if !isWhole(content) {
			t.Errorf("%s has %d bytes and is not whole", o.Name, len(content))
		}
		n++
	}
	if n == 0 {
		t.Error("the child put nothing")
	}
}

func fill(dir string) int {
	f, err := staging.NewFolder(dir)
	if err != nil {
		return 1
	}
	put := func(name string, size int) error {
		return f.Put(context.Background(), name, func(w io.Writer) error {
			_, err := w.Write(make([]byte, size))
			return err
		})
	}
	if put("small", 10<<10) != nil || put("big", 1<<20) == nil || put("small2", 10<<10) != nil {
		return 2
	}
	return 0
}

// A file of at most 100 KiB stands in for a disk that is full: writing fails in
// the middle either way.
func TestAFullDiskLeavesNoPartOfAnObject(t *testing.T) {
	dir := t.TempDir()
	if err := child(t, "fill", dir, "ulimit -f 200 &&").Run(); err != nil {
		t.Fatalf("the child: %v", err)
	}
	f := openFolder(t, dir)
	for o, err := range f.List(t.Context(), "") {
		if err != nil || o.Size != 10<<10 {
			t.Errorf("%+v, %v", o, err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".half")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := f.Open(t.Context(), "big"); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("open: %v, want ErrNotFound", err)
	}
}

func TestWhatACrashLeftIsSweptLater(t *testing.T) {
	dir := t.TempDir()
	openFolder(t, dir)
	old, young := filepath.Join(dir, ".half", "old"), filepath.Join(dir, ".half", "young")
	for _, f := range []string{old, young} {
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
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

func TestFilesOfStagingAreForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "staging")
	f := openFolder(t, dir)
	err := f.Put(t.Context(), "m1/a/b", func(w io.Writer) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".half", "m1", "m1/a", "m1/a/b"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q has mode %v, %v", name, info.Mode(), err)
		}
	}
}

func TestALinkDoesNotLeadOutOfTheFolder(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600)
	if err := os.Symlink(outside, filepath.Join(dir, "m1")); err != nil {
		t.Fatal(err)
	}
	f := openFolder(t, dir)
	if r, err := f.Open(t.Context(), "m1/secret"); err == nil {
		r.Close()
		t.Error("read outside of the folder")
	}
	if err := f.Put(t.Context(), "m1/new", func(io.Writer) error { return nil }); err == nil {
		t.Error("wrote outside of the folder")
	}
	f.Delete(t.Context(), "m1/secret")
	if _, err := os.Stat(filepath.Join(outside, "secret")); err != nil {
		t.Error("deleted outside of the folder")
	}
}
