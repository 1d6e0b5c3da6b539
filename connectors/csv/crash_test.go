package csv_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// writerEnv makes this test binary a process that writes batches.
const writerEnv = "SAFECONDUCT_CSV_WRITER"

const batchSize = 10

// TestWriter is no test but that process: it writes batches into a folder until
// it has written so many, and prints the name of each that is done.
func TestWriter(t *testing.T) {
	var dir, name string
	var batches int
	if n, _ := fmt.Sscan(os.Getenv(writerEnv), &dir, &name, &batches); n != 3 {
		return // this process runs the tests
	}
	to := target(t, dir)
	for i := range batches {
		batch := fmt.Sprintf("%s.%d", name, i)
		drafts := tickets(batch, batchSize)
		if i%3 == 0 { // a field that is new: the files are written anew
			drafts[0].Record.Ticket.Custom = []helpdesk.CustomValue{{Name: batch, Values: []string{"x"}}}
		}
		create(t, to, drafts...)
		fmt.Println("done", batch)
	}
}

// write starts a process that writes, and returns what it says is done. It is
// killed some moments after so many batches, unless that is 0.
func write(t *testing.T, dir, name string, batches, kill int) (done []string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriter$", "-test.v")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", writerEnv, dir, name, batches))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if batch, ok := strings.CutPrefix(lines.Text(), "done "); ok {
			if done = append(done, batch); len(done) == kill {
				time.AfterFunc(rand.N(20*time.Millisecond), func() { cmd.Process.Kill() })
			}
		}
	}
	if err := cmd.Wait(); err != nil && kill == 0 {
		t.Error(err)
	}
	return done
}

// wantBatches wants each batch whole or not at all, those that are done whole,
// nothing torn, and no file that belongs to nothing.
func wantBatches(t *testing.T, dir string, done []string) {
	t.Helper()
	to := target(t, dir)
	count := map[string]int{}
	ids := map[string]bool{}
	for m, err := range to.(connectors.Censor).Census(t.Context(), helpdesk.KindTicket, "") {
		if err != nil {
			t.Fatal(err)
		}
		batch, _, _ := strings.Cut(m.Marker, "-")
		count[batch]++
		ids[m.ID] = true
	}
	total := 0
	for batch, n := range count {
		if total += n; n != batchSize {
			t.Errorf("batch %s has %d of %d records", batch, n, batchSize)
		}
	}
	for _, batch := range done {
		if count[batch] == 0 {
			t.Errorf("batch %s is said to be done, and is not there", batch)
		}
	}
	records, broken := read(t, source(t, dir), helpdesk.KindTicket)
	if len(broken) > 0 || len(records) != total || len(ids) != total {
		t.Errorf("%d records with %d ids for %d markers, broken %v", len(records), len(ids), total, broken)
	}
	for _, r := range records {
		if len(r.Ticket.Comments) != 2 || len(r.Ticket.Comments[0].Attachments) != 1 {
			t.Errorf("ticket %s lacks parts", r.Key)
		}
	}
	folders, _ := filepath.Glob(filepath.Join(dir, "files", "*"))
	for _, f := range folders {
		if !ids[filepath.Base(f)] {
			t.Errorf("%s belongs to no ticket", filepath.Base(f))
		}
	}
}

func TestAWriterThatIsKilledLeavesWholeBatches(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var done []string
	for i := range 5 {
		done = append(done, write(t, dir, fmt.Sprint("k", i), 1000, 1+rand.N(3))...)
		wantBatches(t, dir, done)
	}
	t.Logf("%d batches were done", len(done))
}

func TestTwoProcessesTakeTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var done [2][]string
	var both sync.WaitGroup
	for i := range done {
		both.Go(func() { done[i] = write(t, dir, fmt.Sprint("p", i), 6, 0) })
	}
	both.Wait()
	if len(done[0]) != 6 || len(done[1]) != 6 {
		t.Fatalf("%d and %d batches are done, want 6 each", len(done[0]), len(done[1]))
	}
	wantBatches(t, dir, append(done[0], done[1]...))
}
