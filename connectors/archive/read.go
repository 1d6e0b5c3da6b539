package archive

import (
	"fmt"
	"reflect"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A span is a stretch of ids of one kind, both ends included. Records are
// loaded by the span, one query a table, whether they are one or a page.
type span struct{ first, last int64 }

// load reads the records of kind k in the span, in the order of their ids.
func (a *archive) load(k helpdesk.Kind, s span) ([]helpdesk.Record, error) {
	t := schema[k]
	var records []helpdesk.Record
	rows := map[int64]reflect.Value{}
	err := a.rows(t, "id BETWEEN ? AND ? ORDER BY id", s, func(id, _ int64, row reflect.Value) error {
		r := helpdesk.New(k, formatID(id))
		body := reflect.ValueOf(&r).Elem().Field(bodyIndices[k])
		body.Set(row.Addr())
		rows[id] = body.Elem()
		records = append(records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.loadParts(t, rows, "SELECT id FROM "+quote(t.name)+" WHERE id BETWEEN ? AND ?", s); err != nil {
		return nil, err
	}
	for i := range records {
		records[i].Changed = changed(&records[i])
	}
	return records, nil
}

// loadParts hangs the parts into the rows of t, which parents selects.
func (a *archive) loadParts(t *table, rows map[int64]reflect.Value, parents string, s span) error {
	for _, p := range t.parts {
		list := map[int64][]int64{} // ids of the parts by parent
		where := "parent IN (" + parents + ") ORDER BY parent, position"
		err := a.rows(p.table, where, s, func(id, parent int64, row reflect.Value) error {
			owner, ok := rows[parent]
			if !ok {
				return errStored
			}
			field := owner.Field(p.index)
			field.Set(reflect.Append(field, row))
			list[parent] = append(list[parent], id)
			return nil
		})
		if err != nil {
			return err
		}
		if len(p.parts) == 0 {
			continue
		}
		mine := map[int64]reflect.Value{}
		for parent, ids := range list {
			for i, id := range ids {
				mine[id] = rows[parent].Field(p.index).Index(i)
			}
		}
		below := "SELECT id FROM " + quote(p.name) + " WHERE parent IN (" + parents + ")"
		if err := a.loadParts(p.table, mine, below, s); err != nil {
			return err
		}
	}
	return nil
}

// rows reads rows of one table into structs.
func (a *archive) rows(t *table, where string, s span, row func(id, parent int64, v reflect.Value) error) error {
	query := fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s", t.idsSQL(), t.columnsSQL(), quote(t.name), where)
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
		v := reflect.New(t.typ).Elem()
		for i, c := range t.columns {
			if values[i] == nil {
				continue
			}
			if err := c.set(v.Field(c.index), values[i]); err != nil {
				return fmt.Errorf("%w: %s.%s", err, t.name, c.name)
			}
		}
		return row(id, parent, v)
	})
}

// idsSQL selects a row's id and parent, with 0 for what the table does not have.
func (t *table) idsSQL() string {
	switch {
	case t.owner == nil:
		return "id, 0"
	case t.numbered():
		return "id, parent"
	default:
		return "0, parent"
	}
}

// changed is when a record was last changed in the help desk that it is from.
func changed(r *helpdesk.Record) time.Time {
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
