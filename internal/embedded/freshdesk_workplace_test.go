package embedded

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

const freshdeskKey = "SAFECONDUCT_TEST_FRESHDESK_KEY"

// freshdeskDesk is a simulated Freshdesk.
type freshdeskDesk struct {
	*platform
	t      *rapid.T
	desk   *simulated.Desk
	page   int
	agent  int64
	number string // the field that holds the number of a ticket in another help desk; empty: it is a source
}

func newFreshdesk(t *rapid.T, o simulated.Options, page int, target bool) *freshdeskDesk {
	f := &freshdeskDesk{t: t, desk: simulated.New(o), page: page}
	f.agent = f.desk.Agents()[0].ID
	if target {
		f.agent = f.desk.AddAgent("Agent", "agent@example.test")
		f.number = f.desk.AddField("ticket", numberField, "custom_text").Name
	}
	f.platform = serve(t, f.desk.Handler())
	return f
}

func (f *freshdeskDesk) settings() connectors.Settings {
	return settingsOf(fmt.Sprintf("url: http://%s\nkey: env:%s\nsilenced: true\nhold: 20s\npage: %d\n", f.address, freshdeskKey, f.page))
}

func (f *freshdeskDesk) Source() connectors.Source {
	c, _ := list.Find("freshdesk")
	s, err := c.Source(context.Background(), f.settings())
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *freshdeskDesk) Target() connectors.Target {
	c, _ := list.Find("freshdesk")
	d, err := c.Target(context.Background(), f.settings())
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

var (
	freshdeskStatuses   = map[int]string{2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed", 6: "Waiting on supplier"}
	freshdeskPriorities = []string{"Low", "Medium", "High", "Urgent"}
)

func (f *freshdeskDesk) IDs(k helpdesk.Kind) (all []string) {
	for _, r := range f.Records(k) {
		all = append(all, r.Key)
	}
	return all
}

func (f *freshdeskDesk) Add(records ...helpdesk.Record) (ids []string) {
	for _, r := range records {
		var id int64
		switch {
		case r.Person != nil:
			id = f.desk.AddContact(simulated.Contact{Name: r.Person.Name, Email: &r.Person.Emails[0]})
		case r.Ticket != nil:
			said, who := r.Ticket.Comments, idOf(r.Ticket.Requester)
			id = f.desk.AddTicket(simulated.Ticket{Subject: r.Ticket.Subject, Description: "<div>" + said[0].Body + "</div>", Status: 2, Priority: 1, Requester: who,
				Tags: r.Ticket.Tags}, simulated.Stats{})
			for _, c := range said[1:] {
				f.desk.Say(id, simulated.Conversation{Body: c.Body, User: who})
			}
		}
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	return ids
}

func (f *freshdeskDesk) Edit(k helpdesk.Kind, id string, change func(*helpdesk.Record)) {
	for _, r := range f.Records(k) {
		if r.Key != id {
			continue
		}
		change(&r)
		if r.Person != nil {
			f.desk.EditContact(idOf(id), func(c *simulated.Contact) { c.Name = r.Person.Name })
			return
		}
		f.desk.Edit(idOf(id), func(t *simulated.Ticket) {
			t.Subject, t.Tags = r.Ticket.Subject, r.Ticket.Tags
			t.Priority = 1 + slices.Index(freshdeskPriorities, one(freshdeskPriorities, r.Ticket.Priority))
			for n, word := range freshdeskStatuses {
				if word == r.Ticket.Status {
					t.Status = n
				}
			}
			if n := map[string]int{"open": 2, "pending": 3, "closed": 5, "waiting": 6, "parked": 6}[r.Ticket.Status]; n > 0 {
				t.Status = n
			}
		})
	}
}

func (f *freshdeskDesk) Reply(ticket, text string) string {
	f.desk.Say(idOf(ticket), simulated.Conversation{Body: text, User: f.agent})
	return ""
}

func (f *freshdeskDesk) Delete(_ helpdesk.Kind, id string) {
	f.desk.Delete(idOf(id))
}

// Merge: agents merge tickets in the browser, which the simulator does not do.
func (f *freshdeskDesk) Merge(helpdesk.Kind, string, string) {}

func (f *freshdeskDesk) Records(k helpdesk.Kind) (all []helpdesk.Record) {
	if k == helpdesk.KindPerson { // but for agents, who were there before
		for _, c := range f.desk.Contacts() {
			email := ""
			if c.Email != nil {
				email = *c.Email
			}
			all = append(all, personOf(c.ID, c.Name, email))
		}
		return all
	}
	if k != helpdesk.KindTicket {
		return nil
	}
	tickets, said := f.desk.Tickets()
	for i, t := range tickets {
		r := helpdesk.New(k, strconv.FormatInt(t.ID, 10))
		*r.Ticket = helpdesk.Ticket{Number: r.Key, Subject: t.Subject, Status: freshdeskStatuses[t.Status], Tags: slices.Clone(t.Tags),
			Comments: []helpdesk.Comment{{Body: told(t.Description)}}}
		if t.Priority > 0 {
			r.Ticket.Priority = freshdeskPriorities[t.Priority-1]
		}
		if f.number != "" {
			r.Ticket.Number, _ = t.CustomFields[f.number].(string)
		}
		for _, c := range said[i] {
			r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{Body: told(c.Body)})
		}
		all = append(all, r)
	}
	return all
}

func personOf(id int64, name, email string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, strconv.FormatInt(id, 10))
	r.Person.Name, r.Person.Emails = name, []string{email}
	return r
}
