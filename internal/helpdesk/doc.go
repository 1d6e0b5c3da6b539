// Package helpdesk is the canonical model: what a help desk holds, whatever
// product it is.
//
// A [Record] is one unit of migration. The ticket is an aggregate: its
// comments, participants, links, time entries, rating and attachment references
// travel inside it, because some targets import a ticket whole and because the
// privacy engine needs a ticket's people beside its text.
//
// The structs are the data dictionary as well. A `field` tag says what a
// struct field means; [Fields] lists them, and [Record.Values] and [Pairs] walk
// them. Column names of the CSV connector, tables of the archive, fidelity
// declarations of a connector, rules of a privacy policy and classes of the
// verification all use the same names ("ticket.subject", "comment.body"), so a
// field that is added here is known everywhere.
//
// This package imports nothing of ours.
package helpdesk
