package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// play says the steps of the scenario.
func (t *draft) play(steps []step) {
	for _, s := range steps {
		w := pick(t.voice.dice, s.wordings)
		c := t.say(s.who, w.text)
		if w.file != "" {
			t.attach(c, t.paper(w.file))
		}
	}
}

// say adds a comment of the customer, the agent, or a colleague's note. The
// pointer is good until the next one is added.
func (t *draft) say(who, template string) *helpdesk.Comment {
	t.wait(who)
	author := t.author(who)
	c := helpdesk.Comment{
		Key:    fmt.Sprintf("%s-%d", t.key, len(t.ticket.Comments)+1),
		Author: author.Key, Visibility: helpdesk.VisibilityPublic, Channel: t.channel(who), Created: t.voice.now,
	}
	if who == "note" {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	l := t.letter(who, author, t.voice.say(template))
	c.Format = t.format(who)
	if c.Body = l.text(); c.Format == helpdesk.FormatHTML {
		c.Body = l.html()
	}
	if c.Visibility == helpdesk.VisibilityPublic {
		t.last = l
	}
	t.post(&c)
	t.ticket.Comments = append(t.ticket.Comments, c)
	return &t.ticket.Comments[len(t.ticket.Comments)-1]
}

// wait lets time pass until somebody answers. The first message is the ticket.
func (t *draft) wait(who string) {
	if len(t.ticket.Comments) == 0 {
		return
	}
	low, high := 20, 2*24*60 // minutes
	switch {
	case t.ticket.Channel == "chat":
		low, high = 1, 2
	case who == "agent":
		low, high = 10, 8*60
	case who == "note":
		low, high = 2, 60
	}
	pause := time.Duration(t.voice.dice.in(low*60, high*60)) * time.Second
	t.voice.now = atWork(t.voice.now.Add(pause))
}

// author is who speaks. Notes are written by any agent of the group.
func (t *draft) author(who string) helpdesk.Record {
	switch {
	case who == "customer":
		return t.requester
	case who == "note" && t.voice.dice.chance(40):
		return pick(t.voice.dice, t.desk.cast.agents)
	}
	return t.agent
}

func (t *draft) channel(who string) string {
	switch {
	case who == "note":
		return "web"
	case who == "agent" && t.ticket.Channel == "web":
		return "email"
	case len(t.ticket.Comments) > 0 && t.ticket.Channel == "phone":
		return "email"
	}
	return t.ticket.Channel
}

// format is text for half of the customers and HTML for what agents write.
func (t *draft) format(who string) string {
	switch fixed := t.scenario.head["format"]; {
	case fixed != "":
		return fixed
	case who == "note" || t.bare():
		return helpdesk.FormatText
	case who == "agent":
		return helpdesk.FormatHTML
	}
	return pick(newDice("format "+t.requester.Key), []string{helpdesk.FormatText, helpdesk.FormatHTML})
}

// bare reports whether people write without greetings.
func (t *draft) bare() bool { return t.scenario.head["bare"] != "" || t.ticket.Channel == "chat" }

func (t *draft) letter(who string, author helpdesk.Record, body string) *letter {
	l := &letter{body: body, sent: t.voice.now}
	if t.voice.lang == "en" && !t.bare() {
		l.body = strings.ToUpper(body[:1]) + body[1:]
	}
	if who == "note" || t.bare() {
		return l
	}
	l.greeting = t.voice.phrase("greeting." + who)
	l.closing = t.voice.phrase("closing." + who)
	if author.Person != nil {
		l.name = author.Person.Name
		l.signature = t.signature(author)
	}
	if t.last != nil && t.last.reply == nil && t.last.name != l.name && t.voice.dice.chance(25) {
		quoted := *t.last
		l.reply, l.wrote = &quoted, t.wrote()
	}
	return l
}

// wrote is the line above a quotation.
func (t *draft) wrote() string {
	t.voice.facts["sent"] = t.voice.date(t.last.sent) + t.last.sent.Format(" 15:04")
	t.voice.facts["who"] = t.last.name
	return t.voice.phrase("wrote")
}

// signature is what stands below a person's mails: always the same, and for half
// of the customers nothing.
func (t *draft) signature(author helpdesk.Record) []string {
	p, d := author.Person, newDice("signature "+author.Key)
	if p.Role == helpdesk.RoleAgent {
		return []string{p.Name + " · " + t.ticket.Brand, "Tel. " + p.Phones[0], "https://www." + companyDomain}
	}
	if d.chance(50) {
		return nil
	}
	lines := []string{p.Name}
	if o, ok := t.organization(); ok {
		lines = append(lines, o.Organization.Name)
	}
	lines = append(lines, "Tel. "+p.Phones[0], author.Key)
	if p.Address != "" {
		lines = append(lines, p.Address)
	}
	return lines
}

// post gives a comment what it gets on its way: a Message-ID if it is a mail, the
// sender's address if it came through the web.
func (t *draft) post(c *helpdesk.Comment) {
	switch {
	case c.Visibility == helpdesk.VisibilityPrivate:
	case c.Channel == "email":
		c.MessageID = fmt.Sprintf("<%s.%08x@%s>", c.Key, uint32(t.voice.dice.next()), mailDomain(c.Author))
		t.ticket.MessageIDs = append(t.ticket.MessageIDs, c.MessageID)
	case c.Channel == "web" || c.Channel == "chat":
		ip := fmt.Sprintf("203.0.113.%d", newDice("ip "+c.Author).in(1, 254))
		c.Extra = []helpdesk.ExtraValue{{Name: extraIP, Values: []string{ip}}}
	}
}

func mailDomain(author string) string {
	_, domain, ok := strings.Cut(author, "@")
	if !ok {
		return companyDomain
	}
	return "mail." + domain
}
