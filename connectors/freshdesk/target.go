package freshdesk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Freshdesk.
type target struct{ *desk }

// Profile says what this Freshdesk keeps, and what has to be set up in it first.
func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: "Freshdesk", PerMinute: t.client.PerMinute(), Requests: requests(),
		Kinds:    []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket},
		Fidelity: t.fidelity(f), Vocabulary: t.vocabulary(f), Requires: []string{"ticket.requester"}, Batch: 1, Hold: t.hold, Opening: true,
		Notes: []string{"The connector has met a simulator of Freshdesk only, and never the real one: try a demo, and look at it, first.",
			"Dates stand in a line of the text: Freshdesk takes none, and its reports know the time of the migration.",
			"Agents who have no account are made contacts, for an account takes a seat; a ticket is assigned where its agent has one.",
			"Comments become notes, which Freshdesk mails to nobody. Each is a request, and so is each ticket."}}
	for _, of := range []string{"ticket", "organization"} {
		if f.field(of, t.MarkerField) == nil {
			name := map[string]string{"ticket": "tickets", "organization": "companies"}[of]
			p.Unprepared = append(p.Unprepared, fmt.Sprintf("Add a custom field %q, single line of text, to %s: Admin, %s fields.", t.MarkerField, name, strings.TrimSuffix(strings.Replace(name, "ies", "ys", 1), "s")))
		}
	}
	if !t.Silenced {
		p.Unprepared = append(p.Unprepared, "Switch off every notification to requesters and the automations that mail: Admin, Email notifications and Automations, "+
			"for Freshdesk mails about what the API creates; then write silenced: true into the plan.")
	}
	return p, nil
}

// fidelity is what Freshdesk is known or believed to keep. What is not named is lost.
func (t *target) fidelity(f *facts) map[string]connectors.Fidelity {
	kept := map[connectors.Fidelity][]string{
		connectors.Native: {"group.name", "group.description", "organization.name", "organization.domains", "organization.notes", "person.name", "person.emails", "person.phones",
			"person.address", "person.notes", "person.tags", "ticket.subject", "ticket.priority", "ticket.type", "ticket.group", "ticket.tags"},
		connectors.OnCreate: {"person.organizations", "ticket.requester", "ticket.organization", "comment.visibility", "comment.format",
			"comment.body", "attachment.name", "attachment.content_type", "attachment.size", "attachment.sha256"},
		connectors.Second: {"ticket.status"},
		connectors.Emulated: {"ticket.created", "ticket.updated", "ticket.solved", "ticket.closed", "ticket.assignee", "ticket.channel", "comment.author", "comment.created",
			"participant.role", "participant.person", "participant.email", "person.locale", "attachment.inline", "attachment.content_id"},
	}
	all := map[string]connectors.Fidelity{}
	for fidelity, names := range kept {
		for _, n := range names {
			all[n] = fidelity
		}
	}
	for _, c := range f.fields {
		if c.takes() && c.Label != t.MarkerField {
			all[c.scope+".custom."+c.Label] = connectors.Native
		}
	}
	return all
}

func (t *target) vocabulary(f *facts) map[string][]string {
	words := map[string][]string{"ticket.status": f.statusWords(), "ticket.priority": priorities, "ticket.type": f.types}
	for _, c := range f.fields {
		if c.Type == "custom_dropdown" {
			words[c.scope+".custom."+c.Label] = c.words()
		}
	}
	return words
}

// Create creates one record: Freshdesk has no batches.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(drafts))
	for i, d := range drafts {
		var key string
		opens := connectors.Opening(d.Record.Ticket)
		if d.Record = t.Render(d.Record); opens != nil { // the comments are the rendered record's own
			d.Record.Ticket.Comments[0] = sent(*opens)
		}
		switch d.Record.Kind {
		case helpdesk.KindGroup:
			key, err = t.made(ctx, "group", "/groups", object{"name": d.Record.Group.Name, "description": d.Record.Group.Description + markerLine + d.Marker})
		case helpdesk.KindOrganization:
			key, err = t.createCompany(ctx, f, d)
		case helpdesk.KindPerson:
			key, err = t.createContact(ctx, f, d)
		case helpdesk.KindTicket:
			key, err = t.createTicket(ctx, f, d)
		default:
			err = &connectors.Rejected{Reason: "unknown_kind"}
		}
		created[i] = connectors.Created{ID: key, Err: refused(err)}
	}
	return created, nil
}

// Read gives the record as it stands there, without the lines of origin.
func (t *target) Read(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	return t.read(ctx, f, k, key, true)
}

// Match knows people by their address, and groups and companies by their name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (key string, err error) {
	switch {
	case r.Person != nil && len(r.Person.Emails) > 0:
		key, err = t.byAddress(ctx, r.Person.Emails[0])
	case r.Group != nil && r.Group.Name != "":
		err = each(ctx, t.desk, "list groups", "/groups", nil, func(g group) bool {
			if strings.EqualFold(g.Name, r.Group.Name) {
				key = rest.ID(g.ID)
			}
			return key == ""
		})
	case r.Organization != nil && r.Organization.Name != "":
		err = each(ctx, t.desk, "list companies", "/companies", nil, func(c company) bool {
			if strings.EqualFold(c.Name, r.Organization.Name) {
				key = rest.ID(c.ID)
			}
			return key == ""
		})
	}
	if err == nil && key == "" {
		err = fmt.Errorf("freshdesk: match %s: %w", r.Kind, connectors.ErrNotFound)
	}
	return key, err
}

func (t *target) byAddress(ctx context.Context, address string) (key string, err error) {
	err = each(ctx, t.desk, "find agent", "/agents", nil, func(a agent) bool {
		if strings.EqualFold(a.Contact.Email, address) {
			key = rest.ID(a.ID)
		}
		return key == ""
	})
	if err != nil || key != "" {
		return key, err
	}
	err = each(ctx, t.desk, "find contact", "/contacts", url.Values{"email": {address}}, func(c contact) bool {
		if strings.EqualFold(c.Email, address) {
			key = rest.ID(c.ID)
		}
		return key == ""
	})
	return key, err
}

// lately is how long ago a ticket may have been created that the index of the search
// does not know yet.
const lately = 10 * time.Minute

// Find looks for the marker. Tickets are searched, and, for what the index does not
// know yet, the latest are gone through.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	if k != helpdesk.KindTicket {
		return connectors.FindByCensus(ctx, t, k, marker)
	}
	f, err := t.learn(ctx)
	if err != nil {
		return nil, err
	}
	mark := f.field("ticket", t.MarkerField)
	if mark == nil {
		return nil, t.unmarkable("ticket")
	}
	var found struct {
		Results []ticket `json:"results"`
	}
	if err := t.get(ctx, "find ticket", "/search/tickets", url.Values{"query": {`"` + mark.Name + ":'" + marker + `'"`}}, &found); err != nil {
		return nil, err
	}
	for _, k := range found.Results {
		ids = append(ids, rest.ID(k.ID))
	}
	since := t.client.ServerTime().Add(-lately)
	query := url.Values{"order_by": {"created_at"}, "order_type": {"desc"}}
	err = each(ctx, t.desk, "list latest tickets", "/tickets", query, func(k ticket) bool {
		if k.CustomFields[mark.Name] == marker {
			ids = append(ids, rest.ID(k.ID))
		}
		return k.Created.After(since)
	})
	return unique(ids), err
}

func (t *target) unmarkable(of string) error {
	return fmt.Errorf("freshdesk: %w: there is no custom field of %ss that holds markers", connectors.ErrSettings, of)
}

// Census goes through everything of a kind.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		offer := func(n int64, marker string) bool {
			return marker == "" || !strings.HasPrefix(marker, prefix) || yield(connectors.Marked{ID: rest.ID(n), Marker: marker}, nil)
		}
		if err := t.marked(ctx, k, prefix, offer); err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

func (t *target) marked(ctx context.Context, k helpdesk.Kind, prefix string, offer func(int64, string) bool) error {
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	once := func(n int64, marker string) bool {
		if seen[n] {
			return true
		}
		seen[n] = true
		return offer(n, marker)
	}
	switch k {
	case helpdesk.KindGroup:
		return each(ctx, t.desk, "list groups", "/groups", nil, func(g group) bool {
			i := strings.LastIndex(g.Description, markerLine)
			return i < 0 || once(g.ID, g.Description[i+len(markerLine):])
		})
	case helpdesk.KindOrganization:
		mark := f.field("organization", t.MarkerField)
		if mark == nil {
			return t.unmarkable("companie")
		}
		return each(ctx, t.desk, "list companies", "/companies", nil, func(c company) bool { return once(c.ID, word(c.CustomFields[mark.Name])) })
	case helpdesk.KindPerson:
		return t.markedContacts(ctx, prefix, once)
	case helpdesk.KindTicket:
		mark := f.field("ticket", t.MarkerField)
		if mark == nil {
			return t.unmarkable("ticket")
		}
		return t.walk(ctx, "", 0, func(k *ticket) bool { return once(k.ID, word(k.CustomFields[mark.Name])) })
	}
	return nil
}

func word(v any) string { s, _ := v.(string); return s }

// markedContacts asks for one contact by a whole marker, and else goes through all.
func (t *target) markedContacts(ctx context.Context, marker string, offer func(int64, string) bool) error {
	stopped := false
	err := each(ctx, t.desk, "find contact", "/contacts", url.Values{"unique_external_id": {marker}}, func(c contact) bool {
		stopped = !offer(c.ID, c.External)
		return !stopped
	})
	for n, more := 1, true; err == nil && more && !stopped; n++ {
		var rows []contact
		rows, more, err = steady(ctx, t.desk, "list contacts", "/contacts", n, func(c contact) int64 { return c.ID })
		for _, c := range rows {
			if stopped = stopped || !offer(c.ID, c.External); stopped {
				break
			}
		}
	}
	return err
}

// Remove takes contacts, companies and groups away; tickets Freshdesk puts into the
// trash, which it empties after 30 days.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	path, ok := map[helpdesk.Kind]string{helpdesk.KindTicket: "/tickets/", helpdesk.KindPerson: "/contacts/", helpdesk.KindOrganization: "/companies/", helpdesk.KindGroup: "/groups/"}[k]
	if !ok {
		return nil, fmt.Errorf("freshdesk: remove %s: %w", k, connectors.ErrDenied)
	}
	removal := connectors.Removed
	if k == helpdesk.KindTicket {
		removal = connectors.Disabled
	}
	for _, key := range ids {
		answer := removal
		_, err := rest.Number("freshdesk: remove", key)
		if err == nil {
			answer, err = t.removeOne(ctx, k, path, key, removal)
		}
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return nil, err
		}
		if err != nil {
			answer = removal
		}
		done = append(done, answer)
	}
	return done, nil
}

// Erase gives a contact another name and address and nothing else. Freshdesk would
// destroy the tickets of one whom it removes.
func (t *target) Erase(ctx context.Context, key string, as helpdesk.Record) error {
	if _, err := rest.Number("freshdesk: erase contact", key); err != nil {
		return err
	}
	var had contact
	if err := t.get(ctx, "read contact", "/contacts/"+key, nil, &had); err != nil {
		return err
	}
	if had.Deleted {
		return fmt.Errorf("freshdesk: erase contact: %w", connectors.ErrNotFound)
	}
	custom := object{}
	for name := range had.CustomFields {
		custom[name] = nil
	}
	body := object{"name": as.Person.Name, "email": as.Person.Emails[0], "other_emails": []string{}, "phone": nil, "mobile": nil, "address": nil, "description": nil,
		"job_title": nil, "twitter_id": nil, "company_id": nil, "tags": []string{}, "custom_fields": custom}
	return t.send(ctx, http.MethodPut, "erase contact", "/contacts/"+key, body, nil)
}

// removeOne removes a record. A contact who asked for tickets that are there is kept:
// Freshdesk would destroy them, whoever wrote on them.
func (t *target) removeOne(ctx context.Context, k helpdesk.Kind, path, key string, removal connectors.Removal) (connectors.Removal, error) {
	end := ""
	if k == helpdesk.KindPerson {
		asked, _, err := page[ticket](ctx, t.desk, "look for tickets", "/tickets", url.Values{"requester_id": {key}, "updated_since": {time.Unix(0, 0).UTC().Format(time.RFC3339)}}, 1)
		if err != nil || len(asked) > 0 {
			return connectors.Kept, err
		}
		end = "/hard_delete?force=true"
	}
	return removal, t.send(ctx, http.MethodDelete, "remove "+string(k), path+key+end, nil, nil)
}
