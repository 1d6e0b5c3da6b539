package recount

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Redmine recounts a Redmine by its database and the folder of its files.
func Redmine(ctx context.Context, database, files string) (Desk, error) {
	r := open(ctx, database)
	var d Desk
	at := map[int64]int{} // issue → index
	opening := map[int64]string{}
	r.each(`SELECT i.id, i.subject, coalesce(i.description, ''), s.name, substr(i.created_on, 1, 19), coalesce((SELECT v.value FROM custom_values v
			JOIN custom_fields f ON f.id = v.custom_field_id WHERE f.name = '`+NumberField+`' AND v.customized_type = 'Issue'
			AND v.customized_id = i.id), '')
		FROM issues i JOIN issue_statuses s ON s.id = i.status_id ORDER BY i.id`, func(scan func(...any)) {
		var t Ticket
		var text string
		scan(&t.ID, &t.Subject, &text, &t.Status, &t.Opened, &t.Number)
		at[t.ID], opening[t.ID] = len(d.Tickets), text
		d.Tickets = append(d.Tickets, t)
	})
	r.redmineMessages(&d, at, opening, files)
	d.People = r.count(`SELECT count(*) FROM users WHERE type = 'User' AND login <> 'admin'`)
	d.Groups = r.count(`SELECT count(*) FROM projects WHERE status <> 9 AND identifier <> 'help-desk'`) // 9: archived
	d.Articles = r.count(`SELECT count(*) FROM wiki_pages`)
	d.Unused = r.count(`SELECT count(*) FROM attachments WHERE container_id IS NULL`)
	d.TimeSpent = r.count(`SELECT count(*) FROM time_entries`)
	return d, r.close()
}

// redmineMessages gives each issue its description, journals and files. A file
// that no journal names came with the issue.
func (r *reader) redmineMessages(d *Desk, at map[int64]int, opening map[int64]string, folder string) {
	files := r.redmineFiles(folder)
	for id, i := range at {
		if text := opening[id]; text != "" || len(files[origin{id, 0}]) > 0 {
			d.Tickets[i].Messages = []Message{{Text: text, At: d.Tickets[i].Opened, Files: files[origin{id, 0}]}}
		}
	}
	r.each(`SELECT id, journalized_id, notes, private_notes, substr(created_on, 1, 19) FROM journals
		WHERE journalized_type = 'Issue' AND id NOT IN (SELECT id FROM (`+splitJournals+`)) ORDER BY id`, func(scan func(...any)) {
		var journal, issue int64
		var notes *string
		var private bool
		var said string
		scan(&journal, &issue, &notes, &private, &said)
		with := files[origin{issue, journal}]
		if i, ok := at[issue]; ok && (notes != nil && *notes != "" || len(with) > 0) {
			m := Message{Private: private, At: said, Files: with}
			if notes != nil {
				m.Text = *notes
			}
			d.Tickets[i].Messages = append(d.Tickets[i].Messages, m)
		}
	})
}

// splitJournals are the journals that Redmine made of what came with a private
// note, and those notes (Journal#split_private_notes).
const splitJournals = `SELECT a.id, b.id AS note FROM journals a JOIN journals b ON b.id > a.id AND b.journalized_id = a.journalized_id
	AND b.user_id = a.user_id AND b.private_notes AND substr(b.created_on, 1, 19) = substr(a.created_on, 1, 19)
	WHERE coalesce(a.notes, '') = '' AND NOT EXISTS (SELECT 1 FROM journals c WHERE c.journalized_id = a.journalized_id AND c.id > a.id AND c.id < b.id)`

// An origin is what a file came with; journal 0 is the issue itself.
type origin struct{ issue, journal int64 }

func (r *reader) redmineFiles(folder string) map[origin][]File {
	files := map[origin][]File{}
	r.each(`SELECT a.container_id, coalesce(min(coalesce(s.note, j.id)), 0), a.filename, coalesce(a.disk_directory, ''), a.disk_filename
		FROM attachments a
		LEFT JOIN journal_details d ON d.property = 'attachment' AND d.prop_key = CAST(a.id AS TEXT)
		LEFT JOIN journals j ON j.id = d.journal_id AND j.journalized_type = 'Issue' AND j.journalized_id = a.container_id
		LEFT JOIN (`+splitJournals+`) s ON s.id = j.id
		WHERE a.container_type = 'Issue' GROUP BY a.id ORDER BY a.id`, func(scan func(...any)) {
		var o origin
		var name, directory, file string
		scan(&o.issue, &o.journal, &name, &directory, &file)
		content, err := os.ReadFile(filepath.Join(folder, directory, file))
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("recount: bytes of a file of issue %d: %w", o.issue, err)
		}
		files[o] = append(files[o], File{name, digest(content)})
	})
	return files
}
