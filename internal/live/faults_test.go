//go:build live

package live

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/faults"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// tooManyStarts is how often a run may ask for resume before a test gives up.
const tooManyStarts = 25

// toTheEnd migrates and resumes until the run ends, as an operator would who
// reads "try again with resume".
func toTheEnd(t *testing.T, w livetest.Workspace) (r livetest.Result, starts int) {
	t.Helper()
	command := "migrate"
	for starts = 1; starts <= tooManyStarts; starts++ {
		if r = w.Run(t, command); r.Code != livetest.ExitRetry {
			return r, starts
		}
		command = "resume"
	}
	t.Fatalf("%d starts, and still: %s", starts, livetest.Head(r.Errors))
	return r, starts
}

// pageAfter does what is asked and answers with a web page.
func pageAfter(x *faults.Exchange) {
	x.Forward()
	faults.Page(x)
}

// inTheWay are faults on the way into any target: each comes once, on requests
// that have nothing to do with one another.
func inTheWay() []faults.Rule {
	rules := []faults.Rule{}
	for i, act := range []faults.Action{
		faults.Refuse(http.StatusInternalServerError), faults.Refuse(http.StatusTooManyRequests, "Retry-After", "1"),
		faults.Refuse(http.StatusTooManyRequests), faults.Page, faults.Cut, faults.Drop, faults.Swallow,
		faults.Refuse(http.StatusServiceUnavailable, "Retry-After", "1"), faults.Refuse(http.StatusBadGateway),
	} {
		rules = append(rules, faults.Rule{Method: "GET", Nth: 7 + 9*i, Act: act})
	}
	for i, act := range []faults.Action{
		faults.Refuse(http.StatusInternalServerError), faults.Lie(http.StatusInternalServerError), faults.Swallow, faults.Drop,
		faults.Refuse(http.StatusTooManyRequests, "Retry-After", "1"), faults.Refuse(http.StatusTooManyRequests), faults.Page, pageAfter,
		faults.Cut, faults.Lie(http.StatusBadGateway), faults.Refuse(http.StatusServiceUnavailable), faults.Late(500*time.Millisecond, nil),
	} {
		rules = append(rules, faults.Rule{Method: "POST|PUT", Path: written, Nth: 5 + 6*i, Act: act})
	}
	return rules
}

func TestFaultsOnTheWayInLoseAndDoubleNothing(t *testing.T) {
	account := livetest.First(sample.Live(), 30)
	source := livetest.Export(t, account)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Silent)
			proxy := faults.Start(d.URL)
			t.Cleanup(proxy.Close)
			rules := inTheWay()
			if name == peers.RT {
				end := func() {
					if err := d.EndSessions(); err != nil {
						t.Error(err)
					}
				}
				rules = append(rules, faults.Rule{Method: "POST", Path: `/ticket$`, Nth: 9, Act: faults.Call(end, faults.Forward)},
					faults.Rule{Method: "GET", Nth: 100, Act: faults.Call(end, faults.Forward)})
			}
			proxy.Plan(rules...)
			w := livetest.NewWorkspace(t, "faults", source, d.Side(proxy.URL, ""), words)
			r, starts := toTheEnd(t, w)
			t.Logf("%d faults, %d starts", len(rules), starts)
			for _, missed := range proxy.Unmet() {
				t.Errorf("a fault that never came: %s, the %d.", missed.Method, missed.Nth)
			}
			r.Wants(t, livetest.ExitDone, livetest.ExitPartial)
			livetest.WantClean(t, w.Report(t, r))
			livetest.WantAll(t, d.Recount(t), account)
		})
	}
}

// TestFaultsOnTheWayOutLoseNothing reads both help desks through faults, into an
// archive, and compares with what they give without.
func TestFaultsOnTheWayOutLoseNothing(t *testing.T) {
	account := livetest.First(sample.Live(), 30)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Silent)
			livetest.NewWorkspace(t, "seed", livetest.Export(t, account), d.Side(d.URL, ""), words).Run(t, "migrate").Wants(t, livetest.ExitDone)
			proxy := faults.Start(d.URL)
			t.Cleanup(proxy.Close)
			var calm, stormy map[string]int
			for _, read := range []*map[string]int{&calm, &stormy} {
				if read == &stormy {
					rules := inTheWay()[:9]
					for i := range rules {
						rules[i].Method = "GET|POST" // RT is searched by POST
					}
					proxy.Plan(append(rules, faults.Rule{Path: `/users(\.json)?$|/issues\.json$|/tickets$`, Nth: 2, Act: faults.Again})...)
				}
				w := livetest.NewWorkspace(t, "out", d.Side(proxy.URL, ""), "{connector: archive, path: out}", "")
				r, starts := toTheEnd(t, w)
				r.Wants(t, livetest.ExitDone, livetest.ExitPartial)
				*read = map[string]int{}
				for _, k := range w.Report(t, r).Kinds {
					for outcome, n := range k.Outcomes {
						(*read)[k.Kind+" "+outcome] = n
					}
				}
				t.Logf("%d starts: %v", starts, *read)
			}
			if fmt.Sprint(calm) != fmt.Sprint(stormy) || calm["ticket loaded"] != 30 {
				t.Errorf("without faults %v, with them %v", calm, stormy)
			}
			if left := proxy.Unmet(); len(left) > 0 {
				t.Errorf("%d faults never came", len(left))
			}
		})
	}
}

// TestWhatWaitingDoesNotMendIsSaid gives the program addresses and accounts that
// do not work. It must say what to do, at once, and touch nothing.
func TestWhatWaitingDoesNotMendIsSaid(t *testing.T) {
	source := livetest.Export(t, livetest.First(sample.Live(), 1))
	for _, name := range []string{peers.RT, peers.Redmine} {
		d := livetest.Open(t, name, peers.Silent)
		before := d.Rows(t)
		proxy := faults.Start(d.URL)
		t.Cleanup(proxy.Close)
		unknown := faults.StartTLS(d.URL)
		t.Cleanup(unknown.Close)
		words := map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine}[name]
		for what, c := range map[string]struct {
			address string
			wrong   bool // secret
			rules   []faults.Rule
			codes   []int
			says    string
		}{
			"wrong password":      {d.URL, true, nil, []int{livetest.ExitFatal}, map[string]string{peers.RT: "password", peers.Redmine: "key"}[name]},
			"no instance":         {d.URL + "/nowhere", false, nil, []int{livetest.ExitUsage, livetest.ExitRetry, livetest.ExitFatal}, "address"},
			"unknown certificate": {unknown.URL, false, nil, []int{livetest.ExitUsage}, "certificate is not trusted"},
			"no TLS":              {strings.Replace(d.URL, "http:", "https:", 1), false, nil, []int{livetest.ExitUsage, livetest.ExitRetry}, "TLS"},
			"nobody listens":      {"http://127.0.0.1:9", false, nil, []int{livetest.ExitRetry}, "Nothing listens"},
			"a page":              {proxy.URL, false, []faults.Rule{{Act: faults.Page}}, []int{livetest.ExitUsage, livetest.ExitRetry}, map[string]string{peers.RT: "no Request Tracker", peers.Redmine: "web page"}[name]},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				proxy.Plan(c.rules...)
				target := d.Side(c.address, "")
				if c.wrong {
					target = livetest.Side(strings.NewReplacer(livetest.RTPassword, "SAFECONDUCT_TEST_WRONG", livetest.RedmineKey, "SAFECONDUCT_TEST_WRONG").Replace(string(target)))
					t.Setenv("SAFECONDUCT_TEST_WRONG", "0123456789012345678901234567890123456789")
				}
				r := livetest.NewWorkspace(t, "wrong", source, target, words).Run(t, "migrate").Wants(t, c.codes...)
				said := string(r.Errors)
				if !strings.Contains(said, c.says) {
					t.Errorf("it does not say %q: %s", c.says, said)
				}
				if r.Took > time.Minute {
					t.Errorf("it said so after %s", r.Took)
				}
				t.Logf("%s", said)
			})
		}
		if after := d.Rows(t); len(livetest.Difference(before, after)) > 0 {
			t.Errorf("%s: it wrote all the same: %v", name, livetest.Difference(before, after))
		}
	}
}

// A mover is an account that is made for the migration, and loses its rights in
// the middle of it.
type mover struct {
	side   livetest.Side
	grant  func()
	revoke func()
}

func newMover(t *testing.T, d livetest.Desk, address string) mover {
	t.Helper()
	if d.Name == peers.Redmine {
		var made struct {
			User struct {
				ID  int
				Key string `json:"api_key"`
			}
		}
		d.Call(t, http.MethodPost, "/users.json", map[string]any{"user": map[string]any{"login": "mover", "firstname": "Max", "lastname": "Mover",
			"mail": "mover@peer.example.org", "generate_password": true, "admin": true}}, &made)
		path := fmt.Sprintf("/users/%d.json", made.User.ID)
		d.Call(t, http.MethodGet, path, nil, &made)
		t.Setenv("SAFECONDUCT_TEST_MOVER", made.User.Key)
		admin := func(is bool) func() {
			return func() { d.Call(t, http.MethodPut, path, map[string]any{"user": map[string]any{"admin": is}}, nil) }
		}
		return mover{livetest.Side(strings.ReplaceAll(string(d.Side(address, "")), livetest.RedmineKey, "SAFECONDUCT_TEST_MOVER")), admin(true), admin(false)}
	}
	const password = "Mover-4711-password"
	t.Setenv("SAFECONDUCT_TEST_MOVER", password)
	d.Call(t, http.MethodPost, "/REST/2.0/user", map[string]any{"Name": "mover", "Password": password, "Privileged": 1}, nil)
	var made struct{ ID int }
	d.Call(t, http.MethodGet, "/REST/2.0/user/mover", nil, &made)
	var groups struct{ Items []struct{ ID string } }
	d.Call(t, http.MethodPost, "/REST/2.0/groups", []map[string]any{{"field": "Name", "value": "Movers"}}, &groups)
	if len(groups.Items) != 1 {
		t.Fatal("no group Movers: the peers are older than this test; run: make peers-up")
	}
	group, user := "/REST/2.0/group/"+groups.Items[0].ID, fmt.Sprint(made.ID)
	grant := func() { d.Call(t, http.MethodPut, group+"/members", []string{user}, nil) }
	grant()
	target := strings.NewReplacer("user: root", "user: mover", livetest.RTPassword, "SAFECONDUCT_TEST_MOVER").Replace(string(d.Side(address, "")))
	return mover{livetest.Side(target), grant, func() { d.Call(t, http.MethodDelete, group+"/member/"+user, nil, nil) }}
}

func TestARightThatIsTakenAwayMidwayStopsTheRunAndNothingElse(t *testing.T) {
	account := livetest.First(sample.Live(), 20)
	source := livetest.Export(t, account)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Silent)
			proxy := faults.Start(d.URL)
			t.Cleanup(proxy.Close)
			m := newMover(t, d, proxy.URL)
			proxy.Plan(faults.Rule{Method: "POST", Path: `/ticket$|/issues\.json$`, Nth: 8, Act: faults.Call(m.revoke, faults.Forward)})
			w := livetest.NewWorkspace(t, "revoked", source, m.side, words)
			r := w.Run(t, "migrate").Wants(t, livetest.ExitFatal)
			if said := string(r.Errors); !strings.Contains(said, "right") {
				t.Errorf("it does not say that a right is missing: %s", said)
			}
			m.grant()
			r = w.Run(t, "resume").Wants(t, livetest.ExitDone, livetest.ExitPartial)
			livetest.WantClean(t, w.Report(t, r))
			livetest.WantAll(t, d.Recount(t), account)
		})
	}
}
