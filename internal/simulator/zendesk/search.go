package zendesk

import "strings"

// searchCount counts the tickets of a group or a person that the index knows.
func (d *Desk) searchCount(q *request) answer {
	n := 0
	for _, r := range d.list("tickets") {
		if d.indexed(r) && matches(r, q.URL.Query().Get("query")) {
			n++
		}
	}
	return ok(object{"count": n})
}

func matches(r *row, query string) bool {
	for _, term := range strings.Fields(query) {
		field, value, _ := strings.Cut(term, ":")
		switch {
		case field == "type" && value != "ticket",
			field == "group" && r.number("group_id") != number(value),
			field == "requester" && r.number("requester_id") != number(value):
			return false
		}
	}
	return true
}
