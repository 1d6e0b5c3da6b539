package redmine

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// bookTime books what is not booked yet.
func (t *target) bookTime(ctx context.Context, f *facts, key string, k *helpdesk.Ticket) error {
	there := map[string]int{}
	err := each(ctx, t.desk, "list time entries", "/time_entries.json", "time_entries", url.Values{"issue_id": {key}}, func(e timeEntry) bool {
		h, _ := e.Hours.Float64()
		there[fmt.Sprintf("%.2f %s %s", h, e.Spent, e.Comments)]++
		return true
	})
	if err != nil {
		return err
	}
	for _, e := range k.TimeEntries {
		entry := t.timeBody(f, key, k, e)
		same := fmt.Sprintf("%.2f %s %s", entry["hours"], entry["spent_on"], entry["comments"])
		if there[same] > 0 {
			there[same]--
			continue
		}
		if err := t.book(ctx, entry, e.Person); err != nil {
			return err
		}
	}
	return nil
}

// maxNote is the longest comment of a time entry (TimeEntry, validates_length_of).
const maxNote = 1024

func (t *target) timeBody(f *facts, key string, k *helpdesk.Ticket, e helpdesk.TimeEntry) map[string]any {
	spent := e.Spent
	if spent.IsZero() {
		spent = k.Created
	}
	body := map[string]any{"issue_id": key, "hours": max(hours(e.Seconds), 0.01), "comments": shorten(e.Note, maxNote), "spent_on": spent.UTC().Format("2006-01-02")}
	for i, a := range f.activities {
		if i == 0 || a.Default {
			body["activity_id"] = a.ID
		}
	}
	return body
}

// book books a time for the person, or, where Redmine does not let it be booked
// for that person, for the account.
func (t *target) book(ctx context.Context, entry map[string]any, person string) error {
	if person != "" {
		entry["user_id"] = person
		err := t.send(ctx, http.MethodPost, "book time", "/time_entries.json", "", map[string]any{"time_entry": entry}, nil)
		if refused(err) == nil || err == nil || !isRejected(err) {
			return err
		}
		delete(entry, "user_id")
	}
	return refused(t.send(ctx, http.MethodPost, "book time", "/time_entries.json", "", map[string]any{"time_entry": entry}, nil))
}
