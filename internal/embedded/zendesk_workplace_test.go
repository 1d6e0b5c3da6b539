package embedded

import (
	"context"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

const zendeskToken = "SAFECONDUCT_TEST_ZENDESK_TOKEN"

// zendeskDesk is a simulated Zendesk.
type zendeskDesk struct {
	*platform
	t      *rapid.T
	desk   *simulated.Desk
	agent  int64
	number int64 // the field that holds the number of a ticket in another help desk; 0: it is a source
}

func newZendesk(t *rapid.T, o simulated.Options, target bool) *zendeskDesk {
	z := &zendeskDesk{t: t, desk: simulated.New(o)}
	z.agent = z.desk.IDs("users")[0]
	if target {
		z.agent = z.desk.Put("users", simulated.Object{"name": "Agent", "email": "agent@example.test", "role": "agent"})
		z.number = z.desk.Put("ticket_fields", simulated.Object{"title": numberField, "type": "text", "removable": true, "active": true})
	}
	z.platform = serve(t, z.desk.Handler())
	return z
}

// numberField is the field by which the recount knows tickets.
const numberField = "Old number"

func (z *zendeskDesk) settings() connectors.Settings {
	return settingsOf("url: http://" + z.address + "\nemail: " + simulated.Account + "\ntoken: env:" + zendeskToken + "\nsilenced: true\nhold: 20s\npage: 3\n")
}

func (z *zendeskDesk) Source() connectors.Source {
	c, _ := list.Find("zendesk")
	s, err := c.Source(context.Background(), z.settings())
	if err != nil {
		z.t.Fatal(err)
	}
	return s
}

func (z *zendeskDesk) Target() connectors.Target {
	c, _ := list.Find("zendesk")
	d, err := c.Target(context.Background(), z.settings())
	if err != nil {
		z.t.Fatal(err)
	}
	return d
}

var zendeskTables = map[helpdesk.Kind]string{helpdesk.KindPerson: "users", helpdesk.KindTicket: "tickets"}

func idOf(key string) int64 {
	n, _ := strconv.ParseInt(key, 10, 64)
	return n
}

func (z *zendeskDesk) IDs(k helpdesk.Kind) (all []string) {
	for _, r := range z.Records(k) {
		all = append(all, r.Key)
	}
	return all
}

func (z *zendeskDesk) Add(records ...helpdesk.Record) (ids []string) {
	for _, r := range records {
		var id int64
		switch {
		case r.Person != nil:
			id = z.desk.Put("users", simulated.Object{"name": r.Person.Name, "email": r.Person.Emails[0]})
		case r.Ticket != nil:
			who, stamp := idOf(r.Ticket.Requester), r.Ticket.Created.Format(time.RFC3339)
			id = z.desk.Put("tickets", simulated.Object{"subject": r.Ticket.Subject, "status": "open", "priority": "low", "tags": r.Ticket.Tags,
				"requester_id": who, "submitter_id": who, "created_at": stamp})
			for _, c := range r.Ticket.Comments {
				z.desk.Say(id, simulated.Object{"body": c.Body, "author_id": who, "created_at": c.Created.Format(time.RFC3339)})
			}
		}
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	return ids
}

// one picks a word that a platform knows for one that it does not.
func one(of []string, word string) string {
	if slices.Contains(of, word) {
		return word
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(word))
	return of[int(h.Sum32())%len(of)]
}

func (z *zendeskDesk) Edit(k helpdesk.Kind, id string, change func(*helpdesk.Record)) {
	r, there := z.record(k, idOf(id))
	if !there {
		return
	}
	change(&r)
	fields := simulated.Object{}
	if r.Person != nil {
		fields["name"] = r.Person.Name
	} else {
		status := map[string]string{"closed": "solved"}[r.Ticket.Status]
		if status == "" {
			status = r.Ticket.Status
		}
		fields = simulated.Object{"subject": r.Ticket.Subject, "priority": one([]string{"low", "normal", "high", "urgent"}, r.Ticket.Priority),
			"status": status, "tags": r.Ticket.Tags}
	}
	z.desk.Change(zendeskTables[k], idOf(id), fields)
}

func (z *zendeskDesk) Reply(ticket, text string) string {
	z.desk.Reply(idOf(ticket), z.agent, text, true)
	return ""
}

func (z *zendeskDesk) Delete(k helpdesk.Kind, id string) {
	z.desk.Delete(zendeskTables[k], idOf(id))
}

func (z *zendeskDesk) Merge(k helpdesk.Kind, from, into string) {
	if k == helpdesk.KindTicket {
		z.desk.Merge(idOf(into), idOf(from))
	}
}

// Records are those of the platform, but for the people who work there.
func (z *zendeskDesk) Records(k helpdesk.Kind) (all []helpdesk.Record) {
	for _, id := range z.desk.IDs(zendeskTables[k]) {
		r, there := z.record(k, id)
		if there && (k != helpdesk.KindPerson || !slices.Contains([]string{simulated.Account, "agent@example.test"}, r.Person.Emails[0])) {
			all = append(all, r)
		}
	}
	return all
}

func (z *zendeskDesk) record(k helpdesk.Kind, id int64) (helpdesk.Record, bool) {
	shown, there := z.desk.Shown(zendeskTables[k], id)
	r := helpdesk.New(k, strconv.FormatInt(id, 10))
	word := func(name string) string { s, _ := shown[name].(string); return s }
	switch {
	case !there:
	case k == helpdesk.KindPerson:
		r.Person.Name, r.Person.Emails = word("name"), []string{word("email")}
	default:
		*r.Ticket = helpdesk.Ticket{Number: r.Key, Subject: word("subject"), Status: word("status"), Priority: word("priority"), Tags: stringsOf(shown["tags"])}
		if z.number != 0 {
			r.Ticket.Number = z.old(shown)
		}
		for _, c := range z.desk.Comments(id) {
			body, _ := c["plain_body"].(string)
			r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{Body: told(body)})
		}
	}
	return r, there
}

// old is the number that a ticket had where it comes from.
func (z *zendeskDesk) old(shown simulated.Object) string {
	fields, _ := shown["custom_fields"].([]simulated.Object)
	for _, f := range fields {
		if f["id"] == z.number {
			return fmt.Sprint(f["value"])
		}
	}
	return ""
}

func stringsOf(v any) (all []string) {
	switch v := v.(type) {
	case []string:
		return slices.Clone(v)
	case []any:
		for _, x := range v {
			all = append(all, fmt.Sprint(x))
		}
	}
	return all
}

var markup = regexp.MustCompile(`<[^>]*>`)

// told is what somebody said, without markup and the line that says who wrote it when.
func told(body string) string {
	body = strings.TrimSpace(markup.ReplaceAllString(body, "\n"))
	for strings.HasPrefix(body, "[") {
		_, rest, found := strings.Cut(body, "]")
		if !found {
			break
		}
		body = strings.TrimSpace(rest)
	}
	return body
}
