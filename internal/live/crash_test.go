//go:build live

package live

import (
	"errors"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/faults"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// deaths is how often the program is killed on the way into each help desk.
const deaths = 33

// TestAKillAtAnyRequestLosesAndDoublesNothing kills the program while requests
// that write are on their way: before the help desk has them, when it has done
// what they ask and nobody has heard, and so that they arrive after the program
// is dead.
func TestAKillAtAnyRequestLosesAndDoublesNothing(t *testing.T) {
	account := livetest.First(sample.Live(), 30)
	source := livetest.Export(t, account)
	for name, words := range map[string]string{peers.RT: livetest.FromCSVToRT, peers.Redmine: livetest.FromCSVToRedmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Silent)
			proxy := faults.Start(d.URL)
			t.Cleanup(proxy.Close)
			w := livetest.NewWorkspace(t, "crash", source, d.Side(proxy.URL, ""), words)
			command, died := "migrate", map[string]int{}
			for i := 0; i < deaths; i++ {
				how, killed := dies(t, w, proxy, command, i)
				if !killed {
					break
				}
				died[how]++
				command = "resume"
			}
			total := 0
			for _, n := range died {
				total += n
			}
			t.Logf("killed %d times: %v", total, died)
			if total < deaths {
				t.Errorf("the run was through after %d kills, want %d", total, deaths)
			}
			proxy.Plan()
			r := w.Run(t, command).Wants(t, livetest.ExitDone, livetest.ExitPartial)
			livetest.WantClean(t, w.Report(t, r))
			livetest.WantAll(t, d.Recount(t), account)
		})
	}
}

// dies starts the program and kills it at one of its next requests that write.
func dies(t *testing.T, w livetest.Workspace, proxy *faults.Proxy, command string, nth int) (how string, killed bool) {
	t.Helper()
	c := w.Command(t.Context(), command)
	kill := func() { _ = c.Process.Kill() }
	ways := []struct {
		name string
		act  faults.Action
	}{
		{"before", faults.Call(kill, faults.Drop)},
		{"after", faults.Done(kill)},
		{"late", faults.Late(700*time.Millisecond, kill)},
	}
	way := ways[nth%len(ways)]
	path := written
	if nth >= deaths/5 {
		path = toTickets
	}
	proxy.Plan(faults.Rule{Method: "POST|PUT", Path: path, Nth: 1 + nth*5%7, Act: way.act})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	err := c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Logf("%s ended by itself: %v", command, err)
		return "", false
	}
	if len(proxy.Unmet()) > 0 {
		t.Fatal("killed, but not by the plan")
	}
	return way.name, true
}

// written are the paths by which a help desk is changed, and not those of RT's
// searches and logins, which are sent by POST too.
const written = `^/REST/2\.0/(ticket|user|queue|group/\d+/members)(/|$)|^/[a-z_]+(/\d+)?(/relations|/watchers|/memberships)?\.json$`

// toTickets are those by which tickets, messages and files are written: most
// deaths are on the way there.
const toTickets = `^/REST/2\.0/ticket(/|$)|^/(issues(/\d+)?|uploads)\.json$`

var writtenPath = regexp.MustCompile(written)
