package embedded

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// withMetadata is a picture of two pixels that names who took it.
func withMetadata(t *testing.T) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 1))); err != nil {
		t.Fatal(err)
	}
	end := b.Len() - 12
	text := "\x00\x00\x00\x0ftEXtAuthor\x00Jane Doe\x00\x00\x00\x00"
	return slices.Concat(b.Bytes()[:end], []byte(text), b.Bytes()[end:])
}

// paperwork is a desk with one ticket of Jane Doe, with files that the policy can
// read and one that it cannot.
func paperwork(t *testing.T) *memory.Desk {
	desk := memory.New(memory.Options{})
	jane := helpdesk.New(helpdesk.KindPerson, "p1")
	*jane.Person = helpdesk.Person{Name: "Jane Doe", Emails: []string{"jane.doe@example.test"}, Role: helpdesk.RoleContact}
	ticket := helpdesk.New(helpdesk.KindTicket, "t1")
	*ticket.Ticket = helpdesk.Ticket{Subject: "Papers", Requester: "p1", Status: "open", Comments: []helpdesk.Comment{{
		Key: "c1", Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText, Author: "p1", Body: "From Jane Doe",
		Attachments: []helpdesk.Attachment{
			desk.File("list.csv", []byte("n,who,card\n1,Jane Doe,4111 1111 1111 1111\n2,nobody,none\n")),
			desk.File("plain.log", []byte("nothing of anybody\n")),
			desk.File("photo.png", withMetadata(t)),
			desk.File("scan.pdf", []byte("%PDF-1.4\nJane Doe")),
		},
	}}}
	desk.Add(jane, ticket)
	return desk
}

// filesIn are the files of the target by name.
func filesIn(t *testing.T, desk *memory.Desk) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range desk.Records(helpdesk.KindTicket) {
		for _, c := range r.Ticket.Comments {
			for _, a := range c.Attachments {
				if a.LeftOut != "" {
					all[a.Name] = "left out: " + a.LeftOut
					continue
				}
				content, err := desk.Target().(connectors.AttachmentOpener).OpenAttachment(t.Context(), a)
				if err != nil {
					t.Fatalf("open %s: %v", a.Name, err)
				}
				text, err := io.ReadAll(content)
				if err != nil {
					t.Fatal(err)
				}
				all[a.Name] = string(text)
			}
		}
	}
	return all
}

// TestFilesFollowThePolicy moves the same ticket with each rule for files that cannot be
// read: what arrives, what is on record of it, and that all is verified by its digest.
func TestFilesFollowThePolicy(t *testing.T) {
	for rule, want := range map[plan.Unreadable]struct {
		outcome, name, says string
		level               evidence.Level
	}{
		"":               {"quarantined", "scan.pdf.txt", "Reason, Grund: unknown_type", evidence.Attention},
		plan.Quarantine:  {"quarantined", "scan.pdf.txt", "Bytes: 17", evidence.Attention},
		plan.Placeholder: {"placeholder", "scan.pdf.txt", "SHA-256: ", evidence.Clean},
		plan.Keep:        {"kept", "scan.pdf", "%PDF-1.4\nJane Doe", evidence.Clean},
		plan.Exclude:     {"excluded", "scan.pdf", "left out: file_unreadable", evidence.Clean},
	} {
		t.Run("rule "+string(rule), func(t *testing.T) {
			target, section := memory.New(memory.Options{}), ""
			if rule != "" {
				section = fmt.Sprintf("attachments: {unreadable: %s}", rule)
			}
			p, err := plan.Parse([]byte(strings.Replace(planText, "attachments: {unreadable: keep}", section, 1)), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			report := migrate(t, open(t, t.TempDir(), p, paperwork(t).Source(), target.Target()))
			got := filesIn(t, target)
			if list := got["list.csv"]; list != "n,who,card\n1,Jane Doe,[card ****1111]\n2,nobody,none\n" {
				t.Errorf("list.csv is %q", list)
			}
			if got["plain.log"] != "nothing of anybody\n" || strings.Contains(got["photo.png"], "Jane") || !strings.Contains(got["photo.png"], "IDAT") {
				t.Errorf("plain.log is %q, photo.png %q", got["plain.log"], got["photo.png"])
			}
			if text := got[want.name]; !strings.Contains(text, want.says) {
				t.Errorf("%v; %s says %q, want %q", slices.Collect(maps.Keys(got)), want.name, text, want.says)
			}
			types := fmt.Sprint(report.Files.Types)
			if w := fmt.Sprintf("[{application/pdf map[%s:1]} {image/png map[stripped:1]} {text/csv map[rewritten:1]} {text/plain map[unchanged:1]}]", want.outcome); types != w {
				t.Errorf("on record is %s, want %s", types, w)
			}
			if v := report.Verdict("en"); v.Level != want.level || len(report.Findings) > 0 || report.Files.Unread["unknown_type"] != 1 {
				t.Errorf("%s: %s, differences %v, unread %v", v.Level, v.Sentence, report.Findings, report.Files.Unread)
			}
			card := evidence.PersonalData{Field: "attachment.content", Kind: "card", About: []string{"payment"}, Found: 1, Sure: 1, Records: 1}
			if !slices.ContainsFunc(report.Inventory, func(p evidence.PersonalData) bool { return reflect.DeepEqual(p, card) }) {
				t.Errorf("the inventory has no card in a file: %v", report.Inventory)
			}
		})
	}
}

// TestAPersonHasOnePseudonymInFilesAndDeltas: in a comment, in a file, and in a file that
// a delta brings later.
func TestAPersonHasOnePseudonymInFilesAndDeltas(t *testing.T) {
	source, target := paperwork(t), memory.New(memory.Options{Threaded: true})
	p, err := plan.Parse([]byte(strings.Replace(planText, "preset: gdpr", "preset: pseudonymous", 1)), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.Privacy.Attachments.Unreadable = plan.Placeholder
	r := open(t, t.TempDir(), p, source.Source(), target.Target())
	migrate(t, r)
	later := source.File("later.txt", []byte("Jane Doe called again"))
	source.Reply("t1", "see the file")
	source.Edit(helpdesk.KindTicket, "t1", func(r *helpdesk.Record) {
		c := &r.Ticket.Comments[len(r.Ticket.Comments)-1]
		c.Author, c.Attachments = "p1", []helpdesk.Attachment{later}
	})
	if report := delta(t, r); len(report.Findings) > 0 {
		t.Errorf("differences: %v", report.Findings)
	}
	ticket := target.Records(helpdesk.KindTicket)[0].Ticket
	name, ok := strings.CutPrefix(ticket.Comments[0].Body, "From ")
	if !ok || strings.Contains(name, "Jane") || len(ticket.Comments) != 2 {
		t.Fatalf("%d comments, the first is %q", len(ticket.Comments), ticket.Comments[0].Body)
	}
	with := 0
	for file, text := range filesIn(t, target) {
		if strings.Contains(text, "Jane") || strings.Contains(text, "Doe") || strings.Contains(file, "scan") {
			t.Errorf("%s is %q", file, text)
		}
		if strings.Contains(text, name) {
			with++
		}
	}
	if with != 2 {
		t.Errorf("%q stands in %d files, want it in the list and in what came later: %v", name, with, filesIn(t, target))
	}
}
