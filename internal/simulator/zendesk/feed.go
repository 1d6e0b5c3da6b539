package zendesk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settled is how long a change is left out of the exports.
const settled = time.Minute

// An event is a change of a ticket, as the export of ticket events tells it.
type event struct {
	at     time.Time
	ticket int64
	shown  object
}

// feed lists the rows of a table that changed before the last minute, deleted
// ones too, the oldest change first.
func (d *Desk) feed(name string) []*row {
	until := d.Now().Add(-settled)
	rows := slices.DeleteFunc(d.all(name), func(r *row) bool { return r.generated.After(until) })
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.generated.Unix(), b.generated.Unix()), cmp.Compare(a.id, b.id))
	})
	return rows
}

// start reads start_time. Zendesk takes none from the last minute.
func (d *Desk) start(q *request) (int64, bool) {
	from, err := strconv.ParseInt(q.URL.Query().Get("start_time"), 10, 64)
	return from, err == nil && from >= 0 && from <= d.Now().Add(-settled).Unix()
}

var tooRecent = answer{status: 422, body: object{"error": "InvalidValue", "description": "Too recent start_time. Use a start_time older than 1 minute"}}

// export answers a cursor-based export of a table.
func (d *Desk) export(q *request, name string, show func(*row) object) answer {
	rows := d.feed(name)
	size := d.size(q.URL.Query().Get("per_page"), 1000)
	from := 0
	if token := q.URL.Query().Get("cursor"); token != "" {
		at, id, known := strings.Cut(uncursor(token), "||")
		seconds, err := strconv.ParseInt(strings.TrimSuffix(at, ".0"), 10, 64)
		if !known || err != nil {
			return badRequest("invalid cursor")
		}
		from = slices.IndexFunc(rows, func(r *row) bool {
			return r.generated.Unix() > seconds || r.generated.Unix() == seconds && r.id > number(id)
		})
		if from < 0 {
			from = len(rows)
		}
	} else {
		start, fine := d.start(q)
		if !fine {
			return tooRecent
		}
		from, _ = slices.BinarySearchFunc(rows, start, func(r *row, s int64) int { return cmp.Compare(r.generated.Unix(), s) })
	}
	to := min(len(rows), from+size)
	if d.o.Repeats && from > 0 && to > from {
		from--
	}
	body := object{name: shown(rows[from:to], show), "end_of_stream": to == len(rows), "after_cursor": nil, "after_url": nil, "before_cursor": nil, "before_url": nil}
	after := q.URL.Query().Get("cursor")
	if to > from {
		last := rows[to-1]
		after = cursor(fmt.Sprintf("%d.0||%d", last.generated.Unix(), last.id))
	}
	if after != "" {
		body["after_cursor"], body["after_url"] = after, d.base+q.URL.Path+".json?cursor="+after
	}
	return ok(body)
}

// window cuts what changed since a second for a time-based export. It holds
// whole seconds, whatever the size that was asked for.
func window[T any](all []T, at func(T) int64, start int64, size int) (some []T, end int64, last bool) {
	from, _ := slices.BinarySearchFunc(all, start, func(x T, s int64) int { return cmp.Compare(at(x), s) })
	all = all[from:]
	n := 0
	for n < len(all) && (n < size || at(all[n]) == at(all[n-1])) {
		n++
	}
	if n == 0 {
		return nil, start, true
	}
	return all[:n], at(all[n-1]), n == len(all)
}

// timed answers a time-based export of a table.
func (d *Desk) timed(q *request, name string, show func(*row) object) answer {
	start, fine := d.start(q)
	if !fine {
		return tooRecent
	}
	some, end, last := window(d.feed(name), func(r *row) int64 { return r.generated.Unix() }, start, d.size("", 1000))
	body := object{name: shown(some, show), "count": len(some), "end_of_stream": last, "end_time": end,
		"next_page": d.base + q.URL.Path + ".json?start_time=" + strconv.FormatInt(end, 10)}
	return ok(body)
}

// ticketEvents answers the export of changes of tickets; texts come only where
// they are asked for.
func (d *Desk) ticketEvents(q *request) answer {
	start, fine := d.start(q)
	if !fine {
		return tooRecent
	}
	until := d.Now().Add(-settled)
	settledEvents := slices.DeleteFunc(slices.Clone(d.events), func(e event) bool { return e.at.After(until) })
	some, end, last := window(settledEvents, func(e event) int64 { return e.at.Unix() }, start, d.size("", 1000))
	all := []object{}
	for _, e := range some {
		all = append(all, e.show(strings.Contains(q.URL.Query().Get("include"), "comment_events")))
	}
	return ok(object{"ticket_events": all, "count": len(all), "end_of_stream": last, "end_time": end,
		"next_page": d.base + q.URL.Path + ".json?start_time=" + strconv.FormatInt(end, 10)})
}

func (e event) show(comments bool) object {
	children := []object{}
	for _, c := range e.shown["child_events"].([]object) {
		if comments || c["type"] != "Comment" {
			children = append(children, c)
		}
	}
	return object{"id": e.shown["id"], "ticket_id": e.ticket, "timestamp": e.at.Unix(), "created_at": stamp(e.at),
		"updater_id": e.shown["updater_id"], "via": e.shown["via"], "child_events": children}
}

// happened notes a change of a ticket.
func (d *Desk) happened(ticket, by int64, children ...object) {
	d.number++
	d.events = append(d.events, event{d.Now(), ticket, object{"id": farIDs + d.number, "updater_id": by,
		"via": "API", "child_events": children}})
}
