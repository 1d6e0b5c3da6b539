//go:build live

package live

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
)

// TestTheSinkSeesWhatAPeerMails makes sure that "no mail" in the other tests
// means just that.
func TestTheSinkSeesWhatAPeerMails(t *testing.T) {
	for _, name := range []string{peers.RT, peers.Redmine} {
		t.Run(name, func(t *testing.T) {
			d := livetest.Open(t, name, peers.Mailing)
			sink := listen(t, d)
			if n := sink.mailed(func() { d.OpenTicket(t, "mailing", d.Customer(t)) }); n == 0 {
				t.Error("no mail came out of a help desk that mails")
			}
			d.Fresh(t, peers.Silent)
			var customer any
			sink.mailed(func() { customer = d.Customer(t) }) // Redmine tells administrators of a new one, whatever its settings
			if n := sink.mailed(func() { d.OpenTicket(t, "silent", customer) }); n != 0 {
				t.Errorf("%d mails came out of a help desk that is silenced", n)
			}
		})
	}
}

// A sink counts what a peer mails.
type sink struct{ *peers.Sink }

func listen(t testing.TB, d livetest.Desk) sink {
	t.Helper()
	s, err := peers.Listen(d.Mail)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return sink{s}
}

// mailed counts the mails that come out while something is done and, because
// help desks send behind the answer, for a moment after.
func (s sink) mailed(do func()) int {
	before := s.Mails()
	do()
	time.Sleep(2 * time.Second)
	return s.Mails() - before
}
