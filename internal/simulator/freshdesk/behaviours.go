package freshdesk

import "github.com/safeconduct/safeconduct/internal/simulator"

// Where it is known from.
const (
	reference = "https://developers.freshdesk.com/api/"
	community = "https://community.freshworks.com/api-and-webhooks-11406/api-freshdesk-40750"
	readers   = "messages in the change logs and issues of others who read Freshdesk (airbyte source-freshdesk 0.2.4, zammad#3681, tap-freshdesk#29)"
	belief    = "reports of others who migrated"
)

// Behaviours lists what this account does that a connector has to know. Every one
// is shown by a test of its ID.
func Behaviours() []simulator.Behaviour {
	known := func(id, text, source string) simulator.Behaviour {
		return simulator.Behaviour{ID: id, Text: text, Source: source}
	}
	believed := func(id, text, source string) simulator.Behaviour {
		return simulator.Behaviour{ID: id, Text: text, Source: source, Unverified: true}
	}
	return []simulator.Behaviour{
		known("auth-key", "Basic authentication with the API key as the name", reference),
		known("limit-account", "requests a minute by plan, told by X-RateLimit-*; then 429 with Retry-After", reference),
		known("limit-endpoint", "lists, creates and updates have limits of their own below that of the account", reference),
		known("limit-include", "what is included costs more of the limit", reference),
		known("list-month", "without updated_since the list has the tickets of the last 30 days", reference),
		known("list-wall", "no page behind the 300th is given", community),
		known("list-size", "a page has 30 records, 100 at most; a Link leads to the next", reference),
		known("list-drift", "an edit moves a ticket to the end of the list by updated_at, and others over the edges of pages", readers),
		believed("list-since", "updated_since takes whole seconds, the second itself included", readers),
		known("list-deleted", "deleted tickets and spam are in the lists that filters ask for, and in no other", reference),
		known("list-bare", "the list has descriptions and stats only where they are included", reference),
		believed("list-trash", "a deleted ticket is still shown by its id, as deleted", belief),
		known("search", "search finds by custom field, 30 a page and ten pages", reference),
		believed("search-lag", "search knows a ticket only after a while", belief),

		believed("create-now", "a ticket, note or reply has the date of now; dates are unknown fields and refused", belief),
		known("create-needs", "a ticket needs a requester, a subject and a description", reference),
		known("create-mail", "unless notifications are off, a new ticket is mailed to its requester", reference),
		known("words", "status and priority are numbers, those of status the account's own", reference),
		known("field-unknown", "a field that there is not is refused", reference),
		known("note-silent", "a note is sent to nobody, a reply to the requester", reference),
		believed("note-user", "a note can be in the name of a contact, as incoming", belief),
		believed("note-opens", "what comes in opens a ticket that was resolved or closed", belief),
		known("file-size", "a message has 20 MB of files at most", reference),
		believed("file-address", "the address of a file leads to a store elsewhere, which knows no key, and dies", belief),

		known("people-external", "a contact is found by unique_external_id, which no other can have", reference),
		known("people-unique", "an address belongs to one person, agent or contact; a second is answered 409", reference),
		believed("people-order", "contacts are listed by their names, which an edit moves", belief),
		known("people-deleted", "deleted contacts are in the list that state asks for", reference),
		believed("people-destroyed", "to destroy a contact destroys the tickets that the contact asked for", belief),
		known("rules-list", "lists of automations and policies have those that are off too", reference),
		known("company-unique", "a company's name is unique", reference),
	}
}
