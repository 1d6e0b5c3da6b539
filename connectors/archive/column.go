package archive

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A column holds one field. How it does so is settled once, when the schema is
// built, so that a row costs no search and no switch on types.
type column struct {
	name  string
	index int // of the field in its struct
	field helpdesk.Field
	sql   string                                    // its type in SQL
	get   func(reflect.Value) (any, error)          // what SQLite stores; nil for no value
	set   func(dst reflect.Value, stored any) error // the way back
}

func newColumn(name string, index int, f helpdesk.Field, typ reflect.Type) column {
	c := column{name: name, index: index, field: f}
	reference := f.Class == helpdesk.ClassReference
	switch typ {
	case reflect.TypeFor[time.Time]():
		c.sql, c.get, c.set = "TEXT", getTime, setTime
	case reflect.TypeFor[bool]():
		c.sql, c.get, c.set = "INTEGER", getFlag, setFlag
	case reflect.TypeFor[int64]():
		c.sql, c.get, c.set = "INTEGER", getSize, setSize
	case reflect.TypeFor[[]string]():
		c.sql, c.get, c.set = "TEXT", getList, setList
		if reference {
			c.get, c.set = getReferences, setReferences
		}
	case reflect.TypeFor[string]():
		c.sql, c.get, c.set = "TEXT", getText, setText
		if reference {
			c.sql, c.get, c.set = "INTEGER", getReference, setReference
		}
	default:
		panic(fmt.Sprintf("archive: %s has type %s, for which there is no column", f.Name, typ))
	}
	return c
}

func (c column) ddl() string {
	s := quote(c.name) + " " + c.sql
	if c.field.Refers != "" && !c.field.Many {
		s += fmt.Sprintf(" REFERENCES %s (id)", quote(plurals[c.field.Refers]))
	}
	return s
}

// A reason why a value can't be stored; the column adds its field.
type reason string

func (r reason) Error() string { return string(r) }

const (
	notText      reason = "not_utf8"
	noYear       reason = "year_out_of_range"
	badReference reason = "unknown_reference"
)

// value is what the column stores for a row's struct.
func (c column) value(row reflect.Value) (any, error) {
	v, err := c.get(row.Field(c.index))
	if r, ok := err.(reason); ok {
		return nil, &connectors.Rejected{Reason: string(r), Field: c.field.Name}
	}
	return v, err
}

// ids are the records that the row refers to by this column. The column's value
// has been taken before: they are numbers.
func (c column) ids(row reflect.Value) []int64 {
	texts, many := row.Field(c.index).Interface().([]string)
	if !many {
		texts = []string{row.Field(c.index).String()}
	}
	ids := make([]int64, len(texts))
	for i, s := range texts {
		ids[i], _ = parseID(s)
	}
	return ids
}

func getText(v reflect.Value) (any, error) {
	s := v.String()
	if s == "" {
		return nil, nil
	}
	if !utf8.ValidString(s) {
		return nil, notText
	}
	return s, nil
}

func setText(dst reflect.Value, stored any) error {
	s, ok := stored.(string)
	if !ok {
		return errStored
	}
	dst.SetString(s)
	return nil
}

// errStored: somebody else wrote to the database.
var errStored = fmt.Errorf("archive: a value that this program does not write")

func getReference(v reflect.Value) (any, error) {
	if v.String() == "" {
		return nil, nil
	}
	return parseID(v.String())
}

// parseID accepts ids as the archive spells them, and nothing that merely means
// the same number.
func parseID(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || formatID(id) != s {
		return 0, badReference
	}
	return id, nil
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

func setReference(dst reflect.Value, stored any) error {
	id, ok := stored.(int64)
	if !ok {
		return errStored
	}
	dst.SetString(formatID(id))
	return nil
}

func getTime(v reflect.Value) (any, error) {
	t := v.Interface().(time.Time)
	if t.IsZero() {
		return nil, nil
	}
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return nil, noYear
	}
	return t.Format(time.RFC3339Nano), nil
}

func setTime(dst reflect.Value, stored any) error {
	s, ok := stored.(string)
	if !ok {
		return errStored
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return errStored
	}
	dst.Set(reflect.ValueOf(t.UTC()))
	return nil
}

func getFlag(v reflect.Value) (any, error) { return v.Bool(), nil }

func setFlag(dst reflect.Value, stored any) error {
	n, ok := stored.(int64)
	if !ok {
		return errStored
	}
	dst.SetBool(n != 0)
	return nil
}

func getSize(v reflect.Value) (any, error) { return v.Int(), nil }

func setSize(dst reflect.Value, stored any) error {
	n, ok := stored.(int64)
	if !ok {
		return errStored
	}
	dst.SetInt(n)
	return nil
}

func getList(v reflect.Value) (any, error) {
	list := v.Interface().([]string)
	if len(list) == 0 {
		return nil, nil
	}
	for _, s := range list {
		if !utf8.ValidString(s) {
			return nil, notText
		}
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func setList(dst reflect.Value, stored any) error {
	return parseJSON(dst.Addr().Interface(), stored)
}

// parseJSON never passes on the JSON error: it quotes what it could not read.
func parseJSON(into, stored any) error {
	s, ok := stored.(string)
	if !ok || json.Unmarshal([]byte(s), into) != nil {
		return errStored
	}
	return nil
}

// References in lists are numbers too, so that json_each joins with ids.
func getReferences(v reflect.Value) (any, error) {
	list := v.Interface().([]string)
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(list))
	for i, s := range list {
		id, err := parseID(s)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

func setReferences(dst reflect.Value, stored any) error {
	var ids []int64
	if err := parseJSON(&ids, stored); err != nil {
		return err
	}
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = formatID(id)
	}
	dst.Set(reflect.ValueOf(list))
	return nil
}
