package zendesk

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// page answers with a page of a list, by cursor where page[size] is asked for
// and by number where not.
func (d *Desk) page(q *request, name string, rows []*row, show func(*row) object) answer {
	query := q.URL.Query()
	if sort := query.Get("sort"); sort != "" {
		field, down := strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
		slices.SortStableFunc(rows, func(a, b *row) int {
			n := cmp.Compare(sortKey(a, field), sortKey(b, field))
			if down {
				n = -n
			}
			return n
		})
	}
	if query.Has("page[size]") || query.Has("page[after]") {
		return d.cursorPage(q, name, rows, show)
	}
	size := d.size(query.Get("per_page"), 100)
	n, _ := strconv.Atoi(query.Get("page"))
	n = max(1, n)
	if n*size > 10_000 {
		return badRequest("Page limit exceeded")
	}
	from := min(len(rows), (n-1)*size)
	to := min(len(rows), from+size)
	body := object{name: shown(rows[from:to], show), "count": len(rows), "next_page": nil, "previous_page": nil}
	if to < len(rows) {
		query.Set("page", strconv.Itoa(n+1))
		body["next_page"] = d.base + q.URL.Path + ".json?" + query.Encode()
	}
	return ok(body)
}

func sortKey(r *row, field string) string {
	if field == "id" {
		return strconv.FormatInt(1e15+r.id, 10)
	}
	return r.text(field)
}

func (d *Desk) cursorPage(q *request, name string, rows []*row, show func(*row) object) answer {
	size := d.size(q.URL.Query().Get("page[size]"), 100)
	if after := uncursor(q.URL.Query().Get("page[after]")); after != "" {
		id := number(after)
		if i := slices.IndexFunc(rows, func(r *row) bool { return r.id == id }); i >= 0 {
			rows = rows[i+1:]
		} else if rows = slices.DeleteFunc(rows, func(r *row) bool { return r.id <= id }); q.URL.Query().Has("sort") {
			return badRequest("the cursor's record is gone") // an order other than that of ids can't go on from it
		}
	}
	some := rows[:min(size, len(rows))]
	meta := object{"has_more": len(rows) > size, "after_cursor": nil, "before_cursor": nil}
	if len(some) > 0 {
		meta["after_cursor"] = cursor(strconv.FormatInt(some[len(some)-1].id, 10))
	}
	return ok(object{name: shown(some, show), "meta": meta, "links": object{"next": nil, "prev": nil}})
}

func shown(rows []*row, show func(*row) object) []object {
	all := []object{}
	for _, r := range rows {
		all = append(all, show(r))
	}
	return all
}

// size is the size of a page: what is asked for, within what the account gives.
func (d *Desk) size(asked string, most int) int {
	if d.o.Page > 0 {
		most = min(most, d.o.Page)
	}
	if n, err := strconv.Atoi(asked); err == nil && n > 0 {
		return min(n, most)
	}
	return most
}

func cursor(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func uncursor(text string) string {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(b)
}

// same shows an object as it is.
func same(r *row) object { return r.at }
