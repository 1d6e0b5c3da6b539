package connectors_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestRecordsAgreeInTheFieldsOfAnEditAndMayDifferInOthers(t *testing.T) {
	ticket := func(change func(*helpdesk.Ticket)) helpdesk.Record {
		r := helpdesk.New(helpdesk.KindTicket, "1")
		*r.Ticket = helpdesk.Ticket{Subject: "a", Status: "open", Tags: []string{"x", "y"}, Participants: []helpdesk.Participant{{Role: "cc", Person: "1"}},
			Custom: []helpdesk.CustomValue{{Name: "Product", Values: []string{"LX-5"}}}}
		change(r.Ticket)
		return r
	}
	was := ticket(func(*helpdesk.Ticket) {})
	for name, c := range map[string]struct {
		field  string
		change func(*helpdesk.Ticket)
		agree  bool
	}{
		"another field":      {"status", func(t *helpdesk.Ticket) { t.Subject = "b" }, true},
		"the field":          {"status", func(t *helpdesk.Ticket) { t.Status = "solved" }, false},
		"the order of a set": {"tags", func(t *helpdesk.Ticket) { t.Tags = []string{"y", "x"} }, true},
		"a set":              {"tags", func(t *helpdesk.Ticket) { t.Tags = []string{"x"} }, false},
		"somebody more": {"participants", func(t *helpdesk.Ticket) {
			t.Participants = append(t.Participants, helpdesk.Participant{Role: "cc", Person: "2"})
		}, false},
		"a custom value":       {"custom[Product]", func(t *helpdesk.Ticket) { t.Custom[0].Values = []string{"LX-6"} }, false},
		"a custom value gone":  {"custom[Product]", func(t *helpdesk.Ticket) { t.Custom = nil }, false},
		"another custom value": {"custom[SLA]", func(t *helpdesk.Ticket) { t.Custom[0].Values = []string{"LX-6"} }, true},
		"a custom value before": {"custom[Product]", func(t *helpdesk.Ticket) {
			t.Custom = append([]helpdesk.CustomValue{{Name: "SLA", Values: []string{"1"}}}, t.Custom...)
		}, true},
	} {
		e := connectors.Edit{Fields: []string{c.field}}
		if got := e.Agree(was, ticket(c.change)); got != c.agree {
			t.Errorf("%s: agree %t, want %t", name, got, c.agree)
		}
	}
}
