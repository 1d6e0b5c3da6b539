package sample

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func link(kind, to string) func(*draft) {
	return func(t *draft) { t.ticket.Links = []helpdesk.Link{{Type: kind, Ticket: to}} }
}

// first is the comment with which the ticket came in, final the last one.
func (t *draft) first() *helpdesk.Comment { return &t.ticket.Comments[0] }
func (t *draft) final() *helpdesk.Comment { return &t.ticket.Comments[len(t.ticket.Comments)-1] }

func attachSameName(t *draft) {
	for range 2 {
		t.attach(t.first(), paper{"image.png", "image/png", "png", picture(t.voice.dice, 64, 48)})
	}
}

func attachEmoji(t *draft) {
	t.attach(t.first(), paper{"Grüße aus Köln – für Anke 🎁.png", "image/png", "png", picture(t.voice.dice, 64, 48)})
}

func attachEmpty(t *draft) {
	t.attach(t.first(), paper{"Scan_0001.pdf", "application/pdf", "pdf", []byte{}})
}

func attachRecording(t *draft) {
	t.attach(t.first(), paper{"call-0917.wav", "audio/wav", "wav", recording(t.voice.dice, 8_000)})
}

// attachBig attaches bytes that no transport makes smaller.
func attachBig(t *draft) {
	t.attach(t.first(), paper{"recovery.bin", "application/octet-stream", "bin", t.voice.dice.bytes(t.desk.scale.file)})
}

// attachProgram attaches what looks like a program and is none.
func attachProgram(t *draft) {
	program := []byte("MZ\x90\x00 This is not a program. It only looks like one to whoever reads two bytes.\n")
	t.attach(t.first(), paper{"driver_update.zip", "application/zip", "zip", zipped("setup.exe", program)})
}

// attachInline attaches a picture that the text shows by its Content-ID.
func attachInline(t *draft) {
	a := t.attach(t.first(), paper{"image001.png", "image/png", "png", picture(t.voice.dice, 64, 48)})
	a.Inline, a.ContentID = true, "image001.png@01DA7F3C.5B2E91A0"
	show(t.first(), "cid:"+a.ContentID)
}

// embedIcon puts a picture into the text itself, so that there is no attachment.
func embedIcon(t *draft) {
	icon := base64.StdEncoding.EncodeToString(picture(t.voice.dice, 12, 12))
	show(t.first(), "data:image/png;base64,"+icon)
}

// show puts an image behind the first paragraphs of an HTML comment.
func show(c *helpdesk.Comment, source string) {
	at := strings.LastIndex(c.Body, "<p>") // of the closing
	c.Body = c.Body[:at] + `<p><img src="` + source + `" alt=""></p>` + c.Body[at:]
}

// goOn makes the longest thread.
func goOn(t *draft) {
	who := "customer"
	for len(t.ticket.Comments) < t.desk.scale.thread {
		clear(t.voice.facts)
		t.learn()
		if t.voice.dice.chance(70) {
			who = map[string]string{"customer": "agent", "agent": "customer"}[who]
		}
		t.say(who, t.voice.phrase("chat."+who))
	}
	t.finish()
}

// tie gives the first n comments the time of the first of them.
func tie(n int) func(*draft) {
	return func(t *draft) {
		for i := range n {
			t.ticket.Comments[i].Created = t.first().Created
		}
	}
}

// deleteAuthor lets the first answer come from somebody who has left.
func deleteAuthor(t *draft) {
	c := &t.ticket.Comments[1]
	c.Author = GoneAgent
	c.Body = strings.ReplaceAll(c.Body, t.agent.Person.Name, "Ingo Former")
}

func replyEarly(t *draft) {
	t.final().Created = t.ticket.Created.Add(-26 * time.Minute)
	t.ticket.FirstReply = t.final().Created
}

func solveEarly(t *draft) {
	t.ticket.Solved = t.ticket.Created.Add(-49 * time.Hour)
}

// pasteLog makes the longest body.
func pasteLog(t *draft) {
	t.first().Body += "\n\n" + t.log(t.desk.scale.body)
}

// listDevices chooses options that hold the separator and the escape of lists.
func listDevices(t *draft) {
	t.ticket.Custom = append(t.ticket.Custom,
		helpdesk.CustomValue{Name: fieldDevices, Values: []string{`Scanner; Fax`, `Router \ Switch`}})
}

// quoteDeeper quotes the mails before the mails.
func quoteDeeper(t *draft) {
	old := &letter{greeting: "Hi Fiona,", body: "is 1.2 cents still your price? See https://www.acme.example.com/prices.", name: "Penny"}
	reply := &letter{body: "1.1 for you & yours, if you take 36 months.", name: "Fiona", wrote: "Penny wrote:", reply: old}
	forward := &letter{body: "Tom, <b>what do you think?</b>", name: "Penny", wrote: "Fiona wrote:", reply: reply}
	t.first().Body += paragraph("On Monday Penny wrote:") + `<blockquote type="cite">` + forward.html() + `</blockquote>`
}

// markSpam lets it come from an address that nobody made a contact of.
func markSpam(t *draft) {
	const sender = "clarence.fobb@prize.example.net"
	t.ticket.Spam, t.ticket.Requester, t.ticket.Submitter = true, sender, sender
	t.first().Author = sender
}

func copyEverybody(t *draft) {
	t.join("j.hargreaves@northwind.example.org", "")
	t.join("", "fire.officer@leeds.example.org")
	t.join("", "Deputy.Ward2@northwind.example.org")
}

func editLast(t *draft) { t.final().Edited = t.final().Created.Add(17 * time.Minute) }
