// Package rt reads and writes a Request Tracker 5 by REST 2.0
// (https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html). What follows was tried
// on RT 5.0.3; names of modules are those of its source.
//
// # What is what
//
// A queue is a group, a user a person, known by the name and not by the number.
// Messages are the transactions of the types Create, Correspond (everybody) and
// Comment (agents); EmailRecord are copies of mails that RT sent and are left out.
// A message is a tree of MIME parts, which RT lists flat.
//
// # What RT does not take, and does not say
//
//   - A message has no date and no author but the account's (Message.pm): a line of
//     package origin tells them. A ticket's Created, Due, Starts and Creator are
//     taken at create. Resolved can be changed later, and must be: a ticket that
//     is resolved or rejected was solved at that moment unless told otherwise.
//   - New tickets can be new, open or resolved; other statuses are set after the
//     messages, for a reply opens a ticket again (scrip On Correspond Open Tickets).
//   - An owner without the right OwnTicket becomes Nobody, a value that a custom
//     field does not have is dropped, a Creator that does not exist reads back
//     empty, all with 201: what is sent is checked before.
//   - A subject is cut at 200 bytes; \r\n in a text becomes \n.
//   - Files of text/plain and text/html are turned into UTF-8 (RT::I18N), so that
//     others than UTF-8 are sent as application/octet-stream. Names in UTF-8 come
//     back with broken bytes; as words of RFC 2047 they come back whole.
//   - 200 and a sentence is also the answer to a change that was not made.
//   - A ticket is never gone: DELETE gives it the status deleted, and disables
//     users, queues and articles.
//   - A custom field that the account may not set is dropped, with 201: the marker
//     of a ticket is looked for when it is finished.
//   - The name of an article is taken once, whatever its class.
//   - Whoever has a cookie that is no session is sent to the front page, with 302.
//
// # Reading while agents work
//
// Tickets are read by their numbers (TicketSQL, id >), so neither an edit nor a
// new ticket moves a page. A page behind the last one is, by kind of list, empty
// or the last page again (Collection.pm): the end is told by the number of pages.
//
// # Markers
//
// A custom field of tickets, users, queues and articles; RT searches them all. A
// user, queue or article that is taken back keeps its row, name and address, so
// its marker is changed: nobody takes it for one that is there, and a later run
// takes it into use again.
//
// # Sessions
//
// A password costs RT 0.3 s of computing, so it is sent once, through the form
// that people use; the cookie goes with every request. RT answers requests of one
// session one after another.
package rt
