// Package recount counts what stands in the databases of the peers, without the
// program under test and without the servers' APIs: it reads their SQLite files.
//
// Request Tracker 5 (etc/schema.SQLite): a ticket whose Status is "deleted" is
// gone for its users. What was said are Transactions of the types Create,
// Correspond (public) and Comment (private) with at least one row of Attachments
// that has content. A leaf of the MIME tree is a file if it has a Filename; its
// Content is base64 or quoted-printable if ContentEncoding says so. Mails that
// were sent are Transactions of the types EmailRecord and CommentEmailRecord.
//
// Redmine 5 (db/migrate): what was said is an issue's description and its
// journals with notes; a journal without is a change of fields. A file is a row
// of attachments, its bytes lie under disk_directory/disk_filename, and a row of
// journal_details whose property is "attachment" tells the journal it came with.
// Attachments whose container_id is NULL were uploaded and never used.
package recount
