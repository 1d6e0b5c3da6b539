// Package window keeps the place of a reading of a help desk that can be asked for what
// changed since a time and for what has a higher number than another, as those can that
// people run themselves.
//
// A reading goes by numbers, which no edit moves. It begins at the time of the newest
// change that the help desk tells of before the first page, by its own clock; no restart
// moves that. What changes while it is read shows that time or a later one, and comes
// with the next reading, which asks for what changed since then, and a little before: a
// change becomes visible after its time was written.
package window

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// overlap is how long before a time a change may bear it that is not visible yet: as
// long as a transaction takes.
const overlap = 2 * time.Minute

// A Window is the place of one reading.
type Window struct {
	Since time.Time // only what changed since; zero: everything
	Begun time.Time // the newest change when the reading began; zero: nobody asked yet
	After int64     // the highest number that was read
}

// Parse reads a cursor. The empty one is the beginning of everything.
func Parse(c connectors.Cursor) (w Window, err error) {
	if c == "" {
		return w, nil
	}
	parts := strings.Split(string(c), ".")
	if len(parts) != 3 {
		return w, fmt.Errorf("a cursor of another source")
	}
	var n [3]int64
	for i, p := range parts {
		if n[i], err = strconv.ParseInt(p, 10, 64); err != nil || n[i] < 0 {
			return w, fmt.Errorf("a cursor of another source")
		}
	}
	return Window{at(n[0]), at(n[1]), n[2]}, nil
}

func at(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() // cut off: the whole second is read again
}

// Begin begins a reading of a help desk whose newest change was at a time; zero: there
// is none. A time that is still to come does not count, by our clock: what changes until
// then would be hidden. To begin earlier than need be only reads more.
func (w *Window) Begin(newest time.Time) {
	if now := time.Now(); newest.After(now) {
		newest = now.UTC()
	}
	w.Begun = newest
}

// Cursor is where the reading goes on.
func (w Window) Cursor() connectors.Cursor {
	return connectors.Cursor(fmt.Sprintf("%d.%d.%d", seconds(w.Since), seconds(w.Begun), w.After))
}

// Next is where the next reading begins, once this one is at its end. In a help desk in
// which nothing ever changed it reads everything.
func (w Window) Next() connectors.Cursor {
	if w.Begun.IsZero() {
		return Window{Since: w.Since}.Cursor()
	}
	return Window{Since: w.Begun.Add(-overlap)}.Cursor()
}
