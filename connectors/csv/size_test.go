package csv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestAHugeValueIsReportedAndNotHeld(t *testing.T) {
	const size = 1 << 28 // of zeros, which take no place on the disk
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "groups.csv"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "key,name,description\n1,\"")
	f.Seek(size, 1)
	fmt.Fprint(f, "\",x\n2,b,c\n")
	f.Close()
	src := source(t, dir, "max_field: 1048576")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	records, broken := read(t, src, helpdesk.KindGroup)
	runtime.ReadMemStats(&after)
	wantList(t, "records", keys(records), []string{"2"})
	wantList(t, "broken", reasons(broken), []string{"groups.csv:2:2 too_large"})
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("reading it took %d MiB of memory", used>>20)
	}
}

// More rows than the index holds in memory, each a neighbour of rows of others.
func TestPartsAreFoundAmongMoreThanMemoryHolds(t *testing.T) {
	t.Parallel()
	const tickets, each = 1500, 100
	var rows strings.Builder
	rows.WriteString("ticket,role,email\n")
	for i := range tickets * each {
		fmt.Fprintf(&rows, "%d,cc,%d@example.test\n", i%tickets, i/tickets)
	}
	var keys strings.Builder
	keys.WriteString("key\n")
	for i := range tickets {
		fmt.Fprintln(&keys, i)
	}
	dir := desk(t, map[string]string{"tickets.csv": keys.String(), "participants.csv": rows.String()})
	records, broken := read(t, source(t, dir), helpdesk.KindTicket)
	if len(records) != tickets || len(broken) > 0 {
		t.Fatalf("%d records, %d broken", len(records), len(broken))
	}
	for _, r := range records {
		if len(r.Ticket.Participants) != each {
			t.Fatalf("ticket %s has %d participants, want %d", r.Key, len(r.Ticket.Participants), each)
		}
		for i, p := range r.Ticket.Participants {
			if want := fmt.Sprintf("%d@example.test", i); p.Email != want {
				t.Fatalf("participant %d of ticket %s is %q, want %q", i, r.Key, p.Email, want)
			}
		}
	}
}
