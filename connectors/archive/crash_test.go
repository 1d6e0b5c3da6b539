package archive_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A spy copies the archive's folder whenever a call looks whether its context
// has ended: before it begins, between two drafts, and between the files and
// the commit. Each copy is what a crash would have left.
type spy struct {
	context.Context
	look func()
}

func (s spy) Err() error {
	s.look()
	return s.Context.Err()
}

func TestACrashAtAnyPointLeavesWholeRecordsOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	target := openTarget(t, path)
	createTicket(t, target, "before", "before", "file of before")
	var copies []string
	ctx := spy{t.Context(), func() {
		to := filepath.Join(t.TempDir(), fmt.Sprint("crash", len(copies)))
		if err := os.CopyFS(to, os.DirFS(path)); err != nil {
			t.Error(err)
		}
		copies = append(copies, to)
	}}
	drafts := []connectors.Draft{ticketDraft("m1", "one", "file of one"), ticketDraft("m2", "two", "file of two")}
	if _, err := target.Create(ctx, drafts); err != nil {
		t.Fatal(err)
	}
	if len(copies) < 5 {
		t.Fatalf("looked in %d times only", len(copies))
	}
	for i, c := range copies {
		t.Run(fmt.Sprint("at ", i), func(t *testing.T) { wantRecovery(t, c, drafts) })
	}
}

// wantRecovery opens what a crash left behind, finds nothing half done, and does
// the work once more.
func wantRecovery(t *testing.T, path string, drafts []connectors.Draft) {
	wantSound(t, path)
	age(t, path)
	target := openTarget(t, path)
	for i, d := range drafts {
		ids, err := target.Find(t.Context(), helpdesk.KindTicket, d.Marker)
		if err != nil || len(ids) > 0 {
			t.Fatalf("find %d = %q, %v: it was never committed", i, ids, err)
		}
	}
	if where := search(t, path, "file of one"); len(where) > 0 {
		t.Errorf("a file that no row names was not swept: %q", where)
	}
	create(t, target, drafts)
	if n := wantSound(t, path); n != 3 {
		t.Errorf("%d tickets after doing it again, want 3", n)
	}
}

// age makes what a crash left an hour old.
func age(t *testing.T, path string) {
	t.Helper()
	if _, err := database(t, path).Exec("UPDATE unsettled_blobs SET since = since - 4000"); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-2 * time.Hour)
	for _, f := range listFiles(t, filepath.Join(path, "blobs")) {
		if err := os.Chtimes(filepath.Join(path, "blobs", f), past, past); err != nil {
			t.Fatal(err)
		}
	}
}

// wantSound reads all tickets with all their files, and returns how many there
// are.
func wantSound(t *testing.T, path string) int {
	t.Helper()
	source := openSource(t, path)
	defer connectors.Close(source)
	page, err := source.Page(t.Context(), helpdesk.KindTicket, "")
	if err != nil || !page.Last {
		t.Fatalf("page: %v, last: %t", err, page.Last)
	}
	for _, r := range page.Records {
		if len(r.Ticket.Comments) != 1 || r.Ticket.Comments[0].Body != r.Ticket.Subject {
			t.Errorf("ticket %s is not whole: %+v", r.Key, r.Ticket)
			continue
		}
		for _, a := range r.Ticket.Comments[0].Attachments {
			if got := content(t, source, a); int64(len(got)) != a.Size {
				t.Errorf("ticket %s: a file of %d bytes opens as %d", r.Key, a.Size, len(got))
			}
		}
	}
	return len(page.Records)
}

const victim = "SAFECONDUCT_ARCHIVE_VICTIM"

// TestWhatWasAcknowledgedSurvivesAKill kills a process that writes an archive as
// fast as it can.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	if path := os.Getenv(victim); path != "" {
		writeForEver(t, path)
	}
	for round := range 2 {
		path := filepath.Join(t.TempDir(), fmt.Sprint("archive", round))
		acknowledged := killAfter(t, path, 5+6*round)
		target := openTarget(t, path)
		for _, marker := range acknowledged {
			ids, err := target.Find(t.Context(), helpdesk.KindTicket, marker)
			if err != nil || len(ids) != 1 {
				t.Errorf("%s was acknowledged, and is found as %q, %v", marker, ids, err)
			}
		}
		if n := wantSound(t, path); n < len(acknowledged) || n > len(acknowledged)+1 {
			t.Errorf("%d tickets, and %d acknowledged", n, len(acknowledged))
		}
	}
}

// killAfter runs a victim, kills it once it has acknowledged n markers, and
// returns all that it acknowledged.
func killAfter(t *testing.T, path string, n int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), victim+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var markers []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m, ok := strings.CutPrefix(lines.Text(), "ack "); ok {
			markers = append(markers, m)
		}
		if len(markers) == n {
			cmd.Process.Kill()
		}
	}
	_ = cmd.Wait() // it was killed
	if len(markers) < n {
		t.Fatalf("the victim died by itself after %q", markers)
	}
	return slices.Clip(markers)
}

func writeForEver(t *testing.T, path string) {
	target := openTarget(t, path)
	for i := 0; ; i++ {
		marker := fmt.Sprint("m", i)
		createTicket(t, target, marker, "ticket "+marker, "file of "+marker, "shared")
		fmt.Println("ack " + marker)
	}
}
