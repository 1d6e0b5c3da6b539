// Package redmine reads and writes a Redmine 5 by its REST API
// (https://www.redmine.org/projects/redmine/wiki/Rest_api). What follows was
// tried on Redmine 5.0.4.
//
// # What is what
//
// A project is a group, a tracker the type of a ticket. An issue's description is
// the comment that the ticket opens with, each journal with notes or files a
// further one; a journal without is a change of fields. Files belong to the
// issue; the details of a journal tell which came with it. Watchers are
// followers. Wiki pages are articles, written in Markdown.
//
// # What Redmine does not take, and does not say
//
//   - The status of a new issue is ignored, with 201: it is set by a second
//     request (Issue#new_statuses_allowed_to).
//   - No date can be written but start and due (Issue, safe_attributes): a line of
//     package origin tells them.
//   - The author is who sends the request. An administrator may send in the name
//     of an active user (X-Redmine-Switch-User); what that user may not do is left
//     out with 204, and a private note becomes a public one. So permissions are
//     looked at first (see desk.may), and where one is missing the line names the
//     author.
//   - Of a private note with files it makes two journals, and the one with the
//     files is public (Journal#split_private_notes): files are never private.
//   - PUT answers 204 and no body: a note's id is learned by reading only.
//   - A user needs first name, last name, login and one address; addresses beyond
//     ASCII are refused.
//   - Times are kept in hundredths of an hour, subjects up to 255 characters.
//   - Signs in the names of files: see fileName.
//   - If-Match is ignored, and there is no way to know a repeated request: nothing
//     that creates is sent twice.
//
// # Reading while agents work
//
// Issues are read by their ids (filter issue_id >=), so neither an edit nor a
// deletion moves a page. Journals are in no list: every issue is a request.
//
// # Markers
//
// A custom field of issues, users and projects. Issues are found by a filter;
// users and projects by going through the list, which shows custom fields. The
// marker of a wiki page is the comment on its first version.
package redmine
