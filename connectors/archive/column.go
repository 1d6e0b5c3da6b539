package archive

import (
	"fmt"
	"reflect"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A column holds one field. How it does so is settled once, when the schema is
// built, so that a row costs no search.
type column struct {
	codec
	name  string
	index int // of the field in its struct
	field helpdesk.Field
}

func newColumn(name string, index int, f helpdesk.Field, typ reflect.Type) column {
	c, ok := codecs[typ]
	if f.Class == helpdesk.ClassReference {
		c, ok = references[typ]
	}
	if !ok {
		panic(fmt.Sprintf("archive: %s has type %s, for which there is no column", f.Name, typ))
	}
	return column{c, name, index, f}
}

func (c column) ddl() string {
	s := quote(c.name) + " " + c.sql
	if c.field.Refers != "" && !c.field.Many {
		s += fmt.Sprintf(" REFERENCES %s (id)", quote(plurals[c.field.Refers]))
	}
	return s
}

// value is what the column stores of a struct.
func (c column) value(body reflect.Value) (any, error) {
	v, err := c.get(body.Field(c.index))
	if r, ok := err.(reason); ok {
		return nil, &connectors.Rejected{Reason: string(r), Field: c.field.Name}
	}
	return v, err
}

// ids are the records that a struct refers to by this column. The column's value
// has been taken before: they are numbers.
func (c column) ids(body reflect.Value) []int64 {
	texts, many := body.Field(c.index).Interface().([]string)
	if !many {
		texts = []string{body.Field(c.index).String()}
	}
	ids := make([]int64, len(texts))
	for i, s := range texts {
		ids[i], _ = parseID(s)
	}
	return ids
}
