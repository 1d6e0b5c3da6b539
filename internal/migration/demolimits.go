package migration

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// DemoLimits bound demos where somebody else pays for them. The step that plans a
// demo holds it to them, and the step that reads does so again, for itself. The
// zero DemoLimits bound nothing: on one's own machine a demo may be as large as
// one likes.
type DemoLimits struct {
	Tickets     int   // of one demo
	FileBytes   int64 // of one file; larger ones stay behind
	RunsPerHour int   // of one tenant, over all its migrations
}

// tickets is how many a demo moves; it fails where more are asked for.
func (d DemoLimits) tickets(r Run) (int, error) {
	if d.Tickets > 0 && r.Limit > d.Tickets {
		return 0, failf(DemoLimited, "a demo moves %d tickets at most, %d were asked for", d.Tickets, r.Limit)
	}
	limit := cmp.Or(r.Limit, DemoLimit)
	if d.Tickets > 0 {
		limit = min(limit, d.Tickets)
	}
	return limit, nil
}

// admit counts a demo that is about to start.
func (d DemoLimits) admit(ctx context.Context, b Base, l *ledger.Ledger, r Run) error {
	if r.Mode != ModeDemo {
		return nil
	}
	if _, err := d.tickets(r); err != nil || d.RunsPerHour == 0 {
		return err
	}
	ok, err := l.CountDemo(ctx, r.ID, b.Now(), d.RunsPerHour)
	if err != nil {
		return ofStorage("count the demo", err)
	}
	if !ok {
		return failf(DemoLimited, "%d demos were started in this hour, which is as many as may be", d.RunsPerHour)
	}
	return nil
}

// admitted makes sure that a demo was counted, before it reads.
func (d DemoLimits) admitted(ctx context.Context, b Base, l *ledger.Ledger, r Run) error {
	if d.RunsPerHour == 0 {
		return nil
	}
	ok, err := l.DemoCounted(ctx, r.ID, b.Now())
	if err != nil {
		return ofStorage("read the count of demos", err)
	}
	if !ok {
		return failf(DemoLimited, "demo %s was not counted in this hour or the last", r.ID)
	}
	return nil
}

// file is the largest file that a run stages; 0: any.
func (d DemoLimits) file(r Run) int64 {
	if r.Mode != ModeDemo {
		return 0
	}
	return d.FileBytes
}

// errFileTooLarge ends the reading of a file that is larger than it may be,
// whatever the source said of its size.
var errFileTooLarge = errors.New("migration: the file is larger than a demo takes")

// A bounded reader fails behind so many bytes.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errFileTooLarge
	}
	return n, err
}
