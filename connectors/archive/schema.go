package archive

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A table of the archive holds one struct of the model: a kind's, or that of a
// part. Its columns are the struct's fields, under their names.
type table struct {
	name    string
	kind    helpdesk.Kind // of a kind's own table; "" for parts
	typ     reflect.Type
	owner   *table // of a part: whose rows parent points to
	columns []column
	parts   []part

	insertSQL string // writes one row
}

// A part is a list of structs in a struct, and where it stands there.
type part struct {
	*table
	index int
}

// schema has a table for every kind. The parts hang on it.
var schema = func() map[helpdesk.Kind]*table {
	all := map[helpdesk.Kind]*table{}
	for _, k := range helpdesk.Kinds() {
		body := reflect.TypeFor[helpdesk.Record]().Field(bodyIndices[k]).Type.Elem()
		b := builder{models: helpdesk.Tables(k)}
		all[k] = b.table(body, plurals[k], nil)
		all[k].kind = k
	}
	return all
}()

// plurals keep the names of tables from being words of SQL.
var plurals = map[helpdesk.Kind]string{
	helpdesk.KindDefinition:   "definitions",
	helpdesk.KindGroup:        "groups",
	helpdesk.KindOrganization: "organizations",
	helpdesk.KindPerson:       "people",
	helpdesk.KindTicket:       "tickets",
	helpdesk.KindArticle:      "articles",
}

// bodyIndices say where in a Record the struct of a kind stands.
var bodyIndices = func() map[helpdesk.Kind]int {
	all := map[helpdesk.Kind]int{}
	typ := reflect.TypeFor[helpdesk.Record]()
	for i := range typ.NumField() {
		if k := helpdesk.Kind(jsonName(typ.Field(i))); k.Valid() {
			all[k] = i
		}
	}
	return all
}()

// A builder walks the structs of a kind in the order of helpdesk.Tables, which
// knows the fields; how the structs nest only the Go types say.
type builder struct{ models []*helpdesk.Table }

func (b *builder) table(typ reflect.Type, name string, owner *table) *table {
	model := b.models[0]
	b.models = b.models[1:]
	t := &table{name: name, typ: typ, owner: owner}
	fields := model.Fields
	for i := range typ.NumField() {
		f := typ.Field(i)
		switch tag, tagged := f.Tag.Lookup("field"); {
		case tag == "name-of-field":
			t.columns = append(t.columns, newColumn("name", i, helpdesk.Field{Name: model.Name}, f.Type))
		case tagged:
			t.columns = append(t.columns, newColumn(jsonName(f), i, fields[0], f.Type))
			fields = fields[1:]
		}
	}
	if t.hasBlobs() {
		t.columns = append(t.columns, bytesColumns()...)
	}
	for i := range typ.NumField() {
		if f := typ.Field(i); isPart(f) {
			t.parts = append(t.parts, part{b.table(f.Type.Elem(), partName(t, f), t), i})
		}
	}
	t.insertSQL = newInsertSQL(t)
	return t
}

func isPart(f reflect.StructField) bool {
	return f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct
}

// bytesColumns say of an attachment where its bytes lie, or why they do not.
func bytesColumns() []column {
	var all []column
	for _, c := range []struct{ name, field string }{{"blob", "Locator"}, {"left_out", "LeftOut"}} {
		f, _ := reflect.TypeFor[helpdesk.Attachment]().FieldByName(c.field)
		all = append(all, newColumn(c.name, f.Index[0], helpdesk.Field{Name: "attachment." + c.name}, f.Type))
	}
	return all
}

// partName is the part's own name in the plural, behind that of its owner where
// several owners have one: comments, comment_attachments, ticket_custom.
func partName(owner *table, f reflect.StructField) string {
	switch name := jsonName(f); name {
	case "attachments", "custom", "extra":
		return strings.ToLower(owner.typ.Name()) + "_" + name
	default:
		return name
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// tableOf is the table of a kind.
func tableOf(k helpdesk.Kind) (*table, error) {
	t, ok := schema[k]
	if !ok {
		return nil, fmt.Errorf("archive: there is no kind %q", string(k))
	}
	return t, nil
}

// all lists the table and those of its parts, outermost first.
func (t *table) all() []*table {
	list := []*table{t}
	for _, p := range t.parts {
		list = append(list, p.all()...)
	}
	return list
}

// tables lists every table, kinds in their order.
func tables() []*table {
	var all []*table
	for _, k := range helpdesk.Kinds() {
		all = append(all, schema[k].all()...)
	}
	return all
}

// numbered says whether rows have an id of their own: a kind's, and those of
// parts that have parts.
func (t *table) numbered() bool { return t.owner == nil || len(t.parts) > 0 }

// hasBlobs says whether rows name files.
func (t *table) hasBlobs() bool { return t.typ == reflect.TypeFor[helpdesk.Attachment]() }

// blobTables lists the tables whose rows name files.
func blobTables() []*table {
	return slices.DeleteFunc(tables(), func(t *table) bool { return !t.hasBlobs() })
}
