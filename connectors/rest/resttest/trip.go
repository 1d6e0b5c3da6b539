package resttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Stop is a help desk on a Trip.
type Stop interface {
	connectors.Target
	connectors.Appender
	connectors.Finisher
	connectors.Renderer
	connectors.Remover
	connectors.Censor
}

var (
	opened = time.Date(2024, 3, 1, 9, 30, 0, 0, time.UTC)
	bytes1 = []byte("%PDF-1.7 Übersicht \x00\xff")
)

// Trip writes a group, a person and a ticket with two messages and a file, finds
// them again, reads them as target and as source, and takes them back.
func Trip(t *testing.T, target Stop, source connectors.Source) {
	ctx := t.Context()
	profile, err := target.Profile(ctx)
	if err != nil || len(profile.Unprepared) > 0 {
		t.Fatal(err, profile.Unprepared)
	}
	group := helpdesk.New(helpdesk.KindGroup, "g")
	*group.Group = helpdesk.Group{Name: "Straßenbau", Description: "Roads"}
	person := helpdesk.New(helpdesk.KindPerson, "p")
	*person.Person = helpdesk.Person{Name: "Zoë Müller", Login: "zoe", Emails: []string{"zoe@example.org"}, Role: helpdesk.RoleContact}
	groupID, personID := create(t, target, "scrrgroup", group), create(t, target, "scrrperson", person)

	ticket := letter(profile, groupID, personID)
	id := create(t, target, "scrrticket", ticket)
	for _, c := range ticket.Ticket.Comments[1:] {
		if _, err := target.Append(ctx, id, c, open); err != nil {
			t.Fatal(err)
		}
	}
	if err := target.Finish(ctx, id, connectors.Draft{Marker: "scrrticket", Record: ticket}); err != nil {
		t.Fatal(err)
	}
	if ids, err := target.Find(ctx, helpdesk.KindTicket, "scrrticket"); err != nil || !slices.Equal(ids, []string{id}) {
		t.Errorf("found %v, %v, want %s", ids, err, id)
	}
	got, err := target.Read(ctx, helpdesk.KindTicket, id)
	if err != nil {
		t.Fatal(err)
	}
	wantTicket(t, target, target.Render(ticket).Ticket, got.Ticket)
	wantInSource(t, source, id)
	for k, id := range map[helpdesk.Kind]string{helpdesk.KindTicket: id} {
		if _, err := target.Remove(ctx, k, []string{id}); err != nil {
			t.Fatal(err)
		}
		if _, err := target.Read(ctx, k, id); !errors.Is(err, connectors.ErrNotFound) {
			t.Errorf("%s after its removal: %v", k, err)
		}
	}
}

func create(t *testing.T, target connectors.Target, marker string, r helpdesk.Record) (id string) {
	t.Helper()
	made, err := target.Create(t.Context(), []connectors.Draft{{Marker: marker, Record: r, Open: open}})
	if err != nil || made[0].Err != nil {
		t.Fatalf("create %s: %v, %v", r.Kind, err, made)
	}
	return made[0].ID
}

// letter is a ticket in words that the help desk has.
func letter(p connectors.TargetProfile, group, person string) helpdesk.Record {
	sum := sha256.Sum256(bytes1)
	file := helpdesk.Attachment{Name: "Übersicht 🎉.pdf", ContentType: "application/pdf", Size: int64(len(bytes1)), SHA256: hex.EncodeToString(sum[:])}
	r := helpdesk.New(helpdesk.KindTicket, "t")
	*r.Ticket = helpdesk.Ticket{Subject: "Größe 🎉", Requester: person, Group: group, Created: opened, Updated: opened.Add(2 * time.Hour),
		Comments: []helpdesk.Comment{
			{Author: person, Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText, Body: "Schöne Grüße\n\n  from 東京 🙂", Created: opened,
				Attachments: []helpdesk.Attachment{file}},
			{Author: person, Visibility: helpdesk.VisibilityPrivate, Format: helpdesk.FormatText, Body: "Only among us.", Created: opened.Add(time.Hour)},
		}}
	for name, into := range map[string]*string{"ticket.status": &r.Ticket.Status, "ticket.priority": &r.Ticket.Priority, "ticket.type": &r.Ticket.Type} {
		if words := p.Vocabulary[name]; len(words) > 0 {
			*into = words[len(words)-1]
		}
	}
	return r
}

func open(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(bytes1)), nil
}

func wantTicket(t *testing.T, target connectors.Target, want, got *helpdesk.Ticket) {
	t.Helper()
	if got.Subject != want.Subject || got.Status != want.Status || got.Priority != want.Priority || got.Group != want.Group {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(got.Comments) != len(want.Comments) {
		t.Fatalf("%d messages, want %d", len(got.Comments), len(want.Comments))
	}
	for i, w := range want.Comments {
		g := got.Comments[i]
		if g.Body != w.Body || g.Visibility != w.Visibility || len(g.Attachments) != len(w.Attachments) {
			t.Errorf("message %d: got %+v, want %+v", i, g, w)
			continue
		}
		for j, a := range w.Attachments {
			wantFile(t, target, a, g.Attachments[j])
		}
	}
}

func wantFile(t *testing.T, target connectors.Target, want, got helpdesk.Attachment) {
	t.Helper()
	content, err := target.(connectors.AttachmentOpener).OpenAttachment(t.Context(), got)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	text, err := io.ReadAll(content)
	if got.Name != want.Name || err != nil || !bytes.Equal(text, bytes1) {
		t.Errorf("%q, %d bytes, %v; want %q", got.Name, len(text), err, want.Name)
	}
}

// wantInSource reads everything and looks for the ticket.
func wantInSource(t *testing.T, source connectors.Source, id string) {
	t.Helper()
	profile, err := source.Profile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, k := range profile.Kinds {
		page := connectors.Page{}
		for !page.Last {
			if page, err = source.Page(t.Context(), k, page.Next); err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				found = found || r.Kind == helpdesk.KindTicket && r.Key == id && len(r.Ticket.Comments) == 2
			}
		}
	}
	if !found {
		t.Error("the source does not give the ticket with both messages")
	}
}
