package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
)

// Some tests need another process: this binary again, told by the environment to
// be one.
func TestMain(m *testing.M) {
	path := os.Getenv("LEDGER_TEST_FILE")
	switch os.Getenv("LEDGER_TEST_CHILD") {
	case "count":
		must(count(path, 40))
		os.Exit(0)
	case "intend":
		must(intend(path))
	}
	os.Exit(m.Run())
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

func child(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "LEDGER_TEST_CHILD="+what, "LEDGER_TEST_FILE="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

var counter = ledger.Key{Partition: "p", Sort: "counter"}

// count adds n to the counter, one by one.
func count(path string, n int) error {
	s, err := sqlite.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	for n > 0 {
		rows, err := s.Get(context.Background(), counter)
		if err != nil {
			return err
		}
		was, _ := strconv.Atoi(string(rows[0].Data))
		err = s.Commit(context.Background(), ledger.Change{Key: counter, Expect: rows[0].Version, Data: []byte(strconv.Itoa(was + 1))})
		switch {
		case err == nil:
			n--
		case !errors.Is(err, ledger.ErrConflict):
			return err
		}
	}
	return nil
}

func TestProcessesOnOneFileLoseNoIncrement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var children []*exec.Cmd
	for range 3 {
		c := child(t, "count", path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	if err := count(path, 40); err != nil {
		t.Error(err)
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	}
	rows, err := open(t, path).Get(t.Context(), counter)
	if err != nil || string(rows[0].Data) != "160" || rows[0].Version != 160 {
		t.Errorf("counted %q, version %d, %v, want 160", rows[0].Data, rows[0].Version, err)
	}
}

// intend commits intents in pairs and says after each that it is committed.
func intend(path string) error {
	s, err := sqlite.Open(path)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		a := ledger.Key{Partition: "p", Sort: fmt.Sprintf("a%06d-%d", i, os.Getpid())}
		b := ledger.Key{Partition: "p", Sort: "b" + a.Sort[1:]}
		if err := s.Commit(context.Background(), ledger.Change{Key: a}, ledger.Change{Key: b}); err != nil {
			return err
		}
		fmt.Println(a.Sort)
	}
}

func TestAKilledProcessKeepsWhatItCommittedAndNoHalf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var told []string
	for i := range 4 {
		c := child(t, "intend", path)
		out, _ := c.StdoutPipe()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(80+31*i)*time.Millisecond, func() { c.Process.Kill() })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			told = append(told, lines.Text())
		}
		c.Wait()
		timer.Stop()
	}
	s := open(t, path)
	a, err := s.List(t.Context(), "p", "a", "", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.List(t.Context(), "p", "b", "", 1e6)
	if err != nil || len(a) != len(b) || len(told) == 0 || len(a) < len(told) || len(a) > len(told)+4 {
		t.Fatalf("%d and %d rows, %v, but %d commits were told", len(a), len(b), err, len(told))
	}
	there := map[string]bool{}
	for _, r := range a {
		there[r.Sort] = true
	}
	for _, sort := range told {
		if !there[sort] {
			t.Errorf("%s was committed and is gone", sort)
		}
	}
}
