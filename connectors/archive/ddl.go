package archive

import (
	"fmt"
	"strings"
)

// columnsSQL is the list of columns as SQL spells it. All names are quoted,
// since group and values are words of SQL.
func (t *table) columnsSQL() string {
	var names []string
	for _, c := range t.columns {
		names = append(names, quote(c.name))
	}
	return strings.Join(names, ", ")
}

func quote(name string) string { return `"` + name + `"` }

// ddl is what creates the table and its indexes.
func (t *table) ddl() []string {
	lines, tail, index := t.identity()
	for _, c := range t.columns {
		lines = append(lines, "  "+c.ddl())
	}
	if t.owner != nil && !t.numbered() {
		lines = append(lines, "  PRIMARY KEY (parent, position)")
	}
	create := fmt.Sprintf("CREATE TABLE %s (\n%s\n) %s", quote(t.name), strings.Join(lines, ",\n"), tail)
	if t.hasBlobs() {
		index = append(index, fmt.Sprintf("CREATE INDEX %s_blob ON %s (blob)", t.name, quote(t.name)))
	}
	return append([]string{create}, index...)
}

// identity is the part of a table that is not the model's: ids are never given
// twice, so that a reference to a record that was removed finds nobody else.
func (t *table) identity() (lines []string, tail string, index []string) {
	switch {
	case t.owner == nil:
		lines = []string{"  id INTEGER PRIMARY KEY AUTOINCREMENT", "  marker TEXT"}
		index = []string{fmt.Sprintf("CREATE UNIQUE INDEX %s_marker ON %s (marker)", t.name, quote(t.name))}
		return lines, "STRICT", index
	case t.numbered():
		index = []string{fmt.Sprintf("CREATE UNIQUE INDEX %s_parent ON %s (parent, position)", t.name, quote(t.name))}
		lines = []string{"  id INTEGER PRIMARY KEY", t.parentDDL(), "  position INTEGER NOT NULL"}
		return lines, "STRICT", index
	default:
		return []string{t.parentDDL(), "  position INTEGER NOT NULL"}, "STRICT, WITHOUT ROWID", nil
	}
}

func (t *table) parentDDL() string {
	return fmt.Sprintf("  parent INTEGER NOT NULL REFERENCES %s (id)", quote(t.owner.name))
}

// newInsertSQL is the statement that writes one row of the table.
func newInsertSQL(t *table) string {
	leading := []string{"parent", "position"}
	if t.owner == nil {
		leading = []string{"marker"}
	}
	values := strings.Repeat(", ?", len(leading)+len(t.columns))[2:]
	return fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES (%s)",
		quote(t.name), strings.Join(leading, ", "), t.columnsSQL(), values)
}
