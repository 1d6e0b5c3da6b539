package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A paper is a file before it is attached.
type paper struct {
	name, contentType, extension string
	content                      []byte
}

// attach puts a file on a comment. The path holds no name of the file: names in
// a repository must be such that every system can check them out.
func (t *draft) attach(c *helpdesk.Comment, p paper) *helpdesk.Attachment {
	n := len(c.Attachments) + 1
	number := strings.TrimPrefix(c.Key, t.key+"-")
	a := helpdesk.Attachment{Key: fmt.Sprintf("%s-a%d", c.Key, n), Name: p.name, ContentType: p.contentType,
		Size: int64(len(p.content)), Locator: fmt.Sprintf("%s%s-%s-%d.%s", filesFolder, t.key, number, n, p.extension)}
	t.desk.files[a.Locator] = p.content
	c.Attachments = append(c.Attachments, a)
	return &c.Attachments[n-1]
}

// paper makes the kind of file that a scenario asks for.
func (t *draft) paper(kind string) paper {
	v := t.voice
	switch kind {
	case "photo":
		name := fmt.Sprintf(pick(v.dice, []string{"IMG_%04d.png", "photo-%d.png", "Foto %d.png", "Bildschirmfoto %d.png"}), v.dice.in(100, 9999))
		return paper{name, "image/png", "png", picture(v.dice, 64, 48)}
	case "log":
		return paper{v.say("[vpn|device|protokoll]-{serial}.log"), "text/plain", "log", []byte(t.log(2_000))}
	case "list":
		return paper{v.say("[Liste|list|devices] {past}.csv"), "text/csv", "csv", []byte(t.list())}
	case "card":
		return paper{v.say("{person}.vcf"), "text/vcard", "vcf", []byte(v.say(v.book.papers["card"]))}
	case "voice":
		return paper{"voicemail.wav", "audio/wav", "wav", recording(v.dice, 3_200)}
	}
	name := v.say(map[string]string{"scan": "Scan_{serial}.pdf", "label": "{tracking}.pdf",
		"invoice": "{invoice}.pdf", "quote": "{quote}.pdf"}[kind])
	return paper{name, "application/pdf", "pdf", pdf(strings.Split(v.say(v.book.papers[kind+"."+v.lang]), "\n"))}
}

// log makes up about n bytes of a machine's log.
func (t *draft) log(n int) string {
	v := t.voice
	events := []string{"job %d accepted from NB-{serial}", "job %d: spooler restarted (0x80070005)", "user {login} logged on from 203.0.113.{days}",
		"rekey failed, retry %d", "job %d sent to {printer}, {qty} pages", "cannot reach 192.0.2.{days}: time-out after %d ms", "session %d closed"}
	var b strings.Builder
	for now := v.now.AddDate(0, 0, -2); b.Len() < n; now = now.Add(time.Duration(v.dice.in(2, 90)) * time.Second) {
		event := v.say(pick(v.dice, events))
		if strings.Contains(event, "%d") {
			event = fmt.Sprintf(event, v.dice.in(1000, 99_999))
		}
		fmt.Fprintf(&b, "%s %s\n", now.Format("2006-01-02 15:04:05"), event)
	}
	return b.String()
}

// list makes up a sheet of devices and their counters.
func (t *draft) list() string {
	v := t.voice
	var b strings.Builder
	b.WriteString("device;serial;place;pages;contact\r\n")
	for range v.dice.in(4, 12) {
		fmt.Fprintf(&b, "%s;%c%02d-%06d;%s;%d;%s\r\n", v.phrase("printer"), 'A'+v.dice.n(26), v.dice.n(100), v.dice.n(1e6),
			v.phrase("place"), v.dice.in(900, 250_000), v.phrase("person"))
	}
	return b.String()
}
