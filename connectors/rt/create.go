package rt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// created is RT's answer to a create.
type created struct {
	ID loose `json:"id"`
}

// key is the id in an answer. An answer without one leaves open what happened.
func (c created) key(err error) (string, error) {
	if err == nil && c.ID == "" {
		err = fmt.Errorf("rt: create: %w: the answer has no id", connectors.ErrUnavailable)
	}
	if err != nil {
		return "", err
	}
	return string(c.ID), nil
}

func (t *target) createQueue(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	custom, err := t.customBody(f, ofQueues, d.Marker, nil)
	if err != nil {
		return "", err
	}
	return t.createOrRevive(ctx, helpdesk.KindGroup, "/queue", d.Marker, map[string]any{"Name": d.Record.Group.Name,
		"Description": d.Record.Group.Description, "CustomFields": custom})
}

// createOrRevive creates a queue or user. If RT refuses, because it has one of
// that name or address, it may be one of ours that was taken back.
func (t *target) createOrRevive(ctx context.Context, k helpdesk.Kind, path, marker string, body map[string]any) (string, error) {
	var answer created
	_, err := t.send(ctx, http.MethodPost, "create "+string(k), path, body, &answer)
	if errors.Is(err, connectors.ErrRejected) {
		key, again := t.revive(ctx, k, marker, body)
		if again != nil || key != "" {
			return key, again
		}
	}
	return answer.key(err)
}

func valuesOf(custom []helpdesk.CustomValue) map[string][]string {
	all := map[string][]string{}
	for _, c := range custom {
		all[c.Name] = c.Values
	}
	return all
}

// atCreate are the statuses that RT takes of a new ticket (%Lifecycles, default
// of REST 2.0); the others are set when the messages are there.
var atCreate = []string{"new", "open", "resolved"}

// createTicket makes a ticket that opens with the first message, in the name of
// its requester.
func (t *target) createTicket(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	k := d.Record.Ticket
	body, err := t.ticketBody(ctx, f, d)
	if err != nil {
		return "", err
	}
	line := origin.Line{Changed: k.Updated, Closed: k.Closed}
	text, format := "", helpdesk.FormatText
	if opening := connectors.Opening(k); opening != nil {
		text, format = opening.Body, cmp.Or(opening.Format, helpdesk.FormatText)
		line.Written = opening.Created
		if line.By, err = t.name(ctx, opening.Author); err != nil {
			return "", rejected(err, "comment.author")
		}
		if body["Attachments"], err = files(ctx, opening.Attachments, d.Open); err != nil {
			return "", err
		}
	}
	if !line.IsZero() || text != "" {
		body["Content"], body["ContentType"] = origin.Put(line, t.Language, format, text), contentType(format)
	}
	var answer created
	_, err = t.send(ctx, http.MethodPost, "create ticket", "/ticket", body, &answer)
	return answer.key(err)
}

func contentType(format string) string {
	if format == helpdesk.FormatHTML {
		return "text/html"
	}
	return "text/plain"
}

// ticketCustom are the custom fields of a ticket: its own, tags, and the marker.
func (t *target) ticketCustom(f *facts, marker string, k *helpdesk.Ticket) (map[string]any, error) {
	values := valuesOf(k.Custom)
	if t.TagsField != "" && len(k.Tags) > 0 {
		values[t.TagsField] = k.Tags
	}
	return t.customBody(f, ofTickets, marker, values)
}

// ticketBody is what a ticket is created with, but for its text.
func (t *target) ticketBody(ctx context.Context, f *facts, d connectors.Draft) (map[string]any, error) {
	k := d.Record.Ticket
	custom, err := t.ticketCustom(f, d.Marker, k)
	if err != nil {
		return nil, err
	}
	if err := t.known(f, k); err != nil {
		return nil, err
	}
	body := map[string]any{"Subject": k.Subject, "CustomFields": custom, "Queue": string(f.queue)}
	if k.Group != "" {
		if _, err := t.readQueueOnce(ctx, k.Group); err != nil {
			return nil, rejected(err, "ticket.group")
		}
		body["Queue"] = k.Group
	}
	if slices.Contains(atCreate, k.Status) {
		body["Status"] = k.Status
	}
	if n, ok := t.number(k.Priority); ok {
		body["Priority"] = n
	}
	for name, at := range map[string]time.Time{"Created": k.Created, "Due": k.Due, "Starts": k.PendingUntil} {
		if !at.IsZero() {
			body[name] = stampOf(at)
		}
	}
	body["Resolved"] = stampOf(k.Solved) // without it a resolved ticket was solved now
	minutes := int64(0)
	for _, e := range k.TimeEntries {
		minutes += (e.Seconds + 59) / 60
	}
	if minutes > 0 {
		body["TimeWorked"] = minutes
	}
	return body, t.peopleBody(ctx, f, k, body)
}

// stampOf is a time as RT takes it. No time is its zero.
func stampOf(at time.Time) string {
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return at.UTC().Format(time.DateTime)
}

// known sees that the ticket's words are RT's: what it does not know it drops.
func (t *target) known(f *facts, k *helpdesk.Ticket) error {
	for field, word := range map[string]string{"ticket.status": k.Status, "ticket.priority": k.Priority} {
		if words := t.vocabulary(f)[field]; word != "" && !slices.Contains(words, word) {
			return &connectors.Rejected{Reason: "unknown_word", Field: field}
		}
	}
	for _, c := range k.Custom {
		words := t.vocabulary(f)["ticket.custom."+c.Name]
		if words != nil && slices.ContainsFunc(c.Values, func(v string) bool { return !slices.Contains(words, v) }) {
			return &connectors.Rejected{Reason: "unknown_word", Field: "ticket.custom"}
		}
	}
	return nil
}

// peopleBody adds the people of a ticket: by their numbers, which RT takes
// everywhere.
func (t *target) peopleBody(ctx context.Context, f *facts, k *helpdesk.Ticket, body map[string]any) error {
	if k.Requester != "" {
		u, err := t.person(ctx, k.Requester)
		if err != nil {
			return rejected(err, "ticket.requester")
		}
		body["Requestor"], body["Creator"] = []string{string(u.ID)}, u.ID.int()
	}
	if k.Assignee != "" && t.AgentsGroup != "" {
		u, err := t.person(ctx, k.Assignee)
		if err != nil {
			return rejected(err, "ticket.assignee")
		}
		if err := t.enlist(ctx, f, u); err != nil {
			return err
		}
		body["Owner"] = string(u.ID)
	}
	for _, p := range k.Participants {
		if p.Person == "" {
			continue
		}
		u, err := t.person(ctx, p.Person)
		if err != nil {
			return rejected(err, "participant.person")
		}
		role := map[bool]string{true: "AdminCc", false: "Cc"}[p.Role == "collaborator"]
		list, _ := body[role].([]string)
		body[role] = append(list, string(u.ID))
	}
	return nil
}

// readQueueOnce remembers which queues there are.
func (t *target) readQueueOnce(ctx context.Context, key string) (bool, error) {
	t.people.mu.Lock()
	known := t.people.agents[loose("queue "+key)]
	t.people.mu.Unlock()
	if known {
		return true, nil
	}
	if _, err := t.readQueue(ctx, key); err != nil {
		return false, err
	}
	t.people.mu.Lock()
	defer t.people.mu.Unlock()
	if t.people.agents == nil {
		t.people.agents = map[loose]bool{}
	}
	t.people.agents[loose("queue "+key)] = true
	return true, nil
}

// rejected takes a person or queue that is not there for a fault of the record.
func rejected(err error, field string) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return unknown(field)
	}
	return err
}

// name is what a line calls a person.
func (t *target) name(ctx context.Context, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	u, err := t.person(ctx, key)
	return cmp.Or(u.RealName, u.Name), err
}
