package origin

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// A Script is SQL that puts the dates of lines into a help desk's database, in
// words that SQLite, MySQL and PostgreSQL share, with queries that tell whether it
// did. It holds ids and times, and no content.
type Script struct {
	Fixed connectors.FixedDates

	w      *bufio.Writer
	tables []string
	holds  map[string][]string // by table: what is true once the script was run
}

// A Date is a column and what it is set to; the zero time leaves it alone.
type Date struct {
	Column string
	At     time.Time
}

// NewScript begins a script with a remark on what to do first.
func NewScript(w io.Writer, remark string) *Script {
	s := &Script{w: bufio.NewWriter(w), holds: map[string][]string{}}
	fmt.Fprintf(s.w, "-- %s\nBEGIN;\n", remark)
	return s
}

// Set sets dates in the rows of a table whose key column holds the id, and reports
// whether there was one to set. Help desks keep UTC.
func (s *Script) Set(table, key string, id int64, dates ...Date) bool {
	var set []string
	for _, d := range dates {
		if !d.At.IsZero() {
			set = append(set, d.Column+" = '"+d.At.UTC().Format(time.DateTime)+"'")
		}
	}
	if len(set) == 0 {
		return false
	}
	fmt.Fprintf(s.w, "UPDATE %s SET %s WHERE %s = %d;\n", table, strings.Join(set, ", "), key, id)
	if key == "id" { // one row, so that it can be counted
		if s.holds[table] == nil {
			s.tables = append(s.tables, table)
		}
		s.holds[table] = append(s.holds[table], fmt.Sprintf("(id = %d AND %s)", id, strings.Join(set, " AND ")))
	}
	return true
}

// inQuery is how many conditions a query holds: parsers have their limits.
const inQuery = 200

// End writes the queries.
func (s *Script) End() error {
	fmt.Fprintln(s.w, "COMMIT;\n-- How many rows have the dates that were set, and should have.")
	for _, table := range s.tables {
		for part := range slices.Chunk(s.holds[table], inQuery) {
			fmt.Fprintf(s.w, "SELECT '%s', %d AS expected, COUNT(*) AS found FROM %s WHERE %s;\n", table, len(part), table, strings.Join(part, " OR "))
		}
	}
	return s.w.Flush()
}
