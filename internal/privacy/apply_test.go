package privacy

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Canaries: what must never leave through findings, marks, inventories or errors.
const (
	canaryName  = "Quintessa Zwyxwvut"
	canaryEmail = "quintessa.zwyxwvut@canary.example.test"
	canaryPhone = "+49 30 98765432"
	canaryCard  = "4111 1111 1111 1111"
	canaryIBAN  = "DE89 3704 0044 0532 0130 00"
	canaryWord  = "XYZZYCANARY"
)

const canaryText = "Dear " + canaryName + " (" + canaryEmail + ", Tel. " + canaryPhone + "), card " + canaryCard +
	", IBAN " + canaryIBAN + ". " + canaryName + "'s " + canaryWord

func canaryPeople() *People {
	p := &People{}
	p.Add(Identity{Name: canaryName, Emails: []string{canaryEmail}, Phones: []string{canaryPhone}, Role: helpdesk.RoleContact})
	return p
}

// planted returns a record of every kind with a canary in every field.
func planted() (all []helpdesk.Record) {
	for _, k := range helpdesk.Kinds() {
		rec := helpdesk.New(k, "k1")
		custom := []helpdesk.CustomValue{{Name: "A"}, {Name: "A"}, {Name: ""}}
		extra := []helpdesk.ExtraValue{{Name: "B"}, {Name: "B"}}
		switch k {
		case helpdesk.KindOrganization:
			rec.Organization.Custom, rec.Organization.Extra = custom, extra
		case helpdesk.KindPerson:
			rec.Person.Custom, rec.Person.Extra = custom, extra
		case helpdesk.KindArticle:
			rec.Article.Extra, rec.Article.Attachments = extra, make([]helpdesk.Attachment, 1)
		case helpdesk.KindTicket:
			*rec.Ticket = helpdesk.Ticket{Custom: custom, Extra: extra,
				Participants: make([]helpdesk.Participant, 1), Links: make([]helpdesk.Link, 1),
				TimeEntries: make([]helpdesk.TimeEntry, 1), Ratings: make([]helpdesk.Rating, 1),
				Comments: []helpdesk.Comment{{Extra: extra, Attachments: make([]helpdesk.Attachment, 1)}}}
			rec.Ticket.Custom[1].Values = []string{canaryText} // the second of one name
		}
		for v := range rec.Values() {
			plant(v)
		}
		all = append(all, rec)
	}
	return all
}

func plant(v helpdesk.Value) {
	value := map[helpdesk.Class]string{
		helpdesk.ClassName: canaryName, helpdesk.ClassEmail: canaryEmail, helpdesk.ClassPhone: canaryPhone,
		helpdesk.ClassLogin: canaryWord, helpdesk.ClassAddress: canaryWord + " Street 5", helpdesk.ClassNumber: canaryWord,
		helpdesk.ClassTime: time.Now().Format(time.RFC3339), helpdesk.ClassFlag: "true", helpdesk.ClassSize: "7",
		helpdesk.ClassDigest: "d1", helpdesk.ClassKey: canaryWord, helpdesk.ClassReference: "r1",
		helpdesk.ClassFileName: canaryWord + " " + canaryCard + ".PDF", helpdesk.ClassMessageID: "<" + canaryWord + "@canary.example.test>",
		helpdesk.ClassLabel: canaryName,
	}[v.Field.Class]
	if value == "" {
		value = canaryText
	}
	if err := v.Set([]string{value}); err != nil {
		panic(err)
	}
}

func TestNoReportHoldsAValue(t *testing.T) {
	for _, preset := range Presets() {
		c, inventory := compile(t, Policy{Preset: preset}), Inventory{}
		for _, rec := range planted() {
			result, err := c.Apply(&rec, canaryPeople(), testKey("k"), inventory.Add)
			if err != nil {
				t.Fatal(err)
			}
			refuseCanaries(t, preset+" "+string(rec.Kind)+" result", result)
			if len(result.Residual) > 0 {
				t.Errorf("%s %s: residue %v", preset, rec.Kind, result.Residual)
			}
		}
		refuseCanaries(t, preset+" inventory", inventory)
		if inventory.Total() == 0 {
			t.Errorf("%s: the inventory is empty", preset)
		}
		_, err := c.Apply(&planted()[0], canaryPeople(), nil, nil)
		refuseCanaries(t, preset+" error", fmt.Sprint(err))
	}
}

func refuseCanaries(t *testing.T, what string, v any, allowed ...string) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range []string{canaryName, canaryEmail, canaryPhone, canaryCard, canaryIBAN, canaryWord, "Zwyxwvut"} {
		if strings.Contains(strings.ToLower(string(text)), strings.ToLower(canary)) && !strings.Contains(strings.Join(allowed, " "), canary) {
			t.Errorf("%s holds %q", what, canary)
		}
	}
}

func TestMaskingPoliciesLeaveNoIdentityInTheRecord(t *testing.T) {
	for _, preset := range []string{"pseudonymous", "demo"} {
		c := compile(t, Policy{Preset: preset})
		for _, rec := range planted() {
			if _, err := c.Apply(&rec, canaryPeople(), testKey("k"), nil); err != nil {
				t.Fatal(err)
			}
			// canaryWord stands for the words of a text, which stay.
			refuseCanaries(t, preset+" "+string(rec.Kind), rec, canaryWord)
		}
	}
}

func TestApplyingTwiceChangesNothingMore(t *testing.T) {
	for _, preset := range Presets() {
		c := compile(t, Policy{Preset: preset})
		for _, rec := range planted() {
			apply(t, c, &rec)
			once, _ := json.Marshal(rec)
			if result := apply(t, c, &rec); len(result.Marks) > 0 {
				t.Errorf("%s %s: marked again: %v", preset, rec.Kind, result.Marks)
			}
			if twice, _ := json.Marshal(rec); string(once) != string(twice) {
				t.Errorf("%s: %s\nbecame %s", preset, once, twice)
			}
		}
	}
}

func apply(t testing.TB, c *Compiled, rec *helpdesk.Record) Result {
	t.Helper()
	result, err := c.Apply(rec, canaryPeople(), testKey("k"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func conversation() helpdesk.Record {
	rec := helpdesk.New(helpdesk.KindTicket, "t1")
	*rec.Ticket = helpdesk.Ticket{
		Number: "4711", Subject: "Refund for Zwyxwvut, Quintessa", Status: "open",
		Participants: []helpdesk.Participant{{Role: "cc", Email: " " + strings.ToUpper(canaryEmail)}},
		Comments: []helpdesk.Comment{{Key: "c9", Body: canaryText, Attachments: []helpdesk.Attachment{{Name: "Invoice Zwyxwvut.PDF"}}},
			{Body: "nothing personal"}},
		Extra: []helpdesk.ExtraValue{{Name: "x_debug", Values: []string{"1"}}},
	}
	return rec
}

func TestAPseudonymIsTheSameEverywhere(t *testing.T) {
	c := compile(t, Policy{Preset: "pseudonymous"})
	ticket, person := conversation(), helpdesk.New(helpdesk.KindPerson, "p1")
	*person.Person = helpdesk.Person{Name: canaryName, Emails: []string{canaryEmail}, Phones: []string{"0049 (0)30-98765432"}}
	apply(t, c, &ticket)
	apply(t, c, &person)
	p, body := person.Person, ticket.Ticket.Comments[0].Body
	want := fmt.Sprintf("Dear %s (%s, Tel. %s), card [card ****1111], IBAN [IBAN DE** ****3000]. %[1]s's %[4]s",
		p.Name, p.Emails[0], p.Phones[0], canaryWord)
	if body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	if ticket.Ticket.Subject != "Refund for "+p.Name || ticket.Ticket.Participants[0].Email != p.Emails[0] {
		t.Errorf("got %q and %q, want those of %+v", ticket.Ticket.Subject, ticket.Ticket.Participants[0].Email, p)
	}
	for _, dialled := range []string{"+49 30 98765432", "030 98765432", "030/98765432", "0049 (0)30-98765432"} {
		text := helpdesk.New(helpdesk.KindTicket, "t2")
		text.Ticket.Subject = "Call " + dialled
		if apply(t, c, &text); text.Ticket.Subject != "Call "+p.Phones[0] {
			t.Errorf("%s became %q, want that of the record, %s", dialled, text.Ticket.Subject, p.Phones[0])
		}
	}
	other := conversation()
	if _, err := c.Apply(&other, canaryPeople(), testKey("another migration"), nil); err != nil || other.Ticket.Comments[0].Body == body {
		t.Errorf("another key gave the same pseudonyms (%v)", err)
	}
}

func TestMarksSayWhichRuleChangedWhat(t *testing.T) {
	rec := conversation()
	got := apply(t, compile(t, Policy{Preset: "demo"}), &rec).Marks
	want := Marks{
		"number":                          {"number: pseudonymize", Pseudonymised, 0},
		"subject":                         {"text: name mask", Masked, 1},
		"participants[0].email":           {"email: pseudonymize", Pseudonymised, 0},
		"comments[0].key":                 {"key: drop", Dropped, 0},
		"comments[0].body":                {"text: name mask, email mask, phone mask, iban mask, card mask", Masked, 6},
		"comments[0].attachments[0].name": {"file-name: mask", Masked, 0},
		"extra[x_debug]":                  {"extra: drop", Dropped, 0},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestTheInventoryCountsWhatWasThereBefore(t *testing.T) {
	var a, b, sum Inventory
	for channel, into := range map[string]*Inventory{"Email": &a, "kiosk 4": &b} { // the second is an account's own word
		rec := conversation()
		rec.Ticket.Channel = channel
		rec.Ticket.Subject += ", our colleague Robin Sundquist" // nobody on record
		policy := Policy{Preset: "demo", Fields: map[string]Operator{"ticket.channel": Drop}}
		if _, err := compile(t, policy).Apply(&rec, canaryPeople(), testKey("k"), into.Add); err != nil {
			t.Fatal(err)
		}
	}
	sum.Merge(a)
	sum.Merge(b)
	count := func(found, sure int) Count {
		return Count{Seen{found, sure}, 2, map[string]int{"email": 1, "other": 1}}
	}
	want := map[string]map[Kind]Count{
		"attachment.name":   {Name: count(2, 2)},
		"comment.body":      {Card: count(2, 2), Email: count(2, 2), IBAN: count(2, 2), Name: count(4, 4), Phone: count(2, 2)},
		"participant.email": {Email: count(2, 2)},
		"ticket.subject":    {Name: count(4, 2)},
	}
	if !reflect.DeepEqual(sum.Fields, want) {
		t.Errorf("got  %v\nwant %v", sum.Fields, want)
	}
	text, err := json.Marshal(sum) // as findings are kept
	const subject = `"ticket.subject":{"name":{"found":4,"sure":2,"records":2,"channels":{"email":1,"other":1}}}}}`
	if err != nil || !strings.HasPrefix(string(text), `{"fields":{`) || !strings.HasSuffix(string(text), subject) {
		t.Errorf("%s, %v, want it to end with %s", text, err, subject)
	}
}

func TestGDPRLeavesServiceDataAndTakesOutPayment(t *testing.T) {
	rec := conversation()
	result := apply(t, compile(t, Policy{Preset: "gdpr"}), &rec)
	body := rec.Ticket.Comments[0].Body
	for _, kept := range []string{canaryName, canaryEmail, canaryPhone} {
		if !strings.Contains(body, kept) {
			t.Errorf("%q is gone from %q", kept, body)
		}
	}
	if strings.Contains(body, canaryCard) || strings.Contains(body, canaryIBAN) {
		t.Errorf("payment data stayed: %q", body)
	}
	if m := result.Marks["comments[0].body"]; m.Spans != 2 {
		t.Errorf("mark %+v, want 2 spans", m)
	}
}

func TestTheResidualScanSeesWhatTheRulesCouldNot(t *testing.T) {
	c := compile(t, Policy{Preset: "pseudonymous"})
	a := &application{}
	a.begin(c, canaryPeople(), testKey("k"))
	a.out = []byte("… " + strings.ToUpper(canaryName) + " and " + canaryEmail + " and " + canaryName + "ia, [phone], Person 1A2B")
	a.spans = Detect(a.spans, a.out, a.people)
	a.search("comment.body")
	want := []Finding{{Field: "comment.body", Kind: Email, Count: 1}, {Field: "comment.body", Kind: Name, Count: 2}}
	if got := a.residual.findings(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithoutAKeyAPolicyThatNeedsOneDoesNothing(t *testing.T) {
	for _, preset := range []string{"pseudonymous", "demo"} {
		rec := conversation()
		if _, err := compile(t, Policy{Preset: preset}).Apply(&rec, nil, nil, nil); !errors.Is(err, ErrNoPseudonyms) {
			t.Errorf("%s: %v", preset, err)
		}
		if !reflect.DeepEqual(rec, conversation()) {
			t.Errorf("%s: the record was changed", preset)
		}
	}
	rec := conversation()
	if _, err := compile(t, Policy{Preset: "gdpr"}).Apply(&rec, nil, nil, nil); err != nil {
		t.Errorf("gdpr: %v", err)
	}
	if _, err := compile(t, Policy{Preset: "gdpr"}).Apply(&helpdesk.Record{Kind: helpdesk.KindTicket}, nil, nil, nil); err == nil {
		t.Error("a record without its ticket was accepted")
	}
}
