package helpdesk

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// A Class says what the value of a field is. It decides how a policy treats the
// field by default, how values are compared and how a connector spells them.
type Class string

const (
	ClassText      Class = "text"       // free text: may hold anything about anybody
	ClassHTML      Class = "html"       // free text that may be HTML
	ClassTitle     Class = "title"      // a name of a thing: group, organization, field, article
	ClassLabel     Class = "label"      // one of a set of words
	ClassName      Class = "name"       // a person's name
	ClassEmail     Class = "email"      // e-mail address
	ClassPhone     Class = "phone"      // telephone number
	ClassLogin     Class = "login"      // account name of a person
	ClassAddress   Class = "address"    // postal address
	ClassNumber    Class = "number"     // public number of a ticket
	ClassTime      Class = "time"       // point in time, UTC
	ClassFlag      Class = "flag"       // yes or no; no is the empty value
	ClassSize      Class = "size"       // count of something; 0 is the empty value
	ClassDigest    Class = "digest"     // SHA-256 in hex
	ClassReference Class = "reference"  // key of a record of kind Refers
	ClassKey       Class = "key"        // the source's key of a part
	ClassFileName  Class = "file-name"  // name of an attached file
	ClassMessageID Class = "message-id" // RFC 5322 Message-ID or Content-ID
)

// A Field describes one value of a record or of a part of it.
type Field struct {
	Name   string // "ticket.subject", "comment.body", "ticket.custom"
	Class  Class
	Refers Kind // the kind that a reference points to
	Many   bool // holds a list
	Set    bool // a list whose order means nothing
}

// A Table lists the fields that stand directly in one struct of the model.
type Table struct {
	Name   string // "ticket", "comment", "ticket.custom"
	Fields []Field
	fields []int // struct index of each field
	parts  []part
	label  int // struct index of the name by which custom values are told apart, or -1
}

// A part is a list of structs inside a struct: the comments of a ticket.
type part struct {
	index int
	path  string
	table *Table
}

var tables sync.Map // reflect.Type+owner → *Table

// TableOf describes the struct that ptr points to: *Ticket, *Comment and so on.
func TableOf(ptr any) *Table { return tableFor(reflect.TypeOf(ptr).Elem(), "") }

// Tables lists the table of a kind and of all parts inside it, outermost first.
func Tables(k Kind) []*Table {
	r := New(k, "")
	var all []*Table
	var add func(*Table)
	add = func(t *Table) {
		all = append(all, t)
		for _, p := range t.parts {
			add(p.table)
		}
	}
	add(TableOf(r.body()))
	return all
}

// Fields lists every field that a record of kind k can hold, parts included.
func Fields(k Kind) []Field {
	var all []Field
	for _, t := range Tables(k) {
		all = append(all, t.Fields...)
	}
	return all
}

// Value is field i of t in the struct that ptr points to.
func (t *Table) Value(ptr any, i int) Value {
	v := reflect.ValueOf(ptr).Elem()
	return Value{Field: t.Fields[i], v: v.Field(t.fields[i])}
}

func tableFor(typ reflect.Type, owner string) *Table {
	type key struct {
		of    reflect.Type // embedded, its methods would keep the linker from dropping any
		owner string
	}
	k := key{typ, owner}
	if t, ok := tables.Load(k); ok {
		return t.(*Table)
	}
	t, _ := tables.LoadOrStore(k, newTable(typ, owner))
	return t.(*Table)
}

func newTable(typ reflect.Type, owner string) *Table {
	t := &Table{Name: tableName(typ, owner), label: -1}
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag, tagged := f.Tag.Lookup("field")
		switch {
		case tag == "name-of-field":
			t.label = i
		case tagged:
			t.fields = append(t.fields, i)
			t.Fields = append(t.Fields, newField(t, f, tag))
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			t.parts = append(t.parts, part{i, jsonName(f), tableFor(f.Type.Elem(), t.Name)})
		}
	}
	return t
}

func newField(t *Table, f reflect.StructField, tag string) Field {
	class, set := strings.CutSuffix(tag, ",set")
	class, refers, _ := strings.Cut(class, "=")
	if class == "ref" {
		class = string(ClassReference)
	}
	name := t.Name + "." + jsonName(f)
	if t.label >= 0 {
		name = t.Name
	}
	return Field{Name: name, Class: Class(class), Refers: Kind(refers),
		Many: f.Type.Kind() == reflect.Slice, Set: set}
}

// tableName is the struct's name in the singular; custom and extra values are
// named after the struct that they stand in.
func tableName(typ reflect.Type, owner string) string {
	switch typ {
	case reflect.TypeFor[CustomValue]():
		return owner + ".custom"
	case reflect.TypeFor[ExtraValue]():
		return owner + ".extra"
	case reflect.TypeFor[TimeEntry]():
		return "time_entry"
	}
	return strings.ToLower(typ.Name())
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		panic(fmt.Sprintf("helpdesk: field %s has no json name", f.Name))
	}
	return name
}
