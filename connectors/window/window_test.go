package window_test

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/window"
)

func TestAPlaceIsWhatItWas(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 7, 900_000_000, time.UTC)
	w := window.Window{Since: at.Add(-time.Hour), Begun: at, After: 41}
	got, err := window.Parse(w.Cursor())
	if want := (window.Window{Since: at.Add(-time.Hour).Truncate(time.Second), Begun: at.Truncate(time.Second), After: 41}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if zero, err := window.Parse(""); err != nil || zero != (window.Window{}) {
		t.Errorf("the beginning is %+v, %v", zero, err)
	}
	for _, c := range []connectors.Cursor{"7", "a.b.c", "1.2.3.4", "-1.0.0"} {
		if _, err := window.Parse(c); err == nil {
			t.Errorf("%q was taken", c)
		}
	}
}

// TestATicketFromTheFutureHidesNothing: the next reading asks for what changes from now
// on, not from then on.
func TestATicketFromTheFutureHidesNothing(t *testing.T) {
	past := time.Now().Add(-time.Hour)
	var w window.Window
	if w.Begin(past); !w.Begun.Equal(past) {
		t.Errorf("it begins at %s, want the newest change, %s", w.Begun, past)
	}
	if w.Begin(time.Now().AddDate(1, 0, 0)); w.Begun.After(time.Now()) {
		t.Errorf("it begins at %s", w.Begun)
	}
	if w.Begin(time.Time{}); !w.Begun.IsZero() {
		t.Errorf("where there is nothing it begins at %s", w.Begun)
	}
}

// TestTheNextReadingBeginsBeforeThisOne: a little, and by the help desk's clock.
func TestTheNextReadingBeginsBeforeThisOne(t *testing.T) {
	begun := time.Date(2026, 3, 1, 9, 0, 7, 0, time.UTC)
	next, err := window.Parse(window.Window{Since: begun.AddDate(0, 0, -1), Begun: begun, After: 41}.Next())
	if err != nil || next.After != 0 || !next.Begun.IsZero() || !next.Since.Before(begun) || begun.Sub(next.Since) > 5*time.Minute {
		t.Errorf("got %+v, %v", next, err)
	}
	quiet, err := window.Parse(window.Window{}.Next())
	if err != nil || quiet != (window.Window{}) {
		t.Errorf("where nothing ever changed it is %+v, %v", quiet, err)
	}
}
