package sample

import (
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ordinary writes a ticket such as help desks have by the thousand.
func (d *desk) ordinary(key string, s *scenario) helpdesk.Record {
	t := d.newDraft(key, s)
	t.ticket.Status = t.fate()
	steps := s.steps
	switch t.ticket.Status {
	case "New":
		steps = steps[:1]
	case "Open", "Pending", "On hold":
		steps = steps[:(len(steps)+2)/2]
	}
	for i := range steps {
		t.play(steps[i : i+1])
		if i > 0 && i < len(steps)-1 && t.voice.dice.chance(5) {
			t.aside()
		}
	}
	t.enlarge()
	t.company()
	t.finish()
	t.enclose()
	return t.record()
}

// fate is what became of a ticket by the day of the export: the old ones are
// closed, the young ones open.
func (t *draft) fate() string {
	switch age := asOf.Sub(t.ticket.Created); {
	case age < 50*24*time.Hour:
		return pick(t.voice.dice, []string{"New", "Open", "Open", "Pending", "On hold"})
	case age < 80*24*time.Hour || t.voice.dice.chance(6):
		return "Solved"
	case t.voice.dice.chance(3):
		return "On hold"
	}
	return "Closed"
}

// aside adds what is said between the steps of a conversation.
func (t *draft) aside() {
	who := pick(t.voice.dice, []string{"customer", "customer", "agent", "note", "system"})
	switch who {
	case "note":
		t.say(who, t.voice.phrase("note"))
	case "system":
		c := t.say("note", t.voice.phrase("system"))
		c.Visibility, c.Channel = helpdesk.VisibilitySystem, "system"
	default:
		t.say(who, t.voice.phrase("chaser."+who))
	}
}

// company adds who else is on the ticket, what was booked and what the customer
// thought of it.
func (t *draft) company() {
	dice := t.voice.dice
	if dice.chance(15) {
		t.join(pick(dice, t.desk.cast.contacts).Key, "")
	}
	if dice.chance(7) {
		t.join("", mailbox(t.voice.fact("person"))+"@example.org")
	}
	if dice.chance(5) {
		t.ticket.Participants = append(t.ticket.Participants,
			helpdesk.Participant{Role: "follower", Person: pick(dice, t.desk.cast.agents).Key})
	}
	for n := range 2 {
		if dice.chance(14) {
			t.book(n)
		}
	}
	if t.over() && dice.chance(18) {
		t.rate()
	}
	if dice.chance(4) && t.key != LongThread {
		t.ticket.Links = append(t.ticket.Links, helpdesk.Link{Type: "related", Ticket: LongThread})
	}
}

// join puts somebody in copy: a person on record, or a bare address.
func (t *draft) join(person, email string) {
	if person != t.requester.Key {
		t.ticket.Participants = append(t.ticket.Participants, helpdesk.Participant{Role: "cc", Person: person, Email: email})
	}
}

// book adds a time entry.
func (t *draft) book(n int) {
	d := t.voice.dice
	t.ticket.TimeEntries = append(t.ticket.TimeEntries, helpdesk.TimeEntry{
		Key: t.key + "-t" + string('1'+rune(n)), Person: t.agent.Key, Seconds: int64(300 * d.in(1, 24)),
		Note: t.voice.phrase("work"), Spent: t.voice.now.Add(-time.Duration(d.in(1, 90)) * time.Minute)})
}

func (t *draft) rate() {
	score := pick(t.voice.dice, []string{"good", "good", "good", "bad"})
	r := helpdesk.Rating{Score: score, Created: t.voice.now.Add(time.Duration(t.voice.dice.in(3, 90)) * time.Hour)}
	if t.voice.dice.chance(70) {
		r.Comment = t.voice.phrase("rating." + score)
	}
	t.ticket.Ratings = append(t.ticket.Ratings, r)
}

// over reports whether the ticket is solved or closed.
func (t *draft) over() bool { return t.ticket.Status == "Solved" || t.ticket.Status == "Closed" }

// finish sets what follows from the conversation: the category and the times.
func (t *draft) finish() {
	t.ticket.Category = categories[t.ticket.Status]
	t.ticket.Updated = t.voice.now
	for _, c := range t.ticket.Comments {
		if c.Visibility == helpdesk.VisibilityPublic && c.Author == t.agent.Key {
			t.ticket.FirstReply = c.Created
			break
		}
	}
	if t.over() {
		t.ticket.Solved = t.voice.now.Add(5 * time.Minute)
		t.ticket.Updated = t.ticket.Solved
	}
	if t.ticket.Status == "Closed" {
		t.ticket.Closed = t.ticket.Solved.AddDate(0, 0, 7)
		t.ticket.Updated = t.ticket.Closed
	}
	if t.ticket.Status == "Pending" {
		t.ticket.PendingUntil = atWork(asOf.AddDate(0, 0, t.voice.dice.in(1, 20)))
	}
	if t.ticket.Status == "New" {
		t.ticket.Assignee = ""
	}
}
