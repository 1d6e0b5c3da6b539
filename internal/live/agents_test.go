//go:build live

package live

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestWhatAgentsWriteWhileARunReadsArrivesOrIsPending lets agents answer and
// close tickets in Request Tracker while a run moves it to Redmine, and asks
// after one more run for each of their acts.
func TestWhatAgentsWriteWhileARunReadsArrivesOrIsPending(t *testing.T) {
	account := livetest.First(sample.Live(), 60)
	rt, redmine := livetest.Open(t, peers.RT, peers.Silent), livetest.Open(t, peers.Redmine, peers.Silent)
	seed := livetest.NewWorkspace(t, "seed", livetest.Export(t, account), rt.Side(rt.URL, ""), livetest.FromCSVToRT)
	seed.Run(t, "migrate").Wants(t, livetest.ExitDone)

	w := livetest.NewWorkspace(t, "agents", rt.Side(rt.URL, ""), redmine.Side(redmine.URL, ""), livetest.FromRTToRedmine)
	running := w.Command(t.Context(), "migrate")
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = running.Wait()
		close(ended)
	}()
	acts := work(t, rt, ended)
	if code := running.ProcessState.ExitCode(); code != livetest.ExitDone && code != livetest.ExitPartial {
		t.Fatalf("migrate ended with %d", code)
	}
	r := w.Run(t, "migrate").Wants(t, livetest.ExitDone, livetest.ExitPartial)
	pending := 0
	for _, k := range w.Report(t, r).Kinds {
		if k.Kind == "ticket" {
			pending = k.Outcomes[migration.OutcomePending]
		}
	}
	missing := missed(t, acts, rt.Recount(t), redmine.Recount(t))
	t.Logf("%d acts; %d tickets behind, %d named as pending", len(acts), len(missing), pending)
	if len(missing) > pending || pending > len(acts) {
		t.Errorf("%d tickets lack what agents did, %d are named as pending: %v", len(missing), pending, missing)
	}
	if len(acts) < 10 {
		t.Errorf("only %d acts while the run lasted: the test shows nothing", len(acts))
	}
}

// An act is what an agent did to a ticket.
type act struct {
	ticket int64
	reply  string // a text that stands nowhere else; empty: the status was changed
}

// work answers and closes one ticket after the other until the run ends.
func work(t *testing.T, rt livetest.Desk, ended chan struct{}) (acts []act) {
	tickets := rt.Recount(t).Tickets
	for i := 0; ; i++ {
		select {
		case <-ended:
			return acts
		default:
		}
		ticket := tickets[i*7%len(tickets)]
		a, path := act{ticket: ticket.ID}, "/REST/2.0/ticket/"+strconv.FormatInt(ticket.ID, 10)
		if i%3 == 2 {
			rt.Call(t, http.MethodPut, path, map[string]any{"Status": []string{"open", "stalled", "resolved"}[i%5%3]}, nil)
		} else {
			a.reply = fmt.Sprintf("An agent answers, act %d.", i)
			rt.Call(t, http.MethodPost, path+"/correspond", map[string]any{"Content": a.reply, "ContentType": "text/plain"}, nil)
		}
		acts = append(acts, a)
	}
}

// missed lists the tickets in which the target lacks a reply or has another
// status than the source.
func missed(t *testing.T, acts []act, source, target recount.Desk) map[string]bool {
	t.Helper()
	numbers, statuses := map[int64]string{}, map[string]string{}
	for _, ticket := range source.Tickets {
		numbers[ticket.ID], statuses[ticket.Number] = ticket.Number, ticket.Status
	}
	moved, err := target.ByNumber()
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{"new": "New", "open": "In Progress", "stalled": "Feedback", "resolved": "Closed", "rejected": "Rejected"}
	missing := map[string]bool{}
	for _, a := range acts {
		number := numbers[a.ticket]
		if !says(moved[number], a.reply) || moved[number].Status != words[statuses[number]] {
			missing[number] = true
		}
	}
	return missing
}

func says(t recount.Ticket, text string) bool {
	for _, m := range t.Messages {
		if strings.Contains(m.Text, text) {
			return true
		}
	}
	return false
}
