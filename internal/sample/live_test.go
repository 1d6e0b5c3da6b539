package sample_test

import (
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

func TestLiveHasWhatTheLiveTestsPromiseToMove(t *testing.T) {
	live := sample.Live()
	comments, files, inline, emoji, long := 0, 0, 0, 0, 0
	tickets := live.Of(helpdesk.KindTicket)
	for _, r := range tickets {
		comments += len(r.Ticket.Comments)
		if len(r.Ticket.Comments) >= 60 {
			long++
		}
		for _, c := range r.Ticket.Comments {
			files += len(c.Attachments)
			for _, a := range c.Attachments {
				if a.Inline {
					inline++
				}
				if strings.ContainsAny(a.Name, "🎄💻🎁") {
					emoji++
				}
			}
		}
	}
	if len(tickets) != 300 || comments < 1400 || comments > 1500 || files < 700 || files > 800 || inline < 30 || emoji < 20 || long < 2 {
		t.Errorf("%d tickets, %d comments, %d files (%d inline, %d with emoji), %d long threads",
			len(tickets), comments, files, inline, emoji, long)
	}
}
