package archive

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A codec stores a Go type in a column.
type codec struct {
	sql string                                    // the column's type
	get func(reflect.Value) (any, error)          // what SQLite stores; nil for no value
	set func(dst reflect.Value, stored any) error // the way back; never called for nil
}

var codecs = map[reflect.Type]codec{
	reflect.TypeFor[string]():    {"TEXT", getText, setText},
	reflect.TypeFor[[]string]():  {"TEXT", getList, setList},
	reflect.TypeFor[time.Time](): {"TEXT", getTime, setTime},
	reflect.TypeFor[bool]():      {"INTEGER", getFlag, setFlag},
	reflect.TypeFor[int64]():     {"INTEGER", getSize, setSize},
}

// references are the codecs of fields that hold ids.
var references = map[reflect.Type]codec{
	reflect.TypeFor[string]():   {"INTEGER", getReference, setReference},
	reflect.TypeFor[[]string](): {"TEXT", getReferences, setReferences},
}

// A reason why a value can't be stored. The column adds its field to it.
type reason string

func (r reason) Error() string { return string(r) }

const (
	notText      reason = "not_utf8"
	noYear       reason = "year_out_of_range"
	badReference reason = "unknown_reference"
)

// errStored: somebody else wrote to the database.
var errStored = errors.New("archive: a value that Safeconduct does not write")

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
	return toJSON(list)
}

func setList(dst reflect.Value, stored any) error {
	return parseJSON(dst.Addr().Interface(), stored)
}

// toJSON leaves <, > and & as they are: people search for them.
func toJSON(v any) (any, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
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
	return toJSON(ids)
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
