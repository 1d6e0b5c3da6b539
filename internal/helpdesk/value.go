package helpdesk

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Value is one field of one record, with where it stands. Whatever its type,
// it reads and is set as a list of strings: times as RFC 3339 in UTC, flags as
// "true" or nothing, sizes in decimal with nothing for 0. The zero Value stands
// for a field that is not there.
type Value struct {
	Field Field
	place *place
	v     reflect.Value
}

// A place is where a part stands in its record.
type place struct {
	in    *place
	path  string
	index int
	label string // of a custom value
}

// Exists reports whether the record has the part that the value stands in.
func (v Value) Exists() bool { return v.v.IsValid() }

// Name is the name by which mapping, policy and reports know the field: that of
// the Field, and for a custom or extra value its own name behind it
// ("ticket.custom.Product").
func (v Value) Name() string {
	if v.place != nil && v.place.label != "" {
		return v.Field.Name + "." + v.place.label
	}
	return v.Field.Name
}

// Path is where the value stands in its record: "subject", "comments[3].body",
// "custom[Product]". Labels of custom fields are configuration, not content.
func (v Value) Path() string {
	var b strings.Builder
	v.place.write(&b)
	if v.place != nil && v.place.label != "" {
		return b.String()
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(v.Field.Name[strings.LastIndexByte(v.Field.Name, '.')+1:])
	return b.String()
}

func (p *place) write(b *strings.Builder) {
	if p == nil {
		return
	}
	if p.in != nil {
		p.in.write(b)
		b.WriteByte('.')
	}
	b.WriteString(p.path)
	b.WriteByte('[')
	if p.label != "" {
		b.WriteString(p.label)
	} else {
		b.WriteString(strconv.Itoa(p.index))
	}
	b.WriteByte(']')
}

// Strings returns the value; empty if there is none. The slice belongs to the
// record where the field is a list.
func (v Value) Strings() []string {
	if !v.v.IsValid() {
		return nil
	}
	switch x := v.v.Addr().Interface().(type) {
	case *[]string:
		return *x
	case *string:
		return one(*x)
	case *time.Time:
		if x.IsZero() {
			return nil
		}
		return []string{x.UTC().Format(time.RFC3339Nano)}
	case *bool:
		if *x {
			return []string{"true"}
		}
	case *int64:
		if *x != 0 {
			return []string{strconv.FormatInt(*x, 10)}
		}
	}
	return nil
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// Empty reports whether there is no value.
func (v Value) Empty() bool { return !v.v.IsValid() || v.v.IsZero() || len(v.Strings()) == 0 }

// Set replaces the value. It fails, and changes nothing, for text that the
// field's type cannot hold and for more than one string where the field holds
// one. The error names the field, never the text.
func (v Value) Set(to []string) error {
	if list, ok := v.v.Addr().Interface().(*[]string); ok {
		*list = to
		return nil
	}
	if len(to) > 1 {
		return fmt.Errorf("%s holds one value, not %d", v.Name(), len(to))
	}
	text := strings.Join(to, "")
	if text == "" {
		v.v.SetZero()
		return nil
	}
	return v.parse(text)
}

func (v Value) parse(text string) (err error) {
	switch x := v.v.Addr().Interface().(type) {
	case *string:
		*x = text
	case *time.Time:
		var t time.Time
		if t, err = time.Parse(time.RFC3339Nano, text); err == nil {
			*x = t.UTC()
		}
	case *bool:
		var b bool
		if b, err = strconv.ParseBool(text); err == nil {
			*x = b
		}
	case *int64:
		var n int64
		if n, err = strconv.ParseInt(text, 10, 64); err == nil {
			*x = n
		}
	}
	if err != nil {
		return fmt.Errorf("%s is no %s", v.Name(), v.Field.Class)
	}
	return nil
}

// Values goes over every field of the record and of its parts, empty ones too,
// in the order of the structs.
func (r *Record) Values() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for v := range Pairs(r, nil) {
			if !yield(v) {
				return
			}
		}
	}
}

// Pairs goes over the fields of two records of one kind side by side. Parts are
// paired by their order, custom and extra values by their name; where one
// record has a part that the other lacks, the other's Value does not Exist.
// Either record may be nil.
func Pairs(a, b *Record) iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		va, vb := deref(a), deref(b)
		switch {
		case va.IsValid():
			pairs(tableFor(va.Type(), ""), nil, va, vb, yield)
		case vb.IsValid():
			pairs(tableFor(vb.Type(), ""), nil, va, vb, yield)
		}
	}
}

func deref(r *Record) reflect.Value {
	if r == nil || r.body() == nil {
		return reflect.Value{}
	}
	return reflect.ValueOf(r.body()).Elem()
}

func pairs(t *Table, at *place, a, b reflect.Value, yield func(Value, Value) bool) bool {
	for i, f := range t.Fields {
		va, vb := Value{f, at, fieldOf(a, t.fields[i])}, Value{f, at, fieldOf(b, t.fields[i])}
		if !yield(va, vb) {
			return false
		}
	}
	for _, p := range t.parts {
		if !pairParts(p, at, fieldOf(a, p.index), fieldOf(b, p.index), yield) {
			return false
		}
	}
	return true
}

func pairParts(p part, at *place, a, b reflect.Value, yield func(Value, Value) bool) bool {
	if p.table.label >= 0 {
		return pairLabelled(p, at, a, b, yield)
	}
	for i := range max(length(a), length(b)) {
		here := &place{in: at, path: p.path, index: i}
		if !pairs(p.table, here, element(a, i), element(b, i), yield) {
			return false
		}
	}
	return true
}

// pairLabelled pairs custom or extra values by their names, those of a first; of
// several of one name the first of a with the first of b, and so on.
func pairLabelled(p part, at *place, a, b reflect.Value, yield func(Value, Value) bool) bool {
	lists := []map[string][]reflect.Value{{}, {}}
	var labels []string
	for i, list := range []reflect.Value{a, b} {
		for n := range length(list) {
			l := list.Index(n).Field(p.table.label).String()
			lists[i][l] = append(lists[i][l], list.Index(n))
			if !slices.Contains(labels, l) {
				labels = append(labels, l)
			}
		}
	}
	for _, l := range labels {
		as, bs := lists[0][l], lists[1][l]
		for i := range max(len(as), len(bs)) {
			here := &place{in: at, path: p.path, label: l}
			if !pairs(p.table, here, nth(as, i), nth(bs, i), yield) {
				return false
			}
		}
	}
	return true
}

func nth(list []reflect.Value, i int) reflect.Value {
	if i >= len(list) {
		return reflect.Value{}
	}
	return list[i]
}

func fieldOf(v reflect.Value, i int) reflect.Value {
	if !v.IsValid() {
		return v
	}
	return v.Field(i)
}

func length(v reflect.Value) int {
	if !v.IsValid() {
		return 0
	}
	return v.Len()
}

func element(v reflect.Value, i int) reflect.Value {
	if i >= length(v) {
		return reflect.Value{}
	}
	return v.Index(i)
}
