package sample

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Live returns an account for tests against real help desks: as many tickets as
// Acme, some more long threads, and about 700 files, whose names and places are
// what real mail brings.
func Live() Account {
	return build(scale{ordinary: 257, contacts: 90, thread: 60, body: 60_000, file: 200_000, longEvery: 150, enclosures: 2})
}

// LiveSmall returns a small account with the oddities and the files of Live.
func LiveSmall() Account {
	return build(scale{ordinary: 7, contacts: 20, thread: 60, body: 6_000, file: 8_000, enclosures: 3})
}

// enlarge makes an ordinary ticket a long one now and then.
func (t *draft) enlarge() {
	n, _ := strconv.Atoi(t.key)
	if t.desk.scale.longEvery == 0 || n%t.desk.scale.longEvery != 50 {
		return
	}
	for len(t.ticket.Comments) < t.desk.scale.thread {
		who := []string{"customer", "agent"}[len(t.ticket.Comments)%2]
		t.say(who, t.voice.phrase("chaser."+who))
	}
}

// enclosed are names and types of files in real mail.
var enclosed = []struct{ name, contentType, extension string }{
	{"Übersicht Büro %d.csv", "text/csv", "csv"},
	{"Grüße 🎄 %d.log", "text/plain", "log"},
	{"résumé final (%d).log", "text/plain", "log"},
	{"Screenshot %d.png", "image/png", "png"},
	{"%d – Gedankenstrich.png", "image/png", "png"},
	{"наклейка-%d.png", "image/png", "png"},
	{"見積書-%d.bin", "application/octet-stream", "bin"},
	{"sehr langer Name, wie ihn Menschen vergeben, die einer Datei alles mitgeben wollen, %d.bin", "application/octet-stream", "bin"},
	{"a;b='c' %d.log", "text/plain", "log"},
	{"👩‍💻 %d.png", "image/png", "png"},
	{"IMG_%d.PNG", "image/png", "png"},
}

// enclose attaches more files to comments of the ticket, some of them pictures
// that the text shows.
func (t *draft) enclose() {
	if t.desk.scale.enclosures == 0 || len(t.ticket.Comments) == 0 {
		return
	}
	d := newDice("enclosures " + t.key)
	for range t.desk.scale.enclosures + d.n(2) {
		c := &t.ticket.Comments[d.n(len(t.ticket.Comments))]
		if d.chance(30) && c.Format == helpdesk.FormatHTML && strings.Contains(c.Body, "<p>") {
			t.illustrate(c, d)
			continue
		}
		kind := pick(d, enclosed)
		t.attach(c, paper{fmt.Sprintf(kind.name, d.in(1, 9999)), kind.contentType, kind.extension, t.enclosure(kind.extension, d)})
	}
}

// illustrate attaches a picture that the text shows by its Content-ID.
func (t *draft) illustrate(c *helpdesk.Comment, d *dice) {
	a := t.attach(c, paper{fmt.Sprintf("image%03d.png", d.in(1, 5)), "image/png", "png", picture(d, 64, 48)})
	a.Inline, a.ContentID = true, fmt.Sprintf("%s@%08X.%08X", a.Name, uint32(d.next()), uint32(d.next()))
	show(c, "cid:"+a.ContentID)
}

func (t *draft) enclosure(extension string, d *dice) []byte {
	switch extension {
	case "png":
		return picture(d, 64, 48)
	case "csv":
		return []byte(t.list())
	case "log":
		return []byte(t.log(d.in(200, 9_000)))
	}
	return d.bytes(d.in(1, 60_000))
}
