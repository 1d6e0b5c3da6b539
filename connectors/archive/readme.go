package archive

import (
	"fmt"
	"strings"
)

// An example is a question that people ask an archive. The tests run them all.
type example struct{ question, sql string }

var examples = []example{
	{"What did we talk about with one customer?", `
SELECT t.number, t.subject, c.created, a.name AS author, c.body
FROM tickets t
JOIN people p ON p.id = t.requester
JOIN json_each(p.emails) e ON lower(e.value) = 'jane@example.test'
JOIN comments c ON c.parent = t.id
LEFT JOIN people a ON a.id = c.author
ORDER BY t.id, c.position;`},
	{"How many tickets has each group, by status?", `
SELECT g.name, t.status, count(*) AS tickets
FROM tickets t LEFT JOIN groups g ON g.id = t."group"
GROUP BY g.name, t.status ORDER BY 1, 2;`},
	{"Which tickets have a tag?", `
SELECT t.number, t.subject FROM tickets t, json_each(t.tags) tag
WHERE tag.value = 'vip';`},
	{"What stands in the custom field Product?", `
SELECT t.number, v.value AS product
FROM tickets t JOIN ticket_custom c ON c.parent = t.id, json_each(c."values") v
WHERE c.name = 'Product';`},
	{"Which file is an attachment?", `
SELECT t.number, a.name, a.size, 'blobs/' || substr(a.blob, 1, 2) || '/' || a.blob AS file
FROM tickets t
JOIN comments c ON c.parent = t.id
JOIN comment_attachments a ON a.parent = c.id
WHERE a.blob IS NOT NULL;`},
	{"Which tickets belong together?", `
SELECT t.number, l.type, o.number AS other
FROM links l JOIN tickets t ON t.id = l.parent JOIN tickets o ON o.id = l.ticket;`},
}

const readmeHead = `A help desk in a folder
=======================

%s
Keep it as you would keep the help desk itself, on an encrypted disk, and
delete it when its purpose is over. It was written by Safeconduct and can be
read by Safeconduct (connector: archive), or without:

  archive.db        an SQLite database: sqlite3, DB Browser for SQLite, Python,
                    and most tools for databases open it
  blobs/ab/<sha256> the attached files, each content once; the first two
                    characters of the name are the folder

How to read the database
------------------------

* There is a table for each kind of record, and one for each of its parts. The
  parts of a record have its id in the column parent, and their order in the
  column position, from 0.
* Ids are numbers and are never given twice. A column that refers to a record
  holds its id; the schema below says of which table. What it refers to may be
  gone.
* Times are text, in UTC, as in 2026-01-31T23:59:59Z: SQLite's date functions
  know them. Yes is 1 and no is 0. What has no value is NULL. Lists are JSON;
  json_each unfolds them.
* "group" and "values" are words of SQL: as columns they stand in quotes.
* Custom fields, and fields for which there is no column, have a row each in
  the tables that end in _custom and _extra.
* An attachment without a blob was left behind; left_out says by which rule.
* marker is what Safeconduct knows a record by. unsettled_blobs is its own.

Questions and answers
---------------------

  sqlite3 -box archive.db < question.sql
`

// readme is README.txt: it must do for somebody who has nothing but the folder.
func readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, readmeHead, warning)
	for _, e := range examples {
		fmt.Fprintf(&b, "\n-- %s\n%s\n", e.question, strings.TrimSpace(e.sql))
	}
	fmt.Fprintf(&b, "\nThe schema (format %d)\n---------------------\n", format)
	for _, t := range tables() {
		fmt.Fprintf(&b, "\n%s;\n", t.ddl()[0])
	}
	return b.String()
}
