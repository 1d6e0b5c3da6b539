package conformance

import (
	"fmt"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Records is a small help desk for fixtures of sources: of each kind n records,
// every field of the model filled, a canary in every text. Each refers to
// records of its own number ("p3" is person 3), a ticket to the ticket before it.
// The last ticket refers to a person, a group and a ticket that are gone.
func Records(n int) []helpdesk.Record {
	var all []helpdesk.Record
	for _, k := range helpdesk.Kinds() {
		for i := range n {
			r := sample(k, i, func(k helpdesk.Kind) string { return Key(k, i) })
			if k == helpdesk.KindTicket {
				r.Ticket.Links[0].Ticket = Key(k, (i+n-1)%n)
				if i == n-1 {
					orphan(r.Ticket, n+7)
				}
			}
			all = append(all, r)
		}
	}
	return all
}

// orphan makes a ticket refer to number i, of whatever.
func orphan(t *helpdesk.Ticket, i int) {
	t.Assignee = Key(helpdesk.KindPerson, i)
	t.Group = Key(helpdesk.KindGroup, i)
	t.Links[0].Ticket = Key(helpdesk.KindTicket, i)
}

// Key is the key that [Records] gives to number i of kind k.
func Key(k helpdesk.Kind, i int) string { return fmt.Sprintf("%c%d", k[0], i) }

// noon is when everything in the samples happens, give or take.
var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// sample is record number i of kind k with every field filled. ref names the
// record of a kind that it refers to, or nothing.
func sample(k helpdesk.Kind, i int, ref func(helpdesk.Kind) string) helpdesk.Record {
	r := helpdesk.New(k, Key(k, i))
	switch k {
	case helpdesk.KindDefinition:
		scopes := []string{"ticket", "person", "organization"}
		*r.Definition = helpdesk.Definition{Title: fmt.Sprintf("Canary field %d", i), Scope: scopes[i%3],
			Type: "select", Options: []string{"canary LX-5", "canary LX-6"}, Required: true}
	case helpdesk.KindGroup:
		*r.Group = helpdesk.Group{Name: fmt.Sprintf("Canary group %d", i), Description: "A canary of a group."}
	case helpdesk.KindOrganization:
		*r.Organization = sampleOrganization(i)
	case helpdesk.KindPerson:
		*r.Person = samplePerson(i, ref)
	case helpdesk.KindTicket:
		*r.Ticket = sampleTicket(i, ref)
	case helpdesk.KindArticle:
		*r.Article = sampleArticle(i, ref)
	}
	return r
}

func sampleOrganization(i int) helpdesk.Organization {
	return helpdesk.Organization{
		Name: fmt.Sprintf("Canary & Sons %d", i), Domains: []string{fmt.Sprintf("canary%d.example.test", i)},
		Tags: []string{"canary-key-account"}, Notes: "They keep a canary.",
		Created: noon, Updated: noon.Add(time.Hour), Custom: custom("canary segment"), Extra: extra("canary region"),
	}
}

func samplePerson(i int, ref func(helpdesk.Kind) string) helpdesk.Person {
	return helpdesk.Person{
		Name: fmt.Sprintf("Jane Canary %d", i), Role: helpdesk.RoleContact, Login: fmt.Sprintf("canary.%d", i),
		Emails:        []string{fmt.Sprintf("jane.canary%d@example.test", i), fmt.Sprintf("canary.jane%d@example.test", i)},
		Phones:        []string{fmt.Sprintf("+49 30 555%04d", i)},
		Organizations: list(ref(helpdesk.KindOrganization)), Groups: list(ref(helpdesk.KindGroup)),
		Locale: "de-DE", TimeZone: "Europe/Berlin", Address: "Canary Lane 5\n10115 Berlin", Notes: "Jane keeps a canary.",
		Tags: []string{"canary-vip", "canary-owner"}, Suspended: true,
		Created: noon, Updated: noon.Add(time.Hour), Custom: custom("canary gold"), Extra: extra("canary twitter"),
	}
}

func sampleTicket(i int, ref func(helpdesk.Kind) string) helpdesk.Ticket {
	person := ref(helpdesk.KindPerson)
	t := helpdesk.Ticket{
		Number: fmt.Sprint(1000 + i), Subject: fmt.Sprintf("The canary „Tweety“ %d does not sing", i),
		Status: "open", Category: helpdesk.StatusOpen, Priority: "high", Type: "question", Channel: "email", Brand: "canary-brand",
		Requester: person, Submitter: person, Assignee: person,
		Group: ref(helpdesk.KindGroup), Organization: ref(helpdesk.KindOrganization),
		Tags:    []string{"canary-song", "canary-urgent"},
		Created: noon, Updated: noon.Add(5 * time.Hour), FirstReply: noon.Add(time.Hour), Solved: noon.Add(3 * time.Hour),
		Closed: noon.Add(4 * time.Hour), Due: noon.Add(24 * time.Hour), PendingUntil: noon.Add(2 * time.Hour), Spam: true,
		MessageIDs:   []string{fmt.Sprintf("<canary-%d@example.test>", i), fmt.Sprintf("<canary-%d-b@example.test>", i)},
		Custom:       custom("canary LX-5"),
		Participants: []helpdesk.Participant{{Role: "cc", Person: person}, {Role: "follower", Email: "canary.cc@example.test"}},
		Comments:     sampleComments(i, person),
		TimeEntries: []helpdesk.TimeEntry{{Key: fmt.Sprintf("w%d", i), Person: person, Seconds: 90,
			Note: "Listened to the canary.", Spent: noon}},
		Ratings: []helpdesk.Rating{{Score: "good", Comment: "The canary is happy.", Created: noon.Add(4 * time.Hour)}},
		Extra:   extra("canary plumage"),
	}
	if other := ref(helpdesk.KindTicket); other != "" {
		t.Links = []helpdesk.Link{{Type: "related", Ticket: other}}
	}
	return t
}

// sampleComments are in no order but their own: the times tie and run
// backwards, two texts are the same, one is all that a text can be.
func sampleComments(i int, author string) []helpdesk.Comment {
	comment := func(n int, at time.Duration, body string) helpdesk.Comment {
		return helpdesk.Comment{Key: fmt.Sprintf("c%d-%d", i, n), Author: author, Visibility: helpdesk.VisibilityPublic,
			Channel: "email", Format: helpdesk.FormatText, Body: body, Created: noon.Add(at), Edited: noon.Add(5 * time.Hour),
			MessageID: fmt.Sprintf("<canary-%d-%d@example.test>", i, n), Extra: extra("canary header")}
	}
	all := []helpdesk.Comment{
		comment(0, 2*time.Hour, fmt.Sprintf("The canary %d is silent.", i)),
		comment(1, time.Hour, "Any news of my canary?"),
		comment(2, time.Hour, "Any news of my canary?"),
		comment(3, 3*time.Hour, "= \"canary\", <b>& 'quotes'</b>;\n\n\t-- a line of it\nüber 𝄞 🐤 كناري C:\\new"),
	}
	all[3].Visibility, all[3].Format = helpdesk.VisibilityPrivate, helpdesk.FormatHTML
	all[0].Attachments = []helpdesk.Attachment{Files[0].attachment(fmt.Sprintf("f%d", i))}
	return all
}

func sampleArticle(i int, ref func(helpdesk.Kind) string) helpdesk.Article {
	return helpdesk.Article{
		Title: fmt.Sprintf("How to keep a canary, part %d", i), Body: "<p>A canary sings.</p>", Section: []string{"Birds", "Canaries"},
		Locale: "en-GB", State: "published", Author: ref(helpdesk.KindPerson), Tags: []string{"canary-care"},
		Created: noon, Updated: noon.Add(time.Hour), Extra: extra("canary votes"),
		Attachments: []helpdesk.Attachment{Files[1].attachment(fmt.Sprintf("g%d", i))},
	}
}

func custom(value string) []helpdesk.CustomValue {
	return []helpdesk.CustomValue{{Name: "Canary field 0", Values: []string{value}}}
}

func extra(value string) []helpdesk.ExtraValue {
	return []helpdesk.ExtraValue{{Name: "legacy_field", Values: []string{value, value + " too"}}}
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
