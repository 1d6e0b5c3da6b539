//go:build live

package live

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/faults"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// loaded is how many tickets the load state is measured with.
const loaded = 120

// BenchmarkLoad compares the load state alone with a plain loop that sends the
// same requests, one after the other over one connection, to the same server in
// the same state. Both go through the same proxy. A ratio of 1 means that
// durable intents, probes and records of what came of them cost nothing.
func BenchmarkLoad(b *testing.B) {
	account := livetest.First(sample.Live(), loaded)
	source := livetest.Export(b, account)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		b.Run(name, func(b *testing.B) {
			d := livetest.Open(b, name, peers.Silent)
			proxy := faults.Start(d.URL)
			b.Cleanup(proxy.Close)
			for b.Loop() {
				d.Fresh(b, peers.Silent)
				proxy.Forget()
				proxy.Keep()
				livetest.NewWorkspace(b, "load", source, d.Side(proxy.URL, ""), words).Run(b, "migrate").Wants(b, livetest.ExitDone)
				requests, took := loadOf(proxy.Requests())
				d.Fresh(b, peers.Silent)
				plain := replay(b, d, proxy.URL, requests)
				b.Logf("%d requests: load %s, plain loop %s", len(requests), took.Round(time.Millisecond), plain.Round(time.Millisecond))
				b.ReportMetric(plain.Seconds()/took.Seconds(), "ratio")
				b.ReportMetric(loaded/took.Seconds(), "tickets/s")
				b.ReportMetric(loaded/plain.Seconds(), "plain-tickets/s")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// loadOf are the requests of the load state, from the first that changes the help
// desk to the last, and how long it took.
func loadOf(all []faults.Request) (load []faults.Request, took time.Duration) {
	from, to := -1, -1
	for i, r := range all {
		if changes(r) {
			if from < 0 {
				from = i
			}
			to = i
		}
	}
	load = all[from : to+1]
	for _, r := range load {
		took = max(took, r.At.Add(r.Took).Sub(load[0].At))
	}
	return load, took
}

// changes reports whether a request changes the help desk: searches and logins
// are sent by POST too.
func changes(r faults.Request) bool {
	if !r.Writes() {
		return false
	}
	u, err := url.Parse(r.URI)
	return err == nil && writtenPath.MatchString(u.Path)
}

// replay sends requests one after the other and returns how long that took.
func replay(b *testing.B, d livetest.Desk, address string, requests []faults.Request) time.Duration {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	if d.Name == peers.RT {
		res, err := client.PostForm(address+"/NoAuth/Login.html", url.Values{"user": {d.User}, "pass": {d.Password}})
		if err != nil {
			b.Fatal(err)
		}
		res.Body.Close()
	}
	began := time.Now()
	failed := ""
	for _, r := range requests {
		q, err := r.To(b.Context(), address)
		if err != nil {
			b.Fatal(err)
		}
		q.Header.Del("Cookie")
		res, err := client.Do(q)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != r.Status && failed == "" {
			failed = fmt.Sprintf("%s %s: %d, and %d before", r.Method, r.Path, res.StatusCode, r.Status)
		}
	}
	took := time.Since(began)
	if failed != "" {
		b.Errorf("the plain loop does not do the same: %s", failed)
	}
	return took
}
