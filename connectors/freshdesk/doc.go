// Package freshdesk reads and writes a Freshdesk by its HTTP API.
//
// Nothing here has met the real Freshdesk: it has run against a simulator only,
// internal/simulator/freshdesk, which lists what it does, where that is known from
// and what is merely believed.
//
// # What is what
//
// Contacts and agents are people, companies organizations. A ticket's description
// is its first comment, by its requester; replies and notes are the others. Ids are
// keys.
//
// # Reading while agents work
//
// The list of tickets in the order of their last change moves while it is read, and
// ends at page 300. So page 1 is asked for each time, from the second of the last
// ticket on. Where one second fills a page, its pages are read from the last to the
// first: tickets leave a second that is over and never come to it, so they move
// towards pages that are still to be read. What lies behind page 300 of one second
// can't be reached, and is reported as broken, with its second.
//
// Contacts are listed in an order that edits change. After each page those are asked
// for that changed or were deleted meanwhile: they are given at once, and as many
// places as they are it goes back, for by so many others may have moved.
//
// # Writing
//
// No date can be written: a line of package origin tells it. Comments are notes,
// which go to nobody by mail; replies would. Markers are a custom field of tickets
// and companies, the unique external id of contacts, and a line in the description
// of groups. Tickets are found by the search, and, because its index is behind,
// among those that were created lately.
package freshdesk
