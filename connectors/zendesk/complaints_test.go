package zendesk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// What people who migrated complain of, by the numbers of our list of complaints.

// source and target open an account without a socket.
func source(t *testing.T, desk *simulated.Desk, decode connectors.Settings) connectors.Source {
	t.Helper()
	s, err := zendesk.SourceVia(decode, simulator.Transport{Platform: desk.Handler()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func target(t *testing.T, desk *simulated.Desk, more string) connectors.Target {
	t.Helper()
	d, err := zendesk.TargetVia(settings(t, "http://127.0.0.1", more), simulator.Transport{Platform: desk.Handler()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// everything reads a kind to its end.
func everything(t *testing.T, s connectors.Source, k helpdesk.Kind) (records []helpdesk.Record, gone []connectors.Gone) {
	t.Helper()
	for after := connectors.Cursor(""); ; {
		page, err := s.Page(t.Context(), k, after)
		if err != nil {
			t.Fatal(err)
		}
		records, gone = append(records, page.Records...), append(gone, page.Gone...)
		if after = page.Next; page.Last {
			return records, gone
		}
	}
}

// draft is a ticket of somebody who is there.
func draft(desk *simulated.Desk, marker string) connectors.Draft {
	r := helpdesk.New(helpdesk.KindTicket, "")
	*r.Ticket = helpdesk.Ticket{Subject: "Printer", Status: "closed", Requester: text(desk.Put("users", object{"name": "Jane", "email": marker + "@example.test"})),
		Created: at(longAgo), Updated: at(longAgo), Comments: []helpdesk.Comment{{Body: "It is on fire.", Created: at(longAgo), Visibility: "public"}}}
	return connectors.Draft{Marker: marker, Record: r, Open: func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) { return nil, connectors.ErrNotFound }}
}

func create(t *testing.T, d connectors.Target, drafts ...connectors.Draft) []connectors.Created {
	t.Helper()
	created, err := d.Create(t.Context(), drafts)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// C1: an import dies on a deleted ticket in the feed. C16: archived tickets are not
// exported.
func TestDeletedTicketsAreToldAndArchivedOnesRead(t *testing.T) {
	desk := simulated.New(simulated.Options{Page: 2})
	d := target(t, desk, "")
	for _, m := range []string{"m1", "m2", "m3"} {
		create(t, d, draft(desk, m))
	}
	ids := desk.IDs("tickets")
	desk.Change("tickets", ids[0], object{"archived": true})
	desk.Delete("tickets", ids[1])
	desk.Advance(2 * time.Minute)
	records, gone := everything(t, source(t, desk, settings(t, "http://127.0.0.1", "page: 2\n")), helpdesk.KindTicket)
	if len(records) != 2 || len(gone) != 1 || gone[0].Key != text(ids[1]) {
		t.Errorf("%d tickets and %v gone, want 2 and ticket %d", len(records), gone, ids[1])
	}
}

// C7: the plan lacks a feature, and the importer asks for it for ever.
func TestWhatThePlanOfTheAccountLacksIsNotAskedForAgain(t *testing.T) {
	desk := simulated.New(simulated.Options{Without: []string{"/help_center", "/guide", "/custom_statuses", "/brands"}})
	s := source(t, desk, settings(t, "http://127.0.0.1", ""))
	p, err := s.Profile(t.Context())
	if err != nil || slices.Contains(p.Kinds, helpdesk.KindArticle) {
		t.Errorf("profile: %v, %v; want it without articles", p.Kinds, err)
	}
	tp, err := target(t, simulated.New(simulated.Options{NoLabels: true}), "").Profile(t.Context())
	if err != nil || slices.Contains(tp.Kinds, helpdesk.KindArticle) {
		t.Errorf("profile without labels: %v, %v; want it without articles", tp.Kinds, err)
	}
}

// C8: the type of a field drifts, and the importer dies.
func TestAValueOfAnotherTypeThanItsFieldIsRead(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	field := desk.Put("ticket_fields", object{"title": "Product", "type": "multiselect", "removable": true})
	who := desk.Put("users", object{"name": "Jane", "email": "jane@example.test"})
	for _, value := range []any{"lx_5", []any{"lx_5", "lx_6"}, true, 5.5, nil} {
		desk.Put("tickets", object{"subject": "x", "requester_id": who, "custom_fields": []object{{"id": field, "value": value}}})
	}
	desk.Advance(2 * time.Minute)
	records, _ := everything(t, source(t, desk, settings(t, "http://127.0.0.1", "")), helpdesk.KindTicket)
	var got []string
	for _, r := range records {
		for _, c := range r.Ticket.Custom {
			got = append(got, strings.Join(c.Values, "+"))
		}
	}
	if want := []string{"lx_5", "lx_5+lx_6", "true", "5.5"}; !slices.Equal(got, want) {
		t.Errorf("values %q, want %q", got, want)
	}
}

// C11: the time of the import takes the place of that of the last change. C21:
// imported closed tickets send mails.
func TestAnImportKeepsItsDatesAndIsSilent(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "")
	made := create(t, d, draft(desk, "m1"))
	r, err := d.Read(t.Context(), helpdesk.KindTicket, made[0].ID)
	if err != nil || !r.Ticket.Updated.Equal(at(longAgo)) || !r.Ticket.Comments[0].Created.Equal(at(longAgo)) {
		t.Errorf("read back: updated %s, said %s, %v", r.Ticket.Updated, r.Ticket.Comments[0].Created, err)
	}
	if mails := desk.Outbox.Mails(); len(mails) != 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
}

// C13, C18: a time-out leaves open whether something was created, and the client
// creates it again.
func TestAJobWhoseAnswerIsLostIsNotStartedAgain(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	desk.Faults.Add(simulator.Fault{Method: "POST", Path: "/api/v2/imports", When: simulator.Nth(1), Effect: simulator.Lose})
	d := target(t, desk, "")
	if _, err := d.Create(t.Context(), []connectors.Draft{draft(desk, "m1")}); !errors.Is(err, connectors.ErrUnavailable) {
		t.Errorf("create = %v, want ErrUnavailable: nobody knows", err)
	}
	if found, err := d.Find(t.Context(), helpdesk.KindTicket, "m1"); err != nil || len(found) != 1 {
		t.Errorf("found %q, %v; want the one that was created all the same", found, err)
	}
}

// Who is there already under an address is not taken over.
func TestNobodyIsTakenOverForHavingTheAddress(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	agent := desk.Put("users", object{"name": "Agent", "email": "a@example.test", "role": "agent", "notes": "Ours."})
	d := target(t, desk, "")
	r := helpdesk.New(helpdesk.KindPerson, "")
	*r.Person = helpdesk.Person{Name: "Somebody", Emails: []string{"a@example.test"}, Notes: "Theirs."}
	made := create(t, d, connectors.Draft{Marker: "m1", Record: r})
	if shown, _ := desk.Shown("users", agent); !errors.Is(made[0].Err, connectors.ErrRejected) || shown["notes"] != "Ours." || shown["external_id"] != nil {
		t.Errorf("created %+v; the agent is %v now", made[0], shown)
	}
}

// C17: 429 although the account's header says that there is room. A short wait is
// waited out, a long one is handed to whoever runs the step.
func TestALimitOfOneEndpointIsWaitedFor(t *testing.T) {
	decode := settings(t, "http://127.0.0.1", "")
	synctest.Test(t, func(t *testing.T) {
		desk := simulated.New(simulated.Options{PerMinute: 700, Incremental: 10})
		s := source(t, desk, decode)
		desk.Put("users", object{"name": "Jane", "email": "jane@example.test"})
		time.Sleep(2 * time.Minute)
		limited := 0
		for range 25 {
			_, err := s.Page(t.Context(), helpdesk.KindPerson, "")
			var wait *connectors.RateLimited
			if errors.As(err, &wait) {
				limited++
				time.Sleep(wait.After)
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if limited == 0 || desk.Refused() > limited+3 {
			t.Errorf("told of %d waits after %d refusals", limited, desk.Refused())
		}
	})
}

// A change that comes late does not undo an agent's, who was faster.
func TestAnUpdateGoesBehindAnAgents(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "")
	open := draft(desk, "m1")
	open.Record.Ticket.Status = "open"
	id := create(t, d, open)[0].ID
	was, err := d.Read(t.Context(), helpdesk.KindTicket, id)
	if err != nil {
		t.Fatal(err)
	}
	edit := connectors.Edit{Fields: []string{"priority"}, Was: was, Record: was}
	wanted := *was.Ticket
	wanted.Priority = "low"
	edit.Record.Ticket = &wanted
	desk.Change("tickets", number(id), object{"subject": "Printer, urgent"}) // another field
	if err := d.(connectors.Updater).Update(t.Context(), id, edit); err != nil {
		t.Errorf("update beside an agent's change of another field: %v", err)
	}
	desk.Change("tickets", number(id), object{"priority": "urgent"})
	edit.Was.Ticket.Priority = "low"
	wanted.Priority = "normal"
	if err := d.(connectors.Updater).Update(t.Context(), id, edit); !errors.Is(err, connectors.ErrChanged) {
		t.Errorf("update of what an agent changed = %v, want ErrChanged", err)
	}
	if shown, _ := desk.Shown("tickets", number(id)); shown["priority"] != "urgent" || shown["subject"] != "Printer, urgent" {
		t.Errorf("the ticket is %v, want the agent's", shown)
	}
}

// Operators are asked to have triggers leave out what the account changes; then a
// delta is silent too. What is closed for good, and what is dated by a clock that is
// ahead, is refused by a name that says so.
func TestADeltaIsSilentAndSaysWhatCanNotBeChanged(t *testing.T) {
	desk := simulated.New(simulated.Options{Exempt: true})
	d := target(t, desk, "")
	open, closed, ahead := draft(desk, "m1"), draft(desk, "m2"), draft(desk, "m3")
	open.Record.Ticket.Status = "open"
	ahead.Record.Ticket.Comments[0].Created = time.Now().Add(5 * time.Minute)
	made := create(t, d, open, closed, ahead)
	late := helpdesk.Comment{Body: "Still on fire.", Created: at(longAgo), Visibility: "public"}
	if _, err := d.(connectors.Appender).Append(t.Context(), made[0].ID, late, nil); err != nil {
		t.Error(err)
	}
	_, err := d.(connectors.Appender).Append(t.Context(), made[1].ID, late, nil)
	for reason, err := range map[string]error{"closed": err, "in_the_future": made[2].Err} {
		var rejected *connectors.Rejected
		if !errors.As(err, &rejected) || rejected.Reason != reason {
			t.Errorf("%v, want it rejected as %s", err, reason)
		}
	}
	if mails := desk.Outbox.Mails(); len(mails) != 0 {
		t.Errorf("%d mails were sent, the first by a %s", len(mails), mails[0].Why)
	}
}

// The files of an account with several brands are read by one of them.
func TestFilesOfAnotherBrandAreRead(t *testing.T) {
	desk := simulated.New(simulated.Options{Brand: "https://brand.example.test"})
	who := desk.Put("users", object{"name": "Jane", "email": "jane@example.test"})
	desk.Say(desk.Put("tickets", object{"subject": "x", "requester_id": who}), object{"body": "see", "author_id": who},
		simulated.File{Name: "a.txt", Content: []byte("Hello")})
	desk.Advance(2 * time.Minute)
	s := source(t, desk, settings(t, "http://127.0.0.1", ""))
	records, _ := everything(t, s, helpdesk.KindTicket)
	body, err := s.(connectors.AttachmentOpener).OpenAttachment(t.Context(), records[0].Ticket.Comments[0].Attachments[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if content, _ := io.ReadAll(body); string(content) != "Hello" {
		t.Errorf("read %q", content)
	}
}

// C20: inline images are lost. They are shown by the files that came along, in the
// account they are moved to and by whoever reads that again.
func TestAPictureInATextIsShownByItsFile(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "")
	picture := draft(desk, "m1")
	content := []byte("a picture of a canary")
	picture.Record.Ticket.Comments = []helpdesk.Comment{{Format: "html", Visibility: "public", Created: at(longAgo), Body: `<p>See: <img src="cid:canary@example.test"></p>`,
		Attachments: []helpdesk.Attachment{{Name: "a.png", ContentType: "image/png", Size: int64(len(content)), Inline: true, ContentID: "<canary@example.test>"}}}}
	picture.Open = func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	id := create(t, d, picture)[0].ID
	if shown := desk.Comments(number(id))[0]["html_body"].(string); strings.Contains(shown, "cid:") || !strings.Contains(shown, "/attachments/token/") {
		t.Errorf("the text is %s, want the address of the file in it", shown)
	}
	desk.Advance(2 * time.Minute)
	records, _ := everything(t, source(t, desk, settings(t, "http://127.0.0.1", "")), helpdesk.KindTicket)
	c := records[0].Ticket.Comments[0]
	if a := c.Attachments; len(a) != 1 || !a[0].Inline || a[0].ContentID == "" || !strings.Contains(c.Body, `src="cid:`+a[0].ContentID+`"`) {
		t.Errorf("read as %s with %+v, want the text to show the file", c.Body, a)
	}
}

// An article that is edited keeps its marker, and what an agent edited is left.
func TestAnArticleIsEditedAndKeepsItsMarker(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "")
	r := helpdesk.New(helpdesk.KindArticle, "")
	*r.Article = helpdesk.Article{Title: "Song", Body: "<p>A canary sings.</p>", State: "published", Locale: "en-us", Tags: []string{"care"}}
	id := create(t, d, connectors.Draft{Marker: "m1", Record: r})[0].ID
	was, err := d.Read(t.Context(), helpdesk.KindArticle, id)
	if err != nil {
		t.Fatal(err)
	}
	wanted := was
	wanted.Article = &helpdesk.Article{Title: "Songs", Body: "<p>Canaries sing.</p>", State: "draft", Tags: []string{"care", "song"}, Section: was.Article.Section}
	edit := connectors.Edit{Fields: []string{"title", "body", "state", "tags"}, Was: was, Record: wanted}
	if err := d.(connectors.Updater).Update(t.Context(), id, edit); err != nil {
		t.Fatal(err)
	}
	is, err := d.Read(t.Context(), helpdesk.KindArticle, id)
	if found, _ := d.Find(t.Context(), helpdesk.KindArticle, "m1"); err != nil || !edit.Agree(is, wanted) || len(found) != 1 {
		t.Errorf("the article is %+v, %v; found by its marker: %q", is.Article, err, found)
	}
	desk.Change("articles", number(id), object{"title": "An agent's"})
	edit.Was, wanted.Article.Title = is, "Ours"
	if err := d.(connectors.Updater).Update(t.Context(), id, edit); !errors.Is(err, connectors.ErrChanged) {
		t.Errorf("update of what an agent changed = %v, want ErrChanged", err)
	}
}

// A comment that comes late says when it was written.
func TestALateCommentSaysWhenItWasWritten(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "language: de\n")
	open := draft(desk, "m1")
	open.Record.Ticket.Status = "open"
	id := create(t, d, open)[0].ID
	late := helpdesk.Comment{Body: "Still on fire.", Created: at(longAgo), Visibility: "private"}
	key, err := d.(connectors.Appender).Append(t.Context(), id, late, nil)
	if err != nil {
		t.Fatal(err)
	}
	shown := desk.Comments(number(id))[1]
	if body := shown["plain_body"].(string); !strings.HasPrefix(body, "[Geschrieben 2020-01-05 12:00:00 UTC]") {
		t.Errorf("the comment begins with %.40q", body)
	}
	r, err := d.Read(t.Context(), helpdesk.KindTicket, id)
	if c := r.Ticket.Comments[1]; err != nil || c.Key != key || c.Body != late.Body || !c.Created.Equal(late.Created) {
		t.Errorf("read back as %+v, %v", c, err)
	}
}

// Markup that comes and goes is the same at the end.
func TestATextComesBackAsItWas(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	d := target(t, desk, "")
	for _, c := range []helpdesk.Comment{
		{Format: "text", Body: "a\n\n  b\t<c> & \"d\""},
		{Format: "html", Body: "<p>one</p><p>two<br>three</p>"},
		{Format: "html", Body: `<ul><li onclick="x()">a</li></ul><script>x()</script><img src="cid:x@y">`},
		{Format: "html", Body: `<a href="javascript:x()">a</a><!-- b --><table><tr><td>1</td></tr></table>`},
	} {
		open := draft(desk, "m"+text(int64(len(c.Body))))
		c.Visibility = "public"
		open.Record.Ticket.Comments = []helpdesk.Comment{c}
		want := d.(connectors.Renderer).Render(open.Record).Ticket.Comments[0]
		r, err := d.Read(t.Context(), helpdesk.KindTicket, create(t, d, open)[0].ID)
		if got := r.Ticket.Comments[0]; err != nil || got.Format != want.Format || got.Body != want.Body {
			t.Errorf("%q comes back as %s %q, %v; rendered: %s %q", c.Body, got.Format, got.Body, err, want.Format, want.Body)
		}
		if got := r.Ticket.Comments[0].Body; strings.Contains(got, "x()") || strings.Contains(got, "cid:") {
			t.Errorf("%q comes back as %q, which could act", c.Body, got)
		}
	}
}

// C17 again: a page that needs more requests than are left of a minute is read all
// the same, and not begun anew for ever.
func TestAPageLargerThanWhatTheLimitLeavesIsRead(t *testing.T) {
	decode := settings(t, "http://127.0.0.1", "")
	synctest.Test(t, func(t *testing.T) {
		desk := simulated.New(simulated.Options{PerMinute: 30})
		who := desk.Put("users", object{"name": "Jane", "email": "jane@example.test"})
		for range 90 {
			desk.Say(desk.Put("tickets", object{"subject": "x", "requester_id": who}), object{"body": "x", "author_id": who})
		}
		time.Sleep(2 * time.Minute)
		s := source(t, desk, decode)
		if records, _ := everything(t, s, helpdesk.KindTicket); len(records) != 90 {
			t.Errorf("%d tickets were read, want 90", len(records))
		}
	})
}
