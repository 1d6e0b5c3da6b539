package migration

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// plainDigests stand for keyed ones.
type plainDigests struct{ keyring.Index }

func (plainDigests) Digest(text []byte) string { return string(text) }

// TestPartsAreComparedWithTheirCounterparts gives what a help desk may give back
// for a ticket, and what has to stand where after it was aligned.
func TestPartsAreComparedWithTheirCounterparts(t *testing.T) {
	says := func(body string, files ...helpdesk.Attachment) helpdesk.Comment {
		return helpdesk.Comment{Body: body, Attachments: files}
	}
	file := func(name, sum string) helpdesk.Attachment { return helpdesk.Attachment{Name: name, SHA256: sum} }
	left := helpdesk.Attachment{Name: "left.mp4", LeftOut: "larger_than"}
	a, b := helpdesk.Participant{Role: "cc", Person: "1"}, helpdesk.Participant{Role: "cc", Person: "2"}
	for name, c := range map[string]struct {
		want, got, aligned helpdesk.Ticket
		besides            int
	}{
		"another order": {
			helpdesk.Ticket{Participants: []helpdesk.Participant{a, b}, Links: []helpdesk.Link{{Type: "related", Ticket: "7"}, {Type: "parent", Ticket: "8"}}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{b, a}, Links: []helpdesk.Link{{Type: "parent", Ticket: "8"}, {Type: "related", Ticket: "7"}}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{a, b}, Links: []helpdesk.Link{{Type: "related", Ticket: "7"}, {Type: "parent", Ticket: "8"}}}, 0},
		"one that was blank, and one of an agent's": {
			helpdesk.Ticket{Participants: []helpdesk.Participant{{}, b}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{a, b}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{{}, b}}, 0},
		"another role": {
			helpdesk.Ticket{Participants: []helpdesk.Participant{{Role: "cc", Person: "1"}}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{{Role: "bcc", Person: "1"}}},
			helpdesk.Ticket{Participants: []helpdesk.Participant{{Role: "bcc", Person: "1"}}}, 0},
		"a reply of an agent's in between": {
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("y")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("agent"), says("y")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("y")}}, 1},
		"one of two equal ones is missing": {
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("x"), says("y")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("y")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), {}, says("y")}}, 0},
		"one came back with other words": {
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("y"), says("z")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("why"), says("z")}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x"), says("why"), says("z")}}, 0},
		"a file that was left out, before one that was not": {
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x", left, file("b", "2"), file("a", "1"))}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x", file("b", "2"), file("a", "1"))}},
			helpdesk.Ticket{Comments: []helpdesk.Comment{says("x", helpdesk.Attachment{}, file("b", "2"), file("a", "1"))}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.got
			besides := alignParts(plainDigests{}, &c.want, &got)
			if len(besides) != c.besides {
				t.Errorf("%d comments besides, want %d", len(besides), c.besides)
			}
			for part, pair := range map[string][2]any{"participants": {got.Participants, c.aligned.Participants},
				"links": {got.Links, c.aligned.Links}, "comments": {got.Comments, c.aligned.Comments}} {
				if reflect.ValueOf(pair[1]).Len() > 0 && fmt.Sprint(pair[0]) != fmt.Sprint(pair[1]) {
					t.Errorf("%s: %+v, want %+v", part, pair[0], pair[1])
				}
			}
		})
	}
}
