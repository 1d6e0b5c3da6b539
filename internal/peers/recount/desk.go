package recount

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the servers' databases
)

// NumberField is the custom field of tickets by which the recount knows them:
// plans of live tests name it in map.number_to.
const NumberField = "Old number"

// A Desk is what a server holds.
type Desk struct {
	Tickets   []Ticket // by id
	People    int      // that are not built in
	Groups    int      // queues or projects
	Articles  int      // or wiki pages
	Mails     int      // that the server recorded as sent
	Unused    int      // files that belong to no ticket
	TimeSpent int      // entries of time
}

// A Ticket is an issue or ticket that users see.
type Ticket struct {
	ID       int64
	Number   string // value of NumberField
	Subject  string
	Status   string
	Opened   string    // as At
	Messages []Message // by age
}

// A Message is what somebody said, or what a ticket opened with.
type Message struct {
	Text    string // as it is stored
	Private bool
	At      string // when it was said, as "2006-01-02 15:04:05", UTC
	Files   []File
}

// A File is an attachment.
type File struct {
	Name   string
	SHA256 string // of the bytes, hex
}

// ByNumber gives the tickets by the number they had before; a number that two
// have is an error.
func (d Desk) ByNumber() (map[string]Ticket, error) {
	tickets := map[string]Ticket{}
	for _, t := range d.Tickets {
		if _, twice := tickets[t.Number]; twice {
			return nil, fmt.Errorf("recount: two tickets, one of them %d, have the number %q", t.ID, t.Number)
		}
		tickets[t.Number] = t
	}
	return tickets, nil
}

// Messages counts what was said in all tickets.
func (d Desk) Messages() (n int) {
	for _, t := range d.Tickets {
		n += len(t.Messages)
	}
	return n
}

// Files counts the attachments of all tickets.
func (d Desk) Files() (n int) {
	for _, t := range d.Tickets {
		for _, m := range t.Messages {
			n += len(m.Files)
		}
	}
	return n
}

// Rows counts the rows of every table of a server's database that holds what
// people or programs wrote: two equal counts, and nothing was written between.
func Rows(ctx context.Context, database string) (map[string]int, error) {
	r := open(ctx, database)
	rows := map[string]int{}
	var tables []string
	r.each(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
		AND lower(name) NOT IN ('sessions', 'tokens')`, func(scan func(...any)) {
		var name string
		scan(&name)
		tables = append(tables, name)
	})
	for _, name := range tables {
		rows[name] = r.count(`SELECT count(*) FROM "` + name + `"`)
	}
	return rows, r.close()
}

// Check runs the queries of a script that say what they expect and what they
// find, and returns how many rows they look for.
func Check(ctx context.Context, database, script string) (rows int, err error) {
	r := open(ctx, database)
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(line, "SELECT ") {
			continue
		}
		r.each(line, func(scan func(...any)) {
			var table string
			var expected, found int
			scan(&table, &expected, &found)
			rows += expected
			if expected != found && r.err == nil {
				r.err = fmt.Errorf("recount: %s: %d rows are as they should be, of %d", table, found, expected)
			}
		})
	}
	return rows, r.close()
}

// A reader reads a database that a server may have open, and keeps the first
// error.
type reader struct {
	ctx context.Context
	db  *sql.DB
	err error
}

func open(ctx context.Context, path string) *reader {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(20000)")
	return &reader{ctx, db, err}
}

func (r *reader) close() error {
	if r.db != nil {
		_ = r.db.Close()
	}
	return r.err
}

// each calls row for every row of the query, with a scan that keeps errors.
func (r *reader) each(query string, row func(scan func(into ...any))) {
	if r.err != nil {
		return
	}
	rows, err := r.db.QueryContext(r.ctx, query)
	if err != nil {
		r.err = fmt.Errorf("recount: %w", err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		row(func(into ...any) {
			if err := rows.Scan(into...); err != nil && r.err == nil {
				r.err = fmt.Errorf("recount: %w", err)
			}
		})
	}
	if err := rows.Err(); err != nil && r.err == nil {
		r.err = fmt.Errorf("recount: %w", err)
	}
}

func (r *reader) count(query string) (n int) {
	r.each(query, func(scan func(...any)) { scan(&n) })
	return n
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
