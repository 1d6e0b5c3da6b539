package zendesk_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

type object = simulated.Object

func text(n int64) string { return strconv.FormatInt(n, 10) }

func number(key string) int64 {
	n, _ := strconv.ParseInt(key, 10, 64)
	return n
}

// A fixture is an account, and what is to be read of it.
type fixture struct {
	*simulated.Desk
	want map[helpdesk.Kind]map[string]helpdesk.Record
	made int

	field, section, agent int64
	says                  map[string]int64 // ticket → its first comment
}

const longAgo = "2020-01-05T12:00:00Z"

func at(stamp any) time.Time {
	s, _ := stamp.(string)
	t, _ := time.Parse(time.RFC3339, s)
	return t.UTC()
}

func newFixture(o simulated.Options, n int) *fixture {
	f := &fixture{Desk: simulated.New(o), want: map[helpdesk.Kind]map[string]helpdesk.Record{}, says: map[string]int64{}}
	for _, k := range helpdesk.Kinds() {
		f.want[k] = map[string]helpdesk.Record{}
	}
	f.section = f.Put("sections", object{"name": "Canaries", "category_id": f.Put("categories", object{"name": "Birds"})})
	f.agent = f.IDs("users")[0]
	f.expectAccount()
	f.field = f.Put("ticket_fields", object{"title": "Canary product", "type": "tagger", "removable": true, "required": true,
		"custom_field_options": []object{{"name": "Canary LX-5", "value": "lx_5"}}})
	f.Put("ticket_fields", object{"title": "Subject", "type": "subject", "removable": false})
	f.expect(helpdesk.KindDefinition, "ticket/"+text(f.field), func(r *helpdesk.Record) {
		*r.Definition = helpdesk.Definition{Title: "Canary product", Scope: "ticket", Type: "tagger", Options: []string{"Canary LX-5"}, Required: true}
	})
	for range n {
		for _, k := range []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket, helpdesk.KindArticle} {
			f.make(k)
			f.Advance(300 * time.Millisecond) // some within the same second, some not
		}
	}
	return f
}

// expectAccount expects what every account has.
func (f *fixture) expectAccount() {
	shown, _ := f.Shown("users", f.agent)
	f.expect(helpdesk.KindPerson, text(f.agent), func(r *helpdesk.Record) {
		*r.Person = helpdesk.Person{Name: "Migration", Role: helpdesk.RoleAgent, Emails: []string{simulated.Account}, Created: at(shown["created_at"]),
			Updated: at(shown["updated_at"]), Extra: []helpdesk.ExtraValue{{Name: "role", Values: []string{"admin"}}}}
	})
	f.expect(helpdesk.KindGroup, text(f.IDs("groups")[0]), func(r *helpdesk.Record) { *r.Group = helpdesk.Group{Name: "Support"} })
}

func (f *fixture) expect(k helpdesk.Kind, key string, fill func(*helpdesk.Record)) helpdesk.Record {
	r := helpdesk.New(k, key)
	fill(&r)
	f.want[k][key] = r
	return r
}

func (f *fixture) all() (list []helpdesk.Record) {
	for _, k := range helpdesk.Kinds() {
		for _, r := range f.want[k] {
			list = append(list, r)
		}
	}
	return list
}

// some is the key of a record of the kind, or of somebody who is gone.
func (f *fixture) some(k helpdesk.Kind) string {
	keys := []string{}
	for key := range f.want[k] {
		if k != helpdesk.KindPerson || key != text(f.agent) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return "424242"
	}
	return slices.Max(keys)
}

func (f *fixture) make(k helpdesk.Kind) helpdesk.Record {
	f.made++
	n := f.made
	switch k {
	case helpdesk.KindDefinition:
		title := fmt.Sprintf("Canary field %d", n)
		key := "person/" + text(f.Put("user_fields", object{"title": title, "type": "text", "key": fmt.Sprint("k", n)}))
		return f.expect(k, key, func(r *helpdesk.Record) {
			*r.Definition = helpdesk.Definition{Title: title, Scope: "person", Type: "text"}
		})
	case helpdesk.KindGroup:
		name := fmt.Sprintf("Canary group %d", n)
		return f.expect(k, text(f.Put("groups", object{"name": name, "description": "A canary."})), func(r *helpdesk.Record) {
			*r.Group = helpdesk.Group{Name: name, Description: "A canary."}
		})
	case helpdesk.KindOrganization:
		return f.makeOrganization(n)
	case helpdesk.KindPerson:
		return f.makePerson(n)
	case helpdesk.KindTicket:
		return f.makeTicket(n)
	}
	return f.makeArticle(n)
}

func (f *fixture) makeOrganization(n int) helpdesk.Record {
	name := fmt.Sprintf("Canary & Sons %d", n)
	key := f.Put("organizations", object{"name": name, "domain_names": []string{"canary.example.test"}, "tags": []string{"canary"},
		"notes": "They keep a canary.", "details": "canary street", "created_at": longAgo})
	shown, _ := f.Shown("organizations", key)
	return f.expect(helpdesk.KindOrganization, text(key), func(r *helpdesk.Record) {
		*r.Organization = helpdesk.Organization{Name: name, Domains: []string{"canary.example.test"}, Tags: []string{"canary"}, Notes: "They keep a canary.",
			Created: at(longAgo), Updated: at(shown["updated_at"]), Extra: []helpdesk.ExtraValue{{Name: "details", Values: []string{"canary street"}}}}
	})
}

func (f *fixture) makePerson(n int) helpdesk.Record {
	organization := f.some(helpdesk.KindOrganization)
	first, second := fmt.Sprintf("canary%d@example.test", n), fmt.Sprintf("canary%d.b@example.test", n)
	key := f.Put("users", object{"name": fmt.Sprintf("Jane Canary %d", n), "email": first, "more_emails": []string{second}, "phone": "+49 30 5550001",
		"role": "end-user", "notes": "Keeps a canary.", "tags": []string{"vip"}, "locale": "de", "iana_time_zone": "Europe/Berlin",
		"organization_id": number(organization), "suspended": n%2 == 0, "created_at": longAgo})
	shown, _ := f.Shown("users", key)
	return f.expect(helpdesk.KindPerson, text(key), func(r *helpdesk.Record) {
		*r.Person = helpdesk.Person{Name: fmt.Sprintf("Jane Canary %d", n), Role: helpdesk.RoleContact, Emails: []string{first, second},
			Phones: []string{"+49 30 5550001"}, Notes: "Keeps a canary.", Tags: []string{"vip"}, Locale: "de", TimeZone: "Europe/Berlin",
			Organizations: []string{organization}, Suspended: n%2 == 0, Created: at(longAgo), Updated: at(shown["updated_at"])}
	})
}

func (f *fixture) makeTicket(n int) helpdesk.Record {
	requester, group := f.some(helpdesk.KindPerson), f.some(helpdesk.KindGroup)
	key := f.Put("tickets", object{"subject": fmt.Sprintf("The canary %d is silent", n), "status": "pending", "priority": "high", "type": "task",
		"due_at": "2020-02-01T12:00:00Z", "requester_id": number(requester), "submitter_id": number(requester), "assignee_id": 4242, "group_id": number(group),
		"problem_id": 999, "tags": []string{"song", "lx_5"}, "created_at": longAgo, "via": object{"channel": "email", "source": object{}},
		"email_cc_ids": []int64{number(requester)}, "follower_ids": []int64{f.agent}, "recipient": "canary@example.test",
		"custom_fields": []object{{"id": f.field, "value": "lx_5"}}, "satisfaction_rating": object{"score": "good", "comment": "The canary sings."}})
	file := conformance.Files[0]
	say := func(o object, files ...simulated.File) int64 { return f.Say(key, o, files...) }
	first := say(object{"body": "It is silent.\n\nThe canary.", "author_id": number(requester), "created_at": longAgo,
		"metadata": object{"system": object{"message_id": fmt.Sprintf("<canary-%d@example.test>", n)}}},
		simulated.File{Name: file.Name, Type: file.Type, Content: file.Content})
	second := say(object{"html_body": "<b>Sing, canary!</b>", "author_id": f.agent, "public": false, "created_at": longAgo})
	f.says[text(key)] = first
	attached := f.Comments(key)[0]["attachments"].([]int64)[0]
	shown, _ := f.Shown("tickets", key)
	return f.expect(helpdesk.KindTicket, text(key), func(r *helpdesk.Record) {
		*r.Ticket = helpdesk.Ticket{Number: text(key), Subject: fmt.Sprintf("The canary %d is silent", n), Status: "pending", Category: "pending", Priority: "high",
			Type: "task", Channel: "email", Requester: requester, Submitter: requester, Assignee: "4242", Group: group, Tags: []string{"song"},
			Created: at(longAgo), Updated: at(shown["updated_at"]), Due: at("2020-02-01T12:00:00Z"), MessageIDs: []string{fmt.Sprintf("<canary-%d@example.test>", n)},
			Custom:       []helpdesk.CustomValue{{Name: "Canary product", Values: []string{"Canary LX-5"}}},
			Participants: []helpdesk.Participant{{Role: "cc", Person: requester}, {Role: "follower", Person: text(f.agent)}},
			Links:        []helpdesk.Link{{Type: "problem_of", Ticket: "999"}},
			Ratings:      []helpdesk.Rating{{Score: "good", Comment: "The canary sings."}},
			Extra:        []helpdesk.ExtraValue{{Name: "recipient", Values: []string{"canary@example.test"}}},
			Comments: []helpdesk.Comment{
				{Key: text(first), Author: requester, Visibility: "public", Channel: "api", Format: "html", Body: "<p>It is silent.</p><p>The canary.</p>", Created: at(longAgo),
					MessageID: fmt.Sprintf("<canary-%d@example.test>", n), Attachments: []helpdesk.Attachment{{Key: text(attached), Name: file.Name,
						ContentType: file.Type, Size: int64(len(file.Content)), SHA256: sha(file.Content)}}},
				{Key: text(second), Author: text(f.agent), Visibility: "private", Channel: "api", Format: "html", Body: "<b>Sing, canary!</b>", Created: at(longAgo)}}}
	})
}

func (f *fixture) makeArticle(n int) helpdesk.Record {
	title := fmt.Sprintf("How to keep a canary, part %d", n)
	key := f.Put("articles", object{"title": title, "body": "<p>A canary sings.</p>", "locale": "en-us", "section_id": f.section, "author_id": f.agent,
		"label_names": []string{"care"}, "vote_sum": 3, "draft": n%2 == 0})
	file := conformance.Files[1]
	f.Enclose(key, simulated.File{Name: file.Name, Type: file.Type, Content: file.Content})
	shown, _ := f.Shown("articles", key)
	state := "published"
	if n%2 == 0 {
		state = "draft"
	}
	attached := f.IDs("article_attachments")
	return f.expect(helpdesk.KindArticle, text(key)+"/en-us", func(r *helpdesk.Record) {
		*r.Article = helpdesk.Article{Title: title, Body: "<p>A canary sings.</p>", Section: []string{"Birds", "Canaries"}, Locale: "en-us", State: state,
			Author: text(f.agent), Tags: []string{"care"}, Created: at(shown["created_at"]), Updated: at(shown["updated_at"]),
			Extra: []helpdesk.ExtraValue{{Name: "vote_sum", Values: []string{"3"}}},
			Attachments: []helpdesk.Attachment{{Key: text(attached[len(attached)-1]), Name: file.Name, ContentType: file.Type,
				Size: int64(len(file.Content)), SHA256: sha(file.Content)}}}
	})
}

func sha(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// edit changes a record as an agent would.
func (f *fixture) edit(_ testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
	r := f.want[k][key]
	switch k {
	case helpdesk.KindDefinition:
		d := *r.Definition
		d.Title += ", edited"
		f.Change(d.Scope+"_fields", number(key[len(d.Scope)+1:]), object{"title": d.Title})
		if d.Scope == "person" {
			f.Change("user_fields", number(key[len("person/"):]), object{"title": d.Title})
		}
		r.Definition = &d
	case helpdesk.KindGroup:
		g := *r.Group
		g.Name += ", edited"
		f.Change("groups", number(key), object{"name": g.Name})
		r.Group = &g
	case helpdesk.KindOrganization:
		o := *r.Organization
		o.Notes += " Edited."
		f.Change("organizations", number(key), object{"notes": o.Notes})
		o.Updated = f.updated("organizations", key)
		r.Organization = &o
	case helpdesk.KindPerson:
		p := *r.Person
		p.Notes += " Edited."
		f.Change("users", number(key), object{"notes": p.Notes})
		p.Updated = f.updated("users", key)
		r.Person = &p
	case helpdesk.KindTicket:
		t := *r.Ticket
		t.Subject += ", edited"
		t.Comments = slices.Clone(t.Comments)
		t.Comments[0].Body = fmt.Sprintf("<p>The canary sings, edited %d.</p>", f.made)
		f.Change("tickets", number(key), object{"subject": t.Subject})
		f.Rewrite(number(key), f.says[key], fmt.Sprintf("The canary sings, edited %d.", f.made))
		t.Updated = f.updated("tickets", key)
		r.Ticket = &t
	case helpdesk.KindArticle:
		a := *r.Article
		a.Title += ", edited"
		n := number(key[:len(key)-len("/en-us")])
		f.Change("articles", n, object{"title": a.Title})
		a.Updated = f.updated("articles", text(n))
		r.Article = &a
	}
	f.want[k][key] = r
	return r
}

func (f *fixture) updated(table, key string) time.Time {
	shown, _ := f.Shown(table, number(key))
	return at(shown["updated_at"])
}

func (f *fixture) create(_ testing.TB, k helpdesk.Kind) helpdesk.Record { return f.make(k) }

func (f *fixture) delete(_ testing.TB, k helpdesk.Kind, key string) {
	delete(f.want[k], key)
	table := map[helpdesk.Kind]string{helpdesk.KindGroup: "groups", helpdesk.KindOrganization: "organizations", helpdesk.KindPerson: "users",
		helpdesk.KindTicket: "tickets", helpdesk.KindArticle: "articles"}[k]
	switch k {
	case helpdesk.KindArticle:
		key = key[:len(key)-len("/en-us")]
	case helpdesk.KindDefinition:
		for _, scope := range []string{"ticket", "person"} {
			if len(key) > len(scope) && key[:len(scope)] == scope {
				table, key = map[string]string{"ticket": "ticket_fields", "person": "user_fields"}[scope], key[len(scope)+1:]
			}
		}
	}
	f.Delete(table, number(key))
}
