package privacy

import (
	"encoding/binary"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// maxShift is how many days a time is moved at most: a year hides the day and the
// season, and leaves the years of a case about where they were.
const maxShift = 365

// whose names by whom the times of a record are shifted: all of a ticket by its
// requester, so that their order and the time between them stay. It is made of the
// source's keys, which are the same in every run.
func whose(rec *helpdesk.Record) string {
	if rec.Ticket != nil && rec.Ticket.Requester != "" {
		return string(helpdesk.KindPerson) + "/" + rec.Ticket.Requester
	}
	return string(rec.Kind) + "/" + rec.Key
}

// shift moves a time back by 1 to maxShift whole days of 24 hours: never into the
// future, where a help desk would refuse it or take it for a plan. The time of the day
// stays.
func (a *application) shift(value string) string {
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return "" // a time of the model always parses
	}
	sum := a.pseudonyms.Of("shift", a.whose)
	days := 1 + binary.BigEndian.Uint64(sum[:])%maxShift
	return t.Add(-time.Duration(days) * 24 * time.Hour).UTC().Format(time.RFC3339Nano)
}
