package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// texts are what somebody has once written to a help desk. None ends in white
// space: that most targets cut off, and it is logged rather than held against
// them.
var texts = map[string]string{
	"64 KiB and a bit":      strings.Repeat("canary, ", 8200) + "end",
	"a megabyte of letters": strings.Repeat("Kanarienvögel schlüpfen. ", 40_000) + "Ende",
	"signs":                 `=canary("1"); <script>&amp; %s \n 'x' | -- /* */ ${y}`,
	"languages":             "canary 金丝雀 كناري קנרי канарейка 👩‍👩‍👧 e\u0301 \u202eyranac",
	"lines":                 "canary\n\n > quoted\n\n\n\t- item\n\nend",
}

// longText names a text field of each kind in which people write at length.
var longText = map[helpdesk.Kind][]string{
	helpdesk.KindOrganization: {"organization.notes"},
	helpdesk.KindPerson:       {"person.notes"},
	helpdesk.KindTicket:       {"comment.body", "ticket.custom"},
	helpdesk.KindArticle:      {"article.body"},
}

func targetKeepsTexts(d *targetRun) {
	for _, k := range d.kinds() {
		for _, field := range longText[k] {
			for name, text := range texts {
				if draft, ok := d.spoil(k, field, text); ok && d.keeps(field) {
					d.Logf("%s: %s", field, name)
					d.wantRefusedOrKept(draft)
				}
			}
		}
	}
	if d.has(helpdesk.KindTicket) {
		for _, subject := range []string{strings.Repeat("canary ", 30) + "end", strings.Repeat("canary ", 300) + "end", texts["signs"], texts["languages"]} {
			draft, _ := d.spoil(helpdesk.KindTicket, "ticket.subject", subject)
			d.wantRefusedOrKept(draft)
		}
		d.reportNormalising()
	}
}

// reportNormalising logs what becomes of white space: verify has to know, and
// compares with what was read back.
func (d *targetRun) reportNormalising() {
	d.Helper()
	draft, _ := d.spoil(helpdesk.KindTicket, "comment.body", "canary \r\nsings \t\n\n")
	id, err := d.try(draft)
	if err != nil {
		d.Logf("a text that ends in white space: %v", err)
		return
	}
	if r, err := d.read(helpdesk.KindTicket, id); err == nil && d.keeps("comment.body") {
		if n := len(r.Ticket.Comments); n == 0 || r.Ticket.Comments[n-1].Body != "canary \r\nsings \t\n\n" {
			d.Logf("the target normalises line ends or white space of texts")
		}
	}
}

// Some have many: a thread of a year, a customer with every tag there is.
const many = 120

func targetKeepsParts(d *targetRun) {
	if !d.has(helpdesk.KindTicket) {
		notClaimed(d, "tickets")
		return
	}
	d.define()
	draft := d.draft(helpdesk.KindTicket)
	t := draft.Record.Ticket
	for i := range many {
		c := t.Comments[i%4]
		c.Attachments, c.Body = nil, fmt.Sprintf("canary %d", i/2) // each text twice
		t.Comments = append(t.Comments, c)
		if d.profile.Vocabulary["ticket.tags"] == nil {
			t.Tags = append(t.Tags, fmt.Sprintf("canary-%d", i))
		}
	}
	d.wantRefusedOrKept(draft)
}

func targetKeepsBytes(d *targetRun) {
	if !d.has(helpdesk.KindTicket) || !d.keeps("attachment.name") {
		notClaimed(d, "attachments")
		return
	}
	d.define()
	draft := d.draft(helpdesk.KindTicket)
	var all []helpdesk.Attachment
	for i, f := range append(Files, Files[0]) { // the first twice: two attachments of the same bytes
		all = append(all, f.attachment(fmt.Sprint("f", i)))
	}
	draft.Record.Ticket.Comments[0].Attachments = all
	stage(&draft)
	id := d.create(draft)
	d.wantStored(draft, id)
	d.wantFiles(id, all)
}

// wantFiles opens what the ticket has and compares it with what was sent.
func (d *targetRun) wantFiles(id string, want []helpdesk.Attachment) {
	d.Helper()
	opener, can := d.Target.(connectors.AttachmentOpener)
	if !can {
		notClaimed(d, "AttachmentOpener")
		return
	}
	r, err := d.read(helpdesk.KindTicket, id)
	if err != nil {
		d.Fatalf("read: %v", err)
	}
	got := attachments(r)
	if len(got) != len(want) {
		d.Fatalf("a ticket created with %d attachments has %d", len(want), len(got))
	}
	for i := range want {
		wantBytes(d, opener, got[i], want[i].Size, want[i].SHA256)
	}
	gone := helpdesk.Attachment{Key: "424242", Name: "canary.txt", Locator: "424242"}
	_, err = ask(d, "open an attachment that is gone", func(ctx context.Context) (io.ReadCloser, error) {
		return opener.OpenAttachment(ctx, gone)
	})
	wantNotFound(d, "open an attachment that is gone", err)
}

// targetNeedsBytes: staging may be out of reach, and bytes may be others than
// the record says. A ticket without its files is no success.
func targetNeedsBytes(d *targetRun) {
	if !d.has(helpdesk.KindTicket) || !d.keeps("attachment.name") {
		notClaimed(d, "attachments")
		return
	}
	d.define()
	for name, open := range map[string]connectors.OpenFunc{
		"staging does not answer": func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
			return nil, connectors.ErrUnavailable
		},
		"the bytes break off": func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("The canary"), broken{})), nil
		},
		"the bytes are others": func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader([]byte("a cat"))), nil
		},
	} {
		draft := d.draft(helpdesk.KindTicket)
		draft.Open = open
		if _, err := d.try(draft); err == nil {
			d.Errorf("%s, and the ticket is created as if nothing were missing", name)
		}
	}
}

// broken is a connection that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
