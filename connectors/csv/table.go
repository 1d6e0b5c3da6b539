package csv

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A table is a file of the folder that is open, with what its header says.
type table struct {
	*sheet
	*dialect
	options *options
	data    *os.File
	info    fs.FileInfo
	size    int64 // how far it is read
	columns []column
	checked []int      // the columns that have a check
	role    [roles]int // which column has a role, or -1
	escaped bool       // its cells are guarded against spreadsheets
	typed   bool       // it says of what type attachments are
	index   *index
	parts   *reader // for stretches that the index leads to
	notes   []string
}

// A column is what becomes of one value of each row.
type column struct {
	title string // as the header has it
	field string // the field's name, for errors: "ticket.subject"
	role  role
	check spelling                    // nil: any text will do
	set   func(body any, text string) // nil: not of the struct
	get   func(body any) string       // the reverse of set
}

const (
	customPrefix = "custom:"
	extraPrefix  = "extra:" // as a target writes extra values: a list, also of a name that is one of ours
	leftOut      = "-"
)

// openTable reads the header of a file and sees to it that the rows can be read.
func openTable(f *os.File, info fs.FileInfo, s *sheet, o *options) (*table, error) {
	d, err := readDialect(f, info.Size(), s, o)
	if err != nil {
		return nil, err
	}
	t := &table{sheet: s, dialect: d, options: o, data: f, info: info, size: info.Size()}
	t.notes = []string{fmt.Sprintf("%s: %s, separated by %s", s.file(), d.encoding.name, signName(d.separator))}
	if err := t.readHeader(); err != nil {
		return nil, err
	}
	return t, nil
}

func signName(sign byte) string {
	if sign == '\t' {
		return "tabs"
	}
	return strconv.Quote(string(sign))
}

// readHeader never repeats a title in an error: a file without a header begins
// with somebody's record.
func (t *table) readHeader() error {
	for i := range t.role {
		t.role[i] = -1
	}
	seen := map[string]int{}
	for i, title := range t.titles {
		c, name, err := t.column(i, title)
		if err != nil {
			return err
		}
		if before, twice := seen[name]; twice && name != leftOut {
			return settingsError("columns %d and %d of %s are the same; leave one out, with \"-\" under columns in the plan", before+1, i+1, t.name)
		}
		seen[name] = i
		t.columns = append(t.columns, c)
		if c.check != nil {
			t.checked = append(t.checked, i)
		}
		if c.role != roleNone {
			t.role[c.role] = i
		}
	}
	t.escaped = t.role[roleEscaped] >= 0
	_, t.typed = seen["content_type"]
	if key, ok := seen["key"]; ok && t.role[roleAnchor] < 0 && slices.Contains(t.keys, roleAnchor) {
		t.role[roleAnchor] = key
	}
	return t.checkHeader(seen)
}

// column finds out what a column is, and gives it a name that no other may have.
func (t *table) column(i int, title string) (column, string, error) {
	name, mapped := t.options.mapped(t.sheet, title)
	if !mapped {
		name = title
	}
	if mapped && name == leftOut {
		return column{title: title, role: roleNone}, leftOut, nil
	}
	if c, canonical, ok := t.known(name); ok {
		return c, canonical, nil
	}
	if mapped {
		return column{}, "", settingsError("columns of %s in the plan: %q is none of ours; use a field's name, custom:<name>, extra:<name> or \"-\"",
			t.name, name)
	}
	if strings.TrimSpace(name) == "" {
		name = "column " + strconv.Itoa(i+1)
	}
	if extraOf(t.empty()) == nil {
		t.notes = append(t.notes, fmt.Sprintf("%s: column %d (%s) is not read: %s have no field for it", t.file(), i+1, name, t.name))
		return column{title: title, role: roleNone}, leftOut, nil
	}
	return t.extraColumn(name, func(text string) []string { return []string{text} }), extraPrefix + name, nil
}

// known resolves the names that are ours. Case and white space around them do
// not matter, as they hardly do to whoever writes a header.
func (t *table) known(name string) (column, string, bool) {
	if label, ok := strings.CutPrefix(name, customPrefix); ok && customOf(t.empty()) != nil {
		return t.customColumn(label), name, true
	}
	if label, ok := strings.CutPrefix(name, extraPrefix); ok && extraOf(t.empty()) != nil {
		return t.extraColumn(label, splitList), name, true
	}
	name = strings.ToLower(strings.TrimSpace(name))
	for _, r := range append(slices.Clone(t.lead), roleEscaped) {
		if roleColumns[r] == name {
			return t.roleColumn(r), name, true
		}
	}
	fields := helpdesk.TableOf(t.empty())
	for i, f := range fields.Fields {
		if fieldColumn(f) == name {
			return t.fieldColumn(fields, i), name, true
		}
	}
	return column{}, "", false
}

// isKnown reports whether a title says which column it is.
func isKnown(s *sheet, o *options, title string) bool {
	if _, mapped := o.mapped(s, title); mapped {
		return true
	}
	_, _, ok := (&table{sheet: s, options: o}).known(title)
	return ok
}

// checkHeader refuses files whose rows could not be told apart or joined.
func (t *table) checkHeader(seen map[string]int) error {
	for _, title := range t.options.wanted(t.sheet) {
		if !slices.Contains(t.titles, title) {
			return settingsError("%s has no column %q, which the plan names under columns", t.file(), title)
		}
	}
	want := "key"
	if t.isPart() {
		want = roleColumns[t.owners[len(t.owners)-1]]
	}
	found := slices.ContainsFunc(append(slices.Clone(t.owners), roleKey), func(r role) bool { return t.role[r] >= 0 })
	if _, ok := seen[t.needs]; found && !ok && t.needs != "" {
		found, want = false, t.needs
	}
	if !found {
		return settingsError("%s has no column %q; say in the plan which of its columns that is, as in columns: {%s: {\"Number\": %s}}",
			t.file(), want, t.name, want)
	}
	return nil
}

func (t *table) roleColumn(r role) column {
	c := column{title: roleColumns[r], role: r}
	switch r {
	case roleChanged:
		c.check = t.options.time
	case roleFile:
		c.check = localPath
	}
	return c
}

func (t *table) fieldColumn(fields *helpdesk.Table, i int) column {
	f := fields.Fields[i]
	c := column{title: fieldColumn(f), field: f.Name, role: roleNone, check: t.options.spellingOf(f)}
	c.set = func(body any, text string) { fields.Value(body, i).Set(values(f, text)) }
	if c.check != nil {
		c.set = func(body any, text string) {
			text, _ = c.check(text) // the row was checked when it was read
			fields.Value(body, i).Set([]string{text})
		}
	}
	c.get = func(body any) string {
		v := fields.Value(body, i).Strings()
		if f.Many || len(v) == 0 {
			return joinList(v)
		}
		return v[0]
	}
	return c
}

// values is the value of a field that takes any text.
func values(f helpdesk.Field, text string) []string {
	list := []string{text}
	if f.Many {
		list = splitList(text)
	}
	if f.Refers == helpdesk.KindPerson {
		for i := range list {
			list[i] = foldKey(list[i])
		}
	}
	return list
}

func (t *table) customColumn(label string) column {
	return column{title: customPrefix + label, field: helpdesk.TableOf(t.empty()).Name + ".custom", role: roleNone,
		set: func(body any, text string) {
			all := customOf(body)
			*all = append(*all, helpdesk.CustomValue{Name: label, Values: splitList(text)})
		},
		get: func(body any) string {
			var list []string
			for _, v := range *customOf(body) {
				if v.Name == label {
					list = append(list, v.Values...)
				}
			}
			return joinList(list)
		},
	}
}

func (t *table) extraColumn(label string, split func(string) []string) column {
	return column{title: extraPrefix + label, field: helpdesk.TableOf(t.empty()).Name + ".extra", role: roleNone,
		set: func(body any, text string) {
			all := extraOf(body)
			*all = append(*all, helpdesk.ExtraValue{Name: label, Values: split(text)})
		},
		get: func(body any) string {
			var list []string
			for _, v := range *extraOf(body) {
				if v.Name == label {
					list = append(list, v.Values...)
				}
			}
			return joinList(list)
		},
	}
}

// section reads the table's text between two offsets.
func (t *table) section(from, end int64) io.Reader {
	return t.encoding.text(io.NewSectionReader(t.data, from, max(0, end-from)))
}

func (t *table) close() error {
	if t.index != nil {
		t.index.close()
	}
	return t.data.Close()
}
