package simulator_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// counter is a platform that counts what it is asked to do.
func counter(done *int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*done++
		_, _ = io.WriteString(w, "0123456789")
	})
}

func TestFaultsDoWhatTheySay(t *testing.T) {
	for effect, want := range map[simulator.Effect]struct {
		done int
		read string
	}{simulator.Refuse: {0, ""}, simulator.Drop: {0, ""}, simulator.Lose: {1, ""}, simulator.Cut: {1, "01234"}} {
		var done int
		var faults simulator.Faults
		faults.Add(simulator.Fault{Method: "POST", Path: "/a", When: simulator.Nth(1), Effect: effect, Status: 503, After: 7})
		platform := simulator.Transport{Platform: faults.Wrap(counter(&done))}
		read := ""
		res, err := send(platform, "POST", "http://desk/a")
		if err == nil {
			text, short := io.ReadAll(res.Body)
			read = string(text)
			if effect == simulator.Cut && !errors.Is(short, io.ErrUnexpectedEOF) {
				t.Errorf("%s: the answer ends with %v", effect, short)
			}
			if effect == simulator.Refuse && (res.StatusCode != 503 || res.Header.Get("Retry-After") != "7") {
				t.Errorf("%s: %d after %s", effect, res.StatusCode, res.Header.Get("Retry-After"))
			}
		}
		if done != want.done || read != want.read {
			t.Errorf("%s: carried out %d times and read %q, want %d and %q", effect, done, read, want.done, want.read)
		}
		if res, err := send(platform, "POST", "http://desk/a"); err != nil || res.StatusCode != 200 {
			t.Errorf("%s: the second request fails: %v", effect, err)
		}
	}
}

func send(through http.RoundTripper, method, url string) (*http.Response, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	return through.RoundTrip(r)
}

func TestALimitHoldsUntilItsWindowIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock simulator.Clock
		limiter := simulator.NewLimiter(&clock)
		limit := simulator.Limit{Most: 2, Per: time.Minute}
		for range 2 {
			if taken := limiter.Take("x", limit); !taken.OK {
				t.Error("refused within the limit")
			}
		}
		time.Sleep(59 * time.Second)
		if taken := limiter.Take("x", limit); taken.OK || taken.Resets != time.Second {
			t.Errorf("beyond the limit: %+v", taken)
		}
		clock.Advance(time.Second)
		if taken := limiter.Take("x", limit); !taken.OK || taken.Remaining != 1 {
			t.Errorf("in the next window: %+v", taken)
		}
	})
}

func TestABeliefIsPrintedAsSuch(t *testing.T) {
	all := []simulator.Behaviour{{ID: "a", Text: "does", Source: "seen"}, {ID: "b", Text: "may do", Source: "hearsay", Unverified: true}}
	if got, want := simulator.Summary("Desk", all), "simulated: 2 behaviours of Desk, 1 of them unverified"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var b strings.Builder
	if err := simulator.Print(&b, all); err != nil || strings.Count(b.String(), "UNVERIFIED") != 1 {
		t.Errorf("printed %q, %v", b.String(), err)
	}
}
