package memory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func person(emails ...string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, "")
	r.Person.Name, r.Person.Emails = "Jane", emails
	return r
}

func TestASecondPersonWithTheAddressIsRejectedAndMatched(t *testing.T) {
	desk := memory.New(memory.Options{UniqueEmails: true})
	id := desk.Add(person("jane@example.test"))[0]
	other := person("other@example.test", "JANE@example.test")
	created, err := desk.Target().Create(t.Context(), []connectors.Draft{{Marker: "m", Record: other}})
	if err != nil {
		t.Fatal(err)
	}
	var rejected *connectors.Rejected
	if !errors.As(created[0].Err, &rejected) || rejected.Reason != "email_taken" || rejected.Field != "person.emails" {
		t.Errorf("created = %+v, want email_taken", created[0])
	}
	if got, err := desk.Target().(connectors.Matcher).Match(t.Context(), other); got != id || err != nil {
		t.Errorf("match = %q, %v; want %q", got, err, id)
	}
}

func TestChangedHasWholeSecondsAndSeveralChangesShareOne(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Add(person("a@example.test"), person("b@example.test"), person("c@example.test"), person("d@example.test"))
	times := map[time.Time]int{}
	for _, r := range desk.Records(helpdesk.KindPerson) {
		times[r.Changed]++
	}
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	if len(times) != 2 || times[start] != 3 || times[start.Add(time.Second)] != 1 {
		t.Errorf("changed at %v", times)
	}
}

func TestTheDeskIsTheSameEachTime(t *testing.T) {
	build := func() string {
		desk, err := memory.Parse(memory.Options{}, []byte(twoTickets))
		if err != nil {
			t.Fatal(err)
		}
		desk.Add(person("a@example.test"))
		desk.Reply("t2", "hello")
		desk.SetStatus("t1", "closed")
		return string(desk.Dump())
	}
	if first, second := build(), build(); first != second {
		t.Errorf("first\n%s\nsecond\n%s", first, second)
	}
}

func TestWhatAClientWasGivenDoesNotChange(t *testing.T) {
	desk, err := memory.Parse(memory.Options{}, []byte(twoTickets))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := desk.Get(helpdesk.KindTicket, "t1")
	desk.Edit(helpdesk.KindTicket, "t1", func(r *helpdesk.Record) { r.Ticket.Comments[0].Body = "edited" })
	if before.Ticket.Comments[0].Body == "edited" {
		t.Error("an edit on the desk changed what was read before")
	}
	before.Ticket.Comments[0].Body = "scribbled over"
	if got := desk.Last("t1"); got != "edited" {
		t.Errorf("the desk has %q: it shares memory with its clients", got)
	}
}

func TestADisabledRecordIsHiddenAndStaysThere(t *testing.T) {
	desk := memory.New(memory.Options{Removal: connectors.Disabled})
	target := desk.Target()
	created, _ := target.Create(t.Context(), []connectors.Draft{{Marker: "m", Record: person("a@example.test")}})
	id := created[0].ID
	if got, err := target.(connectors.Remover).Remove(t.Context(), helpdesk.KindPerson, []string{id}); err != nil || got[0] != connectors.Disabled {
		t.Fatalf("remove = %v, %v", got, err)
	}
	if _, err := target.Read(t.Context(), helpdesk.KindPerson, id); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("read = %v, want ErrNotFound", err)
	}
	if got := desk.Marker(helpdesk.KindPerson, id); got != "m" {
		t.Errorf("its row is gone")
	}
}

func TestAMistakeInAFileIsNamedByItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"-- ticket/t1 --\nsubjekt: x\n":                      "subjekt",
		"-- tickets/t1 --\nsubject: x\n":                     "<kind>/<id>",
		"-- ticket/t1 --\nsubject: [secret\n":                "ticket/t1",
		"-- group/g --\nname: x\n-- group/g --\nname: x\n":   "twice",
		"-- ticket/t1 --\ncomments:\n- body: secret\n  x: y": "unknown field",
	} {
		_, err := memory.Parse(memory.Options{}, []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error that says %q", text, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error %q holds content", err)
		}
	}
}
