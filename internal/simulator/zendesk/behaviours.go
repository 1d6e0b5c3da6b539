package zendesk

import "github.com/safeconduct/safeconduct/internal/simulator"

// Where it is known from.
const (
	reference = "https://developer.zendesk.com/api-reference/"
	guide     = "https://developer.zendesk.com/documentation/"
	help      = "https://support.zendesk.com/hc/en-us/articles/"
	recorded  = "1,526 recorded requests to real accounts, 2023-08 to 2025-06"
	belief    = "reports of others who migrated"
)

// Behaviours lists what this account does that a connector has to know. Every
// one is shown by a test of its ID.
func Behaviours() []simulator.Behaviour {
	known := func(id, text, source string) simulator.Behaviour {
		return simulator.Behaviour{ID: id, Text: text, Source: source}
	}
	believed := func(id, text, source string) simulator.Behaviour {
		return simulator.Behaviour{ID: id, Text: text, Source: source, Unverified: true}
	}
	return []simulator.Behaviour{
		known("auth-token", "Basic authentication as address/token; whoever is nobody is told so by users/me with status 200", reference+"introduction/security-and-auth/"),
		known("limit-account", "700 requests a minute by plan, told by X-Rate-Limit and ratelimit-*; then 429 with Retry-After", reference+"introduction/rate-limits/"),
		known("limit-export", "exports have 10 requests a minute of their own", reference+"ticketing/ticket-management/incremental_exports/"),
		known("limit-endpoint", "some endpoints refuse although the account has room, told by a header of their own", guide+"api-basics/best-practices/best-practices-for-avoiding-rate-limiting"),
		known("limit-update", "a ticket takes 30 updates in ten minutes, an account 100 a minute", reference+"introduction/rate-limits/"),
		known("limit-jobs", "30 jobs may wait or run", reference+"introduction/rate-limits/"),
		known("list-offset", "pages by number end at 10,000 records", reference+"introduction/rate-limits/"),
		known("list-cursor", "pages by cursor go on where they ended, whatever was deleted", guide+"api-basics/pagination/paginating-through-lists-using-cursor-pagination/"),
		known("list-archive", "the list of tickets leaves out the archive; exports do not", reference+"ticketing/tickets/tickets/"),
		known("list-external", "tickets, people and organizations are found by external_id at once", reference+"ticketing/tickets/tickets/"),

		known("feed-cursor", "the export by cursor is in the order of changes and never splits nor repeats a page", recorded),
		known("feed-minute", "what changed within the last minute is left out", help+"8143500919322"),
		believed("feed-cut", "the last minute is cut off within a second, which the cursor then takes for over", belief),
		known("feed-recent", "a start_time within the last minute is refused", guide+"ticketing/managing-tickets/using-the-incremental-export-api"),
		known("feed-end", "only end_of_stream tells the end; pages can be of any size", recorded),
		known("feed-deleted", "deleted tickets are rows of the export with status deleted: 515 of 1,000 on a recorded page", recorded),
		known("feed-clock", "generated_timestamp is when a ticket changed, updated_at is not: 459 of 1,000 differed", recorded),
		known("feed-seconds", "the export by time never splits a second, repeats the last one and ignores per_page", recorded),
		believed("feed-repeats", "a page may begin with a record that was on the one before", guide+"ticketing/managing-tickets/using-the-incremental-export-api"),
		believed("feed-inactive", "deleted people are rows of the export with active false", reference+"ticketing/ticket-management/incremental_exports/"),
		known("feed-events", "changes of tickets come with texts only where comment_events are asked for", reference+"ticketing/ticket-management/incremental_exports/"),
		known("feed-metrics", "metric_sets come beside tickets; imported tickets have none", reference+"ticketing/tickets/ticket_import/"),
		believed("feed-empty", "an export of nothing has no cursor", belief),

		known("import-dates", "an import takes created_at, updated_at, solved_at and the dates and authors of comments", reference+"ticketing/tickets/ticket_import/"),
		known("import-future", "a comment from the future is refused", reference+"ticketing/tickets/ticket_import/"),
		known("import-silent", "no trigger runs on an import and nobody is mailed; on the next update both happen", reference+"ticketing/tickets/ticket_import/"),
		known("import-archive", "archive_immediately puts closed tickets into the archive", reference+"ticketing/tickets/ticket_import/"),
		known("import-job", "create_many takes 100 and answers queued; then working with progress and no results, then completed with one result an index", recorded),
		known("create-now", "a ticket that is created and not imported has the date of now, and mails go out", reference+"ticketing/tickets/tickets/"),
		believed("import-open", "a new ticket with an assignee is open", belief),
		believed("import-assignee", "an assignee is an agent and a member of the group, or the ticket is refused", belief),
		believed("import-organization", "a ticket's organization is one of its requester's, else the requester's own", belief),
		known("import-due", "only a task has a due date", reference+"ticketing/tickets/tickets/"),
		believed("import-unknown", "values of custom fields that the account does not have are dropped without a word", reference+"ticketing/tickets/tickets/"),
		known("field-tags", "values of lists and boxes put their tags on the ticket", reference+"ticketing/tickets/ticket_fields/"),
		believed("tags-clean", "tags are in small letters, without spaces, sorted", belief),
		known("followers", "only agents follow a ticket", help+"5179445630234"),
		known("closed", "a closed ticket takes no update", reference+"ticketing/tickets/tickets/"),
		known("safe-update", "safe_update with an old updated_stamp is answered 409", reference+"ticketing/tickets/tickets/"),
		known("reopen", "a reply of the requester opens a solved ticket", help+"4408832151834"),
		known("comment-count", "a ticket takes 5,000 comments", reference+"ticketing/tickets/ticket_comments/"),
		known("comment-html", "html_body comes in a div of Zendesk's", recorded),
		believed("comment-clean", "scripts and handlers are taken out of html_body", belief),
		believed("comment-long", "a comment of more than 64 KiB is refused", belief),
		believed("note-author", "on some accounts an end user can't be the author of a private comment", belief),
		known("inline-images", "pictures in the text are attachments only where include_inline_images asks for them", reference+"ticketing/tickets/ticket_comments/"),

		known("upload-token", "an upload's token lives three days and is used once", reference+"ticketing/tickets/ticket-attachments/"),
		believed("upload-hour", "on some accounts the token lives an hour: the vendor's pages say both", help+"4408887057946"),
		known("file-redirect", "an attachment's address redirects to another host, which refuses Zendesk's credentials", guide+"ticketing/managing-tickets/accessing-end-user-uploaded-attachments/"),
		believed("file-brand", "a file's address can be that of another brand of the account; its path is good on all", belief),
		believed("file-size", "a file has 50 MB at most", belief),

		known("rules-count", "lists of triggers, automations, macros and addresses tell how many there are", reference+"ticketing/business-rules/triggers/"),

		known("people-unique", "an address belongs to one person; create_many refuses it a second time", reference+"ticketing/users/users/"),
		known("people-upsert", "create_or_update_many takes the person over who has the external_id or the address", reference+"ticketing/users/users/"),
		known("people-mail", "a new person is mailed unless skip_verify_email says no", reference+"ticketing/users/users/"),
		known("people-order", "results of a job stand in the order of its objects", "https://support.zendesk.com/hc/en-us/community/posts/4408861015066"),
		believed("groups-deleted", "the list of groups has deleted ones", reference+"ticketing/groups/groups/"),
		known("organization-unique", "an organization's name is unique", reference+"ticketing/organizations/organizations/"),
		believed("search-lag", "search knows a record only after a while", belief),

		known("merge", "a merge is a job that closes tickets; a private comment on each names the other", reference+"ticketing/tickets/tickets/"),
		believed("merge-tag", "a merged ticket has the tag closed_by_merge", belief),
		known("delete-ticket", "a deleted ticket is not found, and can be restored", reference+"ticketing/tickets/tickets/"),
		believed("delete-ticket-for-good", "what is deleted for good is scrubbed, with its files, and stays a row of the export", belief),
		believed("delete-person", "who asks for a ticket that is not closed can't be deleted", reference+"ticketing/users/users/"),
		known("delete-person-for-good", "a person deleted for good is only an id, and its compliance statuses tell how far that is", reference+"ticketing/users/users/"),
		known("redact", "a redacted text is blotted out, a redacted file is empty", reference+"ticketing/tickets/ticket_comments/"),

		known("guide-path", "articles stand in sections, sections in categories or sections", reference+"help_center/help-center-api/sections/"),
		known("guide-labels", "articles are found by a label at once; there are labels on Professional and Enterprise plans only", reference+"help_center/help-center-api/article_labels/"),
		known("guide-author", "an article's author is an agent", reference+"help_center/help-center-api/articles/"),
		believed("guide-feed", "the export of articles is by time and has no row for what was deleted", reference+"help_center/help-center-api/articles/"),
		known("guide-files", "files are uploaded first and claimed by an article, 20 at a time", reference+"help_center/help-center-api/article_attachments/"),
		known("guide-translations", "an article has a translation for each language", reference+"help_center/help-center-api/translations/"),
		known("guide-edit", "title, text and draft are changed in a translation, labels in the article", reference+"help_center/help-center-api/translations/"),
		believed("guide-archive", "a deleted article is archived: its text stays", belief),
	}
}
