package memory

import (
	"maps"
	"reflect"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Copy is another desk that holds what this one holds now. It has no hooks, and of
// requests that are under way nothing.
func (d *Desk) Copy() *Desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := New(d.options)
	c.now, c.number, c.changes = d.now, d.number, d.changes
	c.calls, c.files = maps.Clone(d.calls), maps.Clone(d.files)
	for k, shelf := range d.shelves {
		for id, e := range shelf {
			copied := *e
			copied.record = clone(e.record)
			c.shelves[k][id] = &copied
		}
	}
	for k, tombs := range d.tombs {
		c.tombs[k] = slices.Clone(tombs)
	}
	return c
}

// clone copies a record with all that hangs on it, so that neither a client nor
// the desk sees the other's later changes.
func clone(r helpdesk.Record) helpdesk.Record {
	return deep(reflect.ValueOf(r)).Interface().(helpdesk.Record)
}

func deep(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(deep(v.Elem()))
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(deep(v.Index(i)))
		}
		return c
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v) // also what is not exported, as in time.Time
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(deep(v.Field(i)))
			}
		}
		return c
	}
	return v
}
