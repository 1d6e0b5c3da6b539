package embedded

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// addressed is a desk with addresses, in which things work by themselves.
type addressed struct{ connectors.Source }

func (addressed) Addresses(ticket string) []string {
	return []string{"https://old.example.test/t?id=" + ticket}
}

func (addressed) Survey(context.Context) ([]connectors.Switch, error) {
	return []connectors.Switch{{Kind: connectors.SwitchTriggers, Count: 3, Where: "Admin, Triggers"}}, nil
}

func nobodyHears(int, evidence.Report) {}

func document(t *testing.T, paths []string, name string) string {
	t.Helper()
	i := slices.IndexFunc(paths, func(p string) bool { return strings.HasSuffix(p, "/"+name) })
	if i < 0 {
		return ""
	}
	text, err := os.ReadFile(paths[i])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestACutoverTakesTheLastChangesAndSaysWhatIsToBeSwitched: the first delta finds the
// changes, the second nothing.
func TestACutoverTakesTheLastChangesAndSaysWhatIsToBeSwitched(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), addressed{source.Source()}, target.Target())
	migrate(t, r)
	m := migrated{source, target, r}
	m.edit("t1", "edited at last")
	source.Add(something("t9", "p1"))
	heard := 0
	c, paths, err := r.Cutover(t.Context(), func(n int, _ evidence.Report) { heard = n })
	if err != nil || c.Deltas != 2 || heard != 2 || c.Level() != evidence.Clean || c.Same != 14 || c.Missing+c.Foreign+c.Changed != 0 || c.Redirects != 9 {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := m.subjects(); got["N-t1"] != "edited at last" || got["N-t9"] == "" {
		t.Errorf("subjects %v", got)
	}
	table := document(t, paths, "redirects.csv")
	for _, s := range source.Records(helpdesk.KindTicket) {
		if row := s.Key + "," + m.inTarget(t, s.Key).Key + ",https://old.example.test/t?id=" + s.Key + ","; !strings.Contains(table, row) {
			t.Errorf("the table has no row %s:\n%s", row, table)
		}
	}
	for name, wants := range map[string]string{"cutover.html": "Rules that run when a ticket changes", "cutover.de.html": "Regeln, die bei Änderungen eines Tickets laufen",
		"cutover.json": `"redirects": 9`} {
		if text := document(t, paths, name); !strings.Contains(text, wants) {
			t.Errorf("%s does not say %q", name, wants)
		}
	}
}

func TestACutoverUnderAPolicyThatPseudonymisesMakesNoTable(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	p := parse(t)
	p.Privacy.Preset = "pseudonymous"
	r := open(t, t.TempDir(), p, addressed{source.Source()}, target.Target())
	migrate(t, r)
	c, paths, err := r.Cutover(t.Context(), nobodyHears)
	if err != nil || !c.Hidden || c.Redirects != 0 || document(t, paths, "redirects.csv") != "" || !strings.Contains(document(t, paths, "cutover.html"), "the table would undo it") {
		t.Errorf("%+v, %v, %v", c, paths, err)
	}
}

func TestACutoverSaysWhatIsOpenAndWhatIsLost(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t, "delta: {conflict: review}"), source.Source(), target.Target())
	migrate(t, r)
	m := migrated{source, target, r}
	m.edit("t1", "theirs")
	target.Edit(helpdesk.KindTicket, m.inTarget(t, "t1").Key, func(k *helpdesk.Record) { k.Ticket.Subject = "ours" })
	c, _, err := r.Cutover(t.Context(), nobodyHears)
	if err != nil || c.Level() != evidence.Attention || c.Open["review"] != 1 {
		t.Errorf("%+v, %v", c, err)
	}

	// Between the last delta and the check somebody removes a record.
	id := m.inTarget(t, "t2").Key
	deltas := 0
	c, _, err = r.Cutover(t.Context(), func(int, evidence.Report) {
		if deltas++; deltas == 1 {
			target.Delete(helpdesk.KindTicket, id)
		}
	})
	if err != nil || c.Level() != evidence.Failed || c.Missing != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestACutoverOfASourceThatDoesNotComeToRestEnds(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	_, _, err := r.Cutover(t.Context(), func(n int, _ evidence.Report) { source.Reply("t1", "again") })
	if source.Reply("t1", "first"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Cutover(t.Context(), func(int, evidence.Report) { source.Reply("t1", "and again") }); !errors.Is(err, ErrNotQuiet) {
		t.Errorf("got %v", err)
	}
}
