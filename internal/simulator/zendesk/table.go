package zendesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// An object is one of the API's.
type object = map[string]any

// A row is an object in a table, with what the API does not show of it.
type row struct {
	id        int64
	at        object
	generated time.Time // when it changed last, whatever its updated_at says
	created   time.Time // when it came here, whatever its created_at says
	deleted   bool
	scrubbed  bool // deleted for good
	comments  []object
}

type table struct {
	rows map[int64]*row
	last int64 // id
}

// farIDs are where ids of everything but tickets begin: beyond 32 bits.
const farIDs = 360_000_000_000

func (d *Desk) table(name string) *table {
	t := d.tables[name]
	if t == nil {
		t = &table{rows: map[int64]*row{}}
		d.tables[name] = t
	}
	return t
}

// add puts a new object into a table.
func (d *Desk) add(name string, o object) *row {
	t := d.table(name)
	if name == "tickets" {
		t.last++
	} else {
		d.number++
		t.last = farIDs + d.number
	}
	now := d.Now()
	r := &row{id: t.last, at: maps.Clone(o), created: now, generated: now}
	r.at["id"] = r.id
	r.setDefault("created_at", stamp(now))
	r.setDefault("updated_at", stamp(now))
	t.rows[r.id] = r
	d.changes++
	return r
}

func (r *row) setDefault(field string, value any) {
	if r.at[field] == nil {
		r.at[field] = value
	}
}

// touch notes that an object changed now.
func (d *Desk) touch(r *row) {
	now := d.Now()
	r.at["updated_at"], r.generated = stamp(now), now
	d.changes++
}

// get is the object that the API shows under the id, or nil.
func (d *Desk) get(name string, id int64) *row {
	if r := d.table(name).rows[id]; r != nil && !r.deleted {
		return r
	}
	return nil
}

// list is what the API shows of a table, in the order of ids.
func (d *Desk) list(name string) []*row {
	return d.listIf(name, func(*row) bool { return true })
}

func (d *Desk) listIf(name string, ok func(*row) bool) []*row {
	return slices.DeleteFunc(d.all(name), func(r *row) bool { return r.deleted || !ok(r) })
}

// all lists deleted objects too.
func (d *Desk) all(name string) []*row {
	all := slices.Collect(maps.Values(d.table(name).rows))
	slices.SortFunc(all, func(a, b *row) int { return cmp.Compare(a.id, b.id) })
	return all
}

func (r *row) text(field string) string { s, _ := r.at[field].(string); return s }

func (r *row) flag(field string) bool { return truth(r.at[field]) }

func (r *row) number(field string) int64 { return number(r.at[field]) }

func (r *row) numbers(field string) []int64 { return numbers(r.at[field]) }

func truth(v any) bool { b, _ := v.(bool); return b }

// number reads an id, whether it came as JSON or was put there by us.
func number(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case json.Number:
		n, _ := v.Int64()
		return n
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}

func numbers(v any) (all []int64) {
	switch v := v.(type) {
	case []int64:
		return v
	case []any:
		for _, x := range v {
			all = append(all, number(x))
		}
	}
	return all
}

// words reads a list of texts.
func words(v any) (all []string) {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		for _, x := range v {
			all = append(all, fmt.Sprint(x))
		}
	}
	return all
}

// objects reads a list of objects.
func objects(v any) (all []object) {
	if all, ours := v.([]object); ours {
		return all
	}
	list, _ := v.([]any)
	for _, x := range list {
		if o, ok := x.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

func parse(v any) time.Time {
	text, _ := v.(string)
	t, _ := time.Parse(time.RFC3339, text)
	return t.UTC()
}
