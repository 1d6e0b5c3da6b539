package memory

import (
	"reflect"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

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
