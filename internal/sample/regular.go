package sample

import (
	"fmt"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Regular is an account of equal tickets: five comments each, and with files a small
// one on seven of ten. What it takes to move it can be computed.
func Regular(tickets, people int, files bool) Account {
	a := Account{Files: map[string][]byte{}}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range people {
		r := helpdesk.New(helpdesk.KindPerson, fmt.Sprint("p", i))
		*r.Person = helpdesk.Person{Name: fmt.Sprint("Person ", i), Emails: []string{fmt.Sprintf("p%d@example.org", i)}, Role: helpdesk.RoleContact}
		a.Records = append(a.Records, r)
	}
	for i := range tickets {
		r := helpdesk.New(helpdesk.KindTicket, fmt.Sprint("t", i))
		t := r.Ticket
		t.Subject, t.Status, t.Requester, t.Created = fmt.Sprint("Subject ", i), "open", fmt.Sprint("p", i%people), at
		for c := range 5 {
			comment := helpdesk.Comment{Key: fmt.Sprint(i, "-", c), Author: fmt.Sprint("p", (i+c)%people), Body: fmt.Sprint("Text ", i, " ", c),
				Visibility: helpdesk.VisibilityPublic, Created: at.Add(time.Duration(c) * time.Hour)}
			if files && c == 0 && i%10 < 7 {
				key := fmt.Sprint("f", i)
				a.Files[key] = []byte(fmt.Sprint("content ", i))
				comment.Attachments = []helpdesk.Attachment{{Key: key, Locator: key, Name: key + ".txt", Size: int64(len(a.Files[key]))}}
			}
			t.Comments = append(t.Comments, comment)
		}
		a.Records = append(a.Records, r)
	}
	return a
}
