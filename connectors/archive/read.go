package archive

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A span is a stretch of ids of one kind, both ends included. Records are
// loaded by the span, with one query for each table, be they one or a page.
type span struct{ first, last int64 }

// load reads the records of a kind in the span, in the order of their ids.
func (a *archive) load(t *table, s span) ([]helpdesk.Record, error) {
	var records []helpdesk.Record
	bodies := map[int64]reflect.Value{}
	err := a.read(t, "id BETWEEN ? AND ? ORDER BY id", s, func(id, _ int64, body reflect.Value) error {
		r := helpdesk.New(t.kind, formatID(id))
		reflect.ValueOf(&r).Elem().Field(bodyIndices[t.kind]).Set(body.Addr())
		bodies[id] = body
		records = append(records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ids := "SELECT id FROM " + quote(t.name) + " WHERE id BETWEEN ? AND ?"
	if err := a.loadParts(t, bodies, ids, s); err != nil {
		return nil, err
	}
	for i := range records {
		records[i].Changed = updated(&records[i])
	}
	return records, nil
}

// loadParts hangs their parts into the bodies of t, whose ids the query selects.
func (a *archive) loadParts(t *table, bodies map[int64]reflect.Value, query string, s span) error {
	for _, p := range t.parts {
		if a.absent[p.name] {
			continue
		}
		parts, err := a.loadPart(p, bodies, query, s)
		if err != nil {
			return err
		}
		below := "SELECT id FROM " + quote(p.name) + " WHERE parent IN (" + query + ")"
		if err := a.loadParts(p.table, parts, below, s); err != nil {
			return err
		}
	}
	return nil
}

// loadPart returns the parts by their ids, if they have some.
func (a *archive) loadPart(p part, bodies map[int64]reflect.Value, query string, s span) (map[int64]reflect.Value, error) {
	type place struct {
		list  reflect.Value
		index int
	}
	places := map[int64]place{}
	where := "parent IN (" + query + ") ORDER BY parent, position"
	err := a.read(p.table, where, s, func(id, parent int64, body reflect.Value) error {
		owner, ok := bodies[parent]
		if !ok {
			return errStored
		}
		list := owner.Field(p.index)
		list.Set(reflect.Append(list, body))
		places[id] = place{list, list.Len() - 1}
		return nil
	})
	parts := make(map[int64]reflect.Value, len(places))
	for id, at := range places { // only now: a list that grows moves what it holds
		parts[id] = at.list.Index(at.index)
	}
	return parts, err
}

// read reads rows of one table into structs.
func (a *archive) read(t *table, where string, s span, row func(id, parent int64, body reflect.Value) error) error {
	query := fmt.Sprintf("SELECT %s FROM %s WHERE %s", a.selection(t), quote(t.name), where)
	var id, parent int64
	values := make([]any, len(t.columns))
	into := []any{&id, &parent}
	for i := range values {
		into = append(into, &values[i])
	}
	return a.each(query, []any{s.first, s.last}, func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		body := reflect.New(t.typ).Elem()
		for i, c := range t.columns {
			if values[i] == nil {
				continue
			}
			if err := c.set(body.Field(c.index), values[i]); err != nil {
				return fmt.Errorf("%w: %s.%s", err, t.name, c.name)
			}
		}
		return row(id, parent, body)
	})
}

// selection is what to select: id and parent, 0 where the table has no such
// thing, and the columns, NULL for those that the archive is too old to have.
func (a *archive) selection(t *table) string {
	ids := "0, parent"
	switch {
	case t.owner == nil:
		ids = "id, 0"
	case t.numbered():
		ids = "id, parent"
	}
	all := []string{ids}
	for _, c := range t.columns {
		if a.absent[t.name+"."+c.name] {
			all = append(all, "NULL")
		} else {
			all = append(all, quote(c.name))
		}
	}
	return strings.Join(all, ", ")
}

// updated is when a record last changed in the help desk that it came from.
func updated(r *helpdesk.Record) time.Time {
	switch {
	case r.Organization != nil:
		return r.Organization.Updated
	case r.Person != nil:
		return r.Person.Updated
	case r.Ticket != nil:
		return r.Ticket.Updated
	case r.Article != nil:
		return r.Article.Updated
	}
	return time.Time{}
}
