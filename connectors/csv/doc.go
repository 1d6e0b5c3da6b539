// Package csv reads a help desk from a folder of CSV files, and writes one.
//
// It is the way in for every product that exports tables, and the way out with
// everything: what the target writes is a source again, to the byte.
//
// # The folder
//
// Each file is optional:
//
//	definitions.csv     custom fields           key, changed, title, scope, type, …
//	groups.csv          teams and queues        key, changed, name, description
//	organizations.csv   customers' companies    key, changed, name, domains, …
//	people.csv          contacts and agents     key, changed, name, emails, role, …
//	tickets.csv         cases                   key, changed, number, subject, status, …
//	articles.csv        the knowledge base      key, changed, title, body, …
//	comments.csv        what was said           ticket, key, author, body, created, …
//	participants.csv    who is in copy          ticket, role, person, email
//	links.csv           from ticket to ticket   ticket, type, to
//	time_entries.csv    work                    ticket, key, person, seconds, note, spent
//	ratings.csv         satisfaction            ticket, score, comment, created
//	attachments.csv     files                   comment or article, file, name, content_type, …
//
// The first row names the columns, in any order and case. They are the json
// names of the fields in internal/helpdesk, and:
//
//	key           what other rows refer to the record by
//	changed       when it last changed
//	ticket        whose part a row is; comment or article in attachments.csv
//	file          where an attachment lies, relative to the folder
//	anchor        in comments.csv: what attachments.csv calls the comment, if not its key
//	custom:<name> a value of a custom field, as a list
//	extra:<name>  a value that the model has no field for, as a list
//	marker        by what a migration finds again what it wrote; a source passes over it
//
// A column of any other name is kept as one extra value, or named in the notes
// of the profile where records have none. Columns of other names are translated
// in the plan:
//
//	source:
//	  connector: csv
//	  settings:
//	    path: export
//	    time_zone: Europe/Berlin
//	    time_layouts: ["02.01.2006 15:04"]
//	    columns:
//	      tickets: {Ticket-Nr.: key, Betreff: subject, Erstellt am: created, SLA: "custom:SLA", Zeile: "-"}
//
// # The values
//
// Lists are separated by semicolons; a backslash before a semicolon or backslash
// takes its meaning. Times are RFC 3339, or 2006-01-02 15:04:05 and shorter, in
// the plan's time zone. Yes is true, yes, 1, ja or wahr. All other text is taken
// as it stands, with its white space and line ends. Keys of people that hold an
// @ are compared without regard to case: two spellings of an address are one
// person.
//
// Parts may stand in any order and are joined by key; those of one ticket keep
// theirs. An attachment without its file stays in the record, and opens as
// ErrNotFound.
//
// # What is wrong in a file
//
// No row is passed over in silence. What can't be read is [connectors.Broken] at
// tickets.csv:17:3: the row that begins in line 17, its third column. A row that
// belongs to nothing is an orphan, reported behind the last ticket. A broken row
// costs only itself: splitter.reach tells how the way back into step is found.
// One thing can't be told from a text: two quotes that went astray so that RFC
// 4180 makes one good row of the rows between them.
//
// A cursor is an offset and a line. When a file is replaced by another export,
// reading begins anew; so a delta of CSV files reads everything, and the ledger
// knows what has not changed.
//
// # The files as a target
//
// Every batch is whole or not there: see journal. Processes may take turns: see
// target. The files are plain text; whoever can read the folder reads the desk.
//
// Values are written as they are, also those that begin with = + - or @, which a
// spreadsheet runs as formulas. To change them would break the promise that what
// is read back is what was written, and +49 is how telephone numbers begin. Who
// wants to look at the files in a spreadsheet sets escape_formulas: such values
// then stand behind an apostrophe, a column formulas_escaped says so in each
// file, and a source takes it off again.
package csv
