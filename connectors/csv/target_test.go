package csv_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ticket is a draft of a ticket with two comments, the first with a file.
func ticket(marker, text string) connectors.Draft {
	r := helpdesk.New(helpdesk.KindTicket, "")
	r.Ticket.Subject = text
	r.Ticket.Comments = []helpdesk.Comment{
		{Key: "c1", Body: text + " one", Attachments: []helpdesk.Attachment{{Name: text + ".txt", Size: int64(len(text))}}},
		{Key: "c1", Body: text + "\ntwo"}}
	return connectors.Draft{Marker: marker, Record: r, Open: func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func tickets(prefix string, n int) []connectors.Draft {
	var all []connectors.Draft
	for i := range n {
		all = append(all, ticket(fmt.Sprintf("%s-%d", prefix, i), fmt.Sprintf("%s %d", prefix, i)))
	}
	return all
}

func create(t testing.TB, to connectors.Target, drafts ...connectors.Draft) []string {
	t.Helper()
	created, err := to.Create(t.Context(), drafts)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range created {
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}

func remove(t testing.TB, to connectors.Target, ids ...string) {
	t.Helper()
	if _, err := to.(connectors.Remover).Remove(t.Context(), helpdesk.KindTicket, ids); err != nil {
		t.Fatal(err)
	}
}

// everything is what stands in a folder, in files and names, but for the lock.
func everything(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s\n%s\n", path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// A process that is killed in the middle of a batch leaves the journal, torn
// rows and files. Neither a reader nor the next writer sees any of it.
func TestABatchThatWasTornNeverWas(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir)
	create(t, to, tickets("first", 3)...)
	before := everything(t, dir)

	sizes := map[string]int64{}
	for _, name := range []string{"tickets.csv", "comments.csv", "attachments.csv"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sizes[name] = info.Size()
		content, _ := os.ReadFile(filepath.Join(dir, name))
		put(t, dir, name, string(content)+`t4,,m,"torn`)
	}
	journal, _ := json.Marshal(map[string]any{"sizes": sizes, "folders": []string{"t4"}})
	put(t, dir, ".safeconduct-journal", string(journal))
	put(t, dir, "files/t4/1-torn.txt", "torn")

	records, broken := read(t, source(t, dir), helpdesk.KindTicket)
	wantList(t, "what a reader sees", keys(records), []string{"t1", "t2", "t3"})
	wantList(t, "broken", reasons(broken), []string{})
	if got := create(t, target(t, dir), ticket("next", "next")); got[0] != "t4" {
		t.Errorf("the next id is %q", got[0])
	}
	remove(t, to, "t4")
	after := everything(t, dir)
	if after = strings.Replace(after, filepath.Join(dir, ".safeconduct-ids")+"\n{\"ticket\":4}\n", "", 1); after != before {
		t.Errorf("the folder is\n%s\nand was\n%s", after, before)
	}
}

func TestARemovalThatWasInterruptedIsFinished(t *testing.T) {
	dir := t.TempDir()
	create(t, target(t, dir), tickets("first", 3)...)
	content, _ := os.ReadFile(filepath.Join(dir, "tickets.csv"))
	from := strings.Index(string(content), "t2,")
	journal, _ := json.Marshal(map[string]any{"blanks": []any{map[string]any{
		"file": "tickets.csv", "from": from, "size": strings.Index(string(content), "t3,") - from}}, "folders": []string{"t2"}})
	put(t, dir, ".safeconduct-journal", string(journal))

	to := target(t, dir)
	if _, err := to.Read(t.Context(), helpdesk.KindTicket, "t2"); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("read = %v, want ErrNotFound", err)
	}
	if _, err := to.Read(t.Context(), helpdesk.KindTicket, "t3"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "files", "t2")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its attachments are there: %v", err)
	}
}

func TestAJournalThatNamesOtherFoldersIsRefused(t *testing.T) {
	dir := desk(t, map[string]string{".safeconduct-journal": `{"folders":[".."]}`, "precious.txt": "x"})
	if _, err := csv.Connector.Target(t.Context(), plan("path: "+dir)); err == nil {
		t.Error("the target opens")
	}
	if _, err := os.Stat(filepath.Join(dir, "precious.txt")); err != nil {
		t.Error(err)
	}
}

func TestWhatIsRemovedLeavesNothingAndItsIDIsNotGivenAgain(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir)
	create(t, to, ticket("stays", "stays"))
	create(t, to, ticket("goes", "canary"))
	remove(t, to, "t2", "t2", "../canary")
	if left := everything(t, dir); strings.Contains(left, "canary") {
		t.Errorf("left in the folder:\n%s", left)
	}
	if comments, _ := os.ReadFile(filepath.Join(dir, "comments.csv")); strings.Contains(string(comments), "\n\n") {
		t.Error("a small file has blank lines where rows were")
	}
	connectors.Close(to)
	to = target(t, dir)
	if ids := create(t, to, ticket("next", "next")); ids[0] != "t3" {
		t.Errorf("the next id is %q, want one that was never given", ids[0])
	}
}

// Rows of a large file are overwritten where they stand, and closed up in the end.
func TestRemovingFromALargeFileDoesNotWriteItAnew(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir)
	large := strings.Repeat("canary ", 1<<18)
	ids := create(t, to, ticket("stays", "stays"), ticket("goes", large[:40]))
	big := ticket("big", large[:40])
	big.Record.Ticket.Comments[1].Body = large
	ids = append(ids, create(t, to, big)...)
	remove(t, to, ids[1:]...)
	content, _ := os.ReadFile(filepath.Join(dir, "comments.csv"))
	if strings.Contains(string(content), "canary") || len(content) < len(large) {
		t.Errorf("%d bytes, with canary: %t", len(content), strings.Contains(string(content), "canary"))
	}
	if got, err := to.Read(t.Context(), helpdesk.KindTicket, ids[0]); err != nil || len(got.Ticket.Comments) != 2 {
		t.Errorf("the ticket that stays: %+v, %v", got, err)
	}
	create(t, to, ticket("next", "next"))
	connectors.Close(to)
	if info, _ := os.Stat(filepath.Join(dir, "comments.csv")); info.Size() > 1000 {
		t.Errorf("closed, the file still has %d bytes", info.Size())
	}
	records, broken := read(t, source(t, dir), helpdesk.KindTicket)
	wantList(t, "left", keys(records), []string{"t1", "t4"})
	wantList(t, "broken", reasons(broken), []string{})
}

func TestANewFieldIsAddedToTheFileThatIsThere(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir)
	first := ticket("m1", "first,\r\n\"one\"")
	create(t, to, first)
	second := ticket("m2", "second")
	second.Record.Ticket.Custom = []helpdesk.CustomValue{{Name: "SLA; hours", Values: []string{"24"}}}
	second.Record.Ticket.Comments[0].Extra = []helpdesk.ExtraValue{{Name: "subject", Values: []string{"a", "b"}}}
	ids := create(t, to, second)
	records, _ := read(t, source(t, dir), helpdesk.KindTicket)
	wantSame(t, records[0], withSizes(first.Record))
	wantSame(t, records[1], withSizes(second.Record))
	got, err := to.Find(t.Context(), helpdesk.KindTicket, "m1")
	if err != nil || !slices.Equal(got, []string{"t1"}) || ids[0] != "t2" {
		t.Errorf("found %q, %v; the second is %q", got, err, ids)
	}
}

// withSizes gives the files of a ticket the length of its subject.
func withSizes(r helpdesk.Record) helpdesk.Record {
	for _, a := range attachments(&r) {
		a.Size = int64(len(r.Ticket.Subject))
	}
	return r
}

func TestADraftThatIsRefusedLeavesNothingAndTheOthersAlone(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir, "max_field: 2000")
	bad := func(spoil func(*connectors.Draft)) connectors.Draft {
		d := ticket("canary", "canary")
		spoil(&d)
		return d
	}
	for field, d := range map[string]connectors.Draft{
		"ticket.subject": bad(func(d *connectors.Draft) { d.Record.Ticket.Subject = "a\xff" }),
		"comment.body":   bad(func(d *connectors.Draft) { d.Record.Ticket.Comments[1].Body = strings.Repeat("x", 3000) }),
		"ticket.custom": bad(func(d *connectors.Draft) {
			d.Record.Ticket.Custom = []helpdesk.CustomValue{{Name: "n", Values: []string{"\xff"}}}
		}),
		"ticket": bad(func(d *connectors.Draft) {
			d.Record.Ticket.Custom = []helpdesk.CustomValue{{Name: "\xff", Values: []string{"x"}}}
		}),
		"attachment.sha256": bad(func(d *connectors.Draft) { d.Record.Ticket.Comments[0].Attachments[0].SHA256 = "00" }),
		"attachment.name":   bad(func(d *connectors.Draft) { d.Open = nil }),
	} {
		created, err := to.Create(t.Context(), []connectors.Draft{ticket("a", "a"), d, ticket("b", "b")})
		var rejected *connectors.Rejected
		if err != nil || created[0].Err != nil || created[2].Err != nil || !errors.As(created[1].Err, &rejected) || rejected.Field != field {
			t.Errorf("%s: %v, %+v", field, err, created)
		}
	}
	if left := everything(t, dir); strings.Contains(left, "canary") {
		t.Errorf("of the refused is left:\n%s", left)
	}
	records, broken := read(t, source(t, dir), helpdesk.KindTicket)
	if len(records) != 12 || len(broken) > 0 {
		t.Errorf("%d records, broken %v", len(records), broken)
	}
}

func TestNamesOfAttachmentsLeadNowhereAndDoNotCollide(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir)
	d := ticket("m", "x")
	names := []string{"../../canary", "/etc/canary", "a.txt", "a.txt", "A.TXT", "", ".", "..", "con", strings.Repeat("ü", 300) + ".pdf", "a\x00b", `c:\d`, "=x"}
	d.Record.Ticket.Comments[0].Attachments = nil
	for _, name := range names {
		d.Record.Ticket.Comments[0].Attachments = append(d.Record.Ticket.Comments[0].Attachments, helpdesk.Attachment{Name: name})
	}
	id := create(t, to, d)[0]
	r, err := to.Read(t.Context(), helpdesk.KindTicket, id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	seen := map[string]bool{}
	for _, a := range attachments(&r) {
		got = append(got, a.Name)
		if path := strings.ToLower(a.Locator); seen[path] || !strings.HasPrefix(path, "files/t1/") || strings.Contains(path[9:], "/") {
			t.Errorf("a file lies at %q", a.Locator)
		}
		seen[strings.ToLower(a.Locator)] = true
	}
	wantList(t, "names", got, names)
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "desk")
	create(t, target(t, dir), ticket("m", "x"))
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return nil
	})
}

func TestFilesOfSomebodyElseAreNotWrittenInto(t *testing.T) {
	const theirs = "key,subject\n1,a\n"
	dir := desk(t, map[string]string{"tickets.csv": theirs})
	_, err := csv.Connector.Target(t.Context(), plan("path: "+dir))
	if !errors.Is(err, connectors.ErrSettings) || !strings.Contains(err.Error(), "name an empty folder") {
		t.Errorf("error %v", err)
	}
}

func TestNoCellIsAFormulaIfThePlanSaysSo(t *testing.T) {
	dir := t.TempDir()
	to := target(t, dir, "escape_formulas: true")
	for _, text := range []string{"=cmd()", "+1", "-1", "@x", "\tx", "'=x", "''=x"} {
		id := create(t, to, ticket("="+text, text))[0]
		if r, err := to.Read(t.Context(), helpdesk.KindTicket, id); err != nil || r.Ticket.Subject != text {
			t.Errorf("read back %q, %v; want %q", r.Ticket.Subject, err, text)
		}
		if got, _ := to.Find(t.Context(), helpdesk.KindTicket, "="+text); !slices.Equal(got, []string{id}) {
			t.Errorf("found %q by a marker that looks like a formula, want %q", got, id)
		}
	}
	for _, name := range []string{"tickets.csv", "comments.csv"} {
		content, _ := os.ReadFile(filepath.Join(dir, name))
		for _, cell := range strings.FieldsFunc(string(content), func(r rune) bool { return strings.ContainsRune(",\n\"", r) }) {
			if strings.ContainsAny(cell[:1], "=+-@\t") {
				t.Errorf("%s has a cell %q", name, cell)
			}
		}
	}
	if _, err := csv.Connector.Target(t.Context(), plan("path: "+dir)); !errors.Is(err, connectors.ErrSettings) {
		t.Errorf("going on without the setting: %v", err)
	}
}

func TestTheNextRunFindsWhatTheFirstWrote(t *testing.T) {
	dir := t.TempDir()
	one, other := target(t, dir), target(t, dir) // as two processes that take turns
	for i := range 4 {
		from, to := one, other
		if i%2 == 1 {
			from, to = other, one
		}
		marker := fmt.Sprint("m", i)
		id := create(t, from, ticket(marker, "x"))[0]
		if got, err := to.Find(t.Context(), helpdesk.KindTicket, marker); err != nil || !slices.Equal(got, []string{id}) {
			t.Errorf("turn %d: found %q, %v; want %q", i, got, err, id)
		}
	}
	remove(t, one, "t1", "t3")
	var left []string
	for m, err := range other.(connectors.Censor).Census(t.Context(), helpdesk.KindTicket, "m") {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, m.ID+" "+m.Marker)
	}
	wantList(t, "census of the other", left, []string{"t2 m1", "t4 m3"})
}
