// Package archive keeps a help desk in a folder: the way to leave a platform
// without a new one, to hand a person their data, to look something up years
// later with nothing but SQL. It is a source as well: what was archived can be
// moved on.
//
//	archive.db         an SQLite database
//	blobs/ab/<sha256>  the attached files, each content once
//	README.txt         how to read them, for somebody who has only the folder
//
// Everything in it is plain text. The folder is closed to other users and the
// profile says so in a note; it is on the operator to keep it on an encrypted
// disk.
//
// # Schema
//
// The schema is built from the model (helpdesk.Tables) when the program starts:
// a table for each kind and for each part, a column for each field, under their
// names. A field that is added to the model has a column at once; an older
// archive gets it when it is next written to. Format, the version in the table
// meta, changes only when something goes or changes its meaning.
//
//	tickets                id, marker, number, subject, …
//	  ticket_custom        parent, position, name, values
//	  comments             id, parent, position, author, body, …
//	    comment_attachments  parent, position, name, …, blob, left_out
//	    comment_extra
//	  participants, links, time_entries, ratings, ticket_extra
//
// Ids are the archive's own, and references are ids, as in any target.
//
// # Promises
//
// A Create is one transaction, synced before it returns; a draft that is
// rejected leaves no trace and does not touch its neighbours. A file is durable
// before the row that names it. Remove deletes rows, overwrites them with zeros,
// and deletes files that nobody else refers to. Several processes may use one
// archive at a time: the right to write is SQLite's lock.
//
// An archive is read in the order in which it was written. Records that are
// added later come with a later run; links that are added to a record that was
// read do not: read an archive when it is complete.
package archive
