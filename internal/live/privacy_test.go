//go:build live

package live

import (
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/faults"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestNobodyOnRecordStandsInTheTargetOfAPolicyThatHidesPeople searches Redmine's own
// database for who was in Request Tracker.
func TestNobodyOnRecordStandsInTheTargetOfAPolicyThatHidesPeople(t *testing.T) {
	account := livetest.First(sample.Live(), 30)
	rt, redmine := livetest.Open(t, peers.RT, peers.Silent), livetest.Open(t, peers.Redmine, peers.Silent)
	livetest.NewWorkspace(t, "seed", livetest.Export(t, account), rt.Side(rt.URL, ""), livetest.FromCSVToRT).Run(t, "migrate").Wants(t, livetest.ExitDone)
	people := identities(account)
	if told(rt.Recount(t), people) == 0 {
		t.Fatal("nobody is told in the source")
	}
	w := livetest.NewWorkspace(t, "hides", rt.Side(rt.URL, ""), redmine.Side(redmine.URL, ""), livetest.FromRTToRedmine)
	w.Edit(t, "preset: gdpr", "preset: pseudonymous")
	r := w.Report(t, w.Run(t, "migrate").Wants(t, livetest.ExitDone, livetest.ExitPartial))
	livetest.WantClean(t, r)
	brought := redmine.Recount(t)
	if n := len(brought.Tickets); n != len(account.Of(helpdesk.KindTicket)) {
		t.Errorf("%d tickets were brought", n)
	}
	if n := told(brought, people); n > 0 {
		t.Errorf("people on record are told %d times in the target", n)
	}
}

// identities are the names and addresses of an account's people, in lower case.
func identities(account sample.Account) (all []string) {
	for _, r := range account.Of(helpdesk.KindPerson) {
		for _, one := range append([]string{r.Person.Name}, r.Person.Emails...) {
			if strings.ContainsAny(one, " @") { // a name of one word may be a word
				all = append(all, strings.ToLower(one))
			}
		}
	}
	return all
}

// told counts in how many texts of a help desk somebody is told.
func told(d recount.Desk, people []string) (n int) {
	for _, k := range d.Tickets {
		texts := []string{k.Subject}
		for _, m := range k.Messages {
			texts = append(texts, m.Text)
		}
		for _, text := range texts {
			text = strings.ToLower(text)
			for _, one := range people {
				if strings.Contains(text, one) {
					n++
					break
				}
			}
		}
	}
	return n
}

// BenchmarkPolicy is the share that the policy of gdpr has in the time of a whole run
// from Request Tracker to Redmine: from the last answer of the one to the first request
// that changes the other, in which everything is detected, masked and searched again.
func BenchmarkPolicy(b *testing.B) {
	const tickets = 60
	rt, redmine := livetest.Open(b, peers.RT, peers.Silent), livetest.Open(b, peers.Redmine, peers.Silent)
	livetest.NewWorkspace(b, "seed", livetest.Export(b, livetest.First(sample.Live(), tickets)), rt.Side(rt.URL, ""), livetest.FromCSVToRT).
		Run(b, "migrate").Wants(b, livetest.ExitDone)
	out, in := faults.Start(rt.URL), faults.Start(redmine.URL)
	b.Cleanup(out.Close)
	b.Cleanup(in.Close)
	for b.Loop() {
		redmine.Fresh(b, peers.Silent)
		for _, proxy := range []*faults.Proxy{out, in} {
			proxy.Forget()
			proxy.Keep()
		}
		r := livetest.NewWorkspace(b, "policy", rt.Side(out.URL, ""), redmine.Side(in.URL, ""), livetest.FromRTToRedmine).Run(b, "migrate").Wants(b, livetest.ExitDone)
		reads := out.Requests()
		last := reads[len(reads)-1]
		written := in.Requests()
		for !changes(written[0]) {
			written = written[1:]
		}
		policy := written[0].At.Sub(last.At.Add(last.Took))
		b.ReportMetric(policy.Seconds()/r.Took.Seconds(), "share")
		b.ReportMetric(tickets/r.Took.Seconds(), "tickets/s")
		b.ReportMetric(0, "ns/op")
	}
}
