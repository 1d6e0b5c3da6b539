package simulator

import (
	"slices"
	"sync"
	"time"
)

// A Mail is one that the platform would have sent.
type Mail struct {
	At     time.Time
	To     int64  // the person who would have got it
	Ticket int64  // that it is about, or 0
	Why    string // what sent it: a trigger, an invitation
}

// An Outbox keeps what would have been sent, so that silence can be shown.
type Outbox struct {
	mu    sync.Mutex
	mails []Mail
}

// Send puts a mail into the outbox.
func (o *Outbox) Send(m Mail) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append(o.mails, m)
}

// Mails are all mails so far, the oldest first.
func (o *Outbox) Mails() []Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mails)
}
