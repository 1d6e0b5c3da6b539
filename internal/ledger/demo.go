package ledger

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Demos of a tenant are counted in a partition of their own, one row an hour: so
// that all its migrations count together. The rows expire.
func (l *Ledger) demoKey(hour time.Time) Key {
	return Key{"demo#" + l.tenant, hour.UTC().Format("2006-01-02T15")}
}

// CountDemo counts a demo of this migration in its hour, once however often it is
// asked to. It reports false where the hour has most demos already.
func (l *Ledger) CountDemo(ctx context.Context, run string, now time.Time, most int) (bool, error) {
	key, name := l.demoKey(now), l.migration+"/"+run
	for {
		demos, version, err := load[[]string](ctx, l.store, key)
		switch {
		case err != nil:
			return false, err
		case slices.Contains(demos, name):
			return true, nil
		case len(demos) >= most:
			return false, nil
		}
		change := put(key, version, append(demos, name))
		change.Expires = now.Add(2 * demoHolds)
		if err := l.store.Commit(ctx, change); !errors.Is(err, ErrConflict) {
			return err == nil, err
		}
	}
}

// demoHolds is how long a demo that was counted may begin to read.
const demoHolds = time.Hour

// DemoCounted reports whether the demo was counted in this hour or the last.
func (l *Ledger) DemoCounted(ctx context.Context, run string, now time.Time) (bool, error) {
	for _, hour := range []time.Time{now, now.Add(-demoHolds)} {
		demos, _, err := load[[]string](ctx, l.store, l.demoKey(hour))
		if err != nil || slices.Contains(demos, l.migration+"/"+run) {
			return err == nil, err
		}
	}
	return false, nil
}
