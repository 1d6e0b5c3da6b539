//go:build live

package live

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestTheScriptSetsTheDatesThatTheAPIDoesNotTake runs the script as an
// administrator would, and its queries, and compares the dates in the database
// with those of the source.
func TestTheScriptSetsTheDatesThatTheAPIDoesNotTake(t *testing.T) {
	account := livetest.First(sample.Live(), 20)
	source := livetest.Export(t, account)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Silent)
			w := livetest.NewWorkspace(t, "dates", source, d.Side(d.URL, ""), words)
			w.Run(t, "migrate").Wants(t, livetest.ExitDone)
			w.Run(t, "date-fixup", "-o", "dates.sql").Wants(t, livetest.ExitDone)
			script, err := os.ReadFile(filepath.Join(w.Dir, "dates.sql"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := recount.Check(t.Context(), d.Database, string(script)); err == nil {
				t.Error("the queries are content before the script ran")
			}
			var changes strings.Builder
			for line := range strings.Lines(string(script)) {
				if !strings.HasPrefix(line, "SELECT") {
					changes.WriteString(line)
				}
			}
			if err := d.Script(t.Context(), changes.String()); err != nil {
				t.Fatal(err)
			}
			rows, err := recount.Check(t.Context(), d.Database, string(script))
			if err != nil || rows == 0 {
				t.Errorf("%d rows: %v", rows, err)
			}
			wantDates(t, d.Recount(t), account)
			w.Run(t, "verify").Wants(t, livetest.ExitDone)
		})
	}
}

func wantDates(t *testing.T, d recount.Desk, a sample.Account) {
	t.Helper()
	tickets, err := d.ByNumber()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Of(helpdesk.KindTicket) {
		got := tickets[r.Ticket.Number]
		if want := r.Ticket.Created.UTC().Format(time.DateTime); got.Opened != want {
			t.Errorf("%s was opened at %s, want %s", r.Ticket.Number, got.Opened, want)
		}
		var want, have []string
		for _, c := range r.Ticket.Comments {
			want = append(want, c.Created.UTC().Format(time.DateTime))
		}
		for _, m := range got.Messages {
			if !livetest.OfTicket.MatchString(m.Text) {
				have = append(have, m.At)
			}
		}
		slices.Sort(want)
		slices.Sort(have)
		if !slices.Equal(want, have) {
			t.Errorf("%s: messages of %v, want %v", r.Ticket.Number, have, want)
		}
	}
}
