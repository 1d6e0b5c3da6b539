// Package zendesk reads and writes a Zendesk, Support and Guide, by its HTTP API.
//
// Nothing here has met the real Zendesk: it has run against a simulator only,
// internal/simulator/zendesk, which lists what it does, where that is known from
// and what is merely believed.
//
// # What is what
//
// Users are people, agents and administrators agents. A ticket's comments are
// its comments, the first among them; a custom status is a status, its category
// the category. A translation of an article is an article. Ids are keys.
//
// # Reading while agents work
//
// Tickets and people are read by the cursor exports, in the order of changes: what
// changes meanwhile comes again, and what changed within the last minute is left to
// the next run, by Zendesk itself. Deleted rows of the exports are [connectors.Gone].
// The comments of a ticket are asked for ticket by ticket. The export of ticket
// events has them too, in fewer requests, but in the order of events: a ticket's are
// spread over the whole export, and a page, which keeps nothing, can't wait for them.
// Organizations and articles are exported by whole seconds; the last is read again.
// A merged ticket stays what it is in Zendesk: a closed ticket, with a link to the
// one that goes on.
//
// # Writing
//
// Tickets are imported, a hundred at a time, by jobs: an import takes dates and
// authors and runs no trigger. People and organizations are created, not "created
// or updated": that would take over somebody who is there already under the same
// address, and what an agent keeps of him. Markers are external ids; of a group, a
// line in its description; of an article, a label. What is uploaded is used at
// once: its token lives three days by some pages of Zendesk's, an hour by others.
//
// A comment that is added later has the date of then, and triggers run on it: a
// line of package origin tells the date, and the operator confirms that triggers
// and automations leave the account's changes alone (silenced).
//
// # Markup
//
// Zendesk keeps HTML. A text goes there with <br> for its line ends and is told by
// that it has no other marks when it comes back: package markup.
package zendesk
