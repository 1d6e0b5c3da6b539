package workflow

import (
	"context"
	"time"
)

// wait lets time pass: for some seconds, or until a point in time.
// https://states-language.net/spec.html#wait-state
type wait struct {
	seconds *setting
	until   *setting
}

func (p *parser) wait(f *fields) work {
	f.oneOf("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
	w := &wait{seconds: f.wholeSetting("Seconds", 0, longestTimeout)}
	w.until = f.setting("Timestamp", func() any {
		text := f.text("Timestamp")
		if _, ok := timestamp(text); !ok {
			p.invalid(f.at+"/Timestamp", "it is no RFC 3339 timestamp")
		}
		return text
	})
	return w
}

// do puts the end of the wait into the journal before it waits, so that an
// execution that was interrupted does not wait anew.
func (w *wait) do(ctx context.Context, v *visit, input any) (any, error) {
	until := v.past.until
	if until.IsZero() {
		var err error
		if until, err = w.end(v, input); err != nil {
			return nil, err
		}
	}
	if !until.After(v.clock().Now()) {
		return input, nil
	}
	if v.past.until.IsZero() {
		if err := v.record(ctx, Entry{Kind: entryWait, Until: until}); err != nil {
			return nil, err
		}
	}
	return input, v.sleepUntil(ctx, until)
}

func (w *wait) end(v *visit, input any) (time.Time, error) {
	if w.seconds != nil {
		n, err := w.seconds.whole(v.see(input))
		if err == nil && (n < 0 || n > longestTimeout) {
			err = runtimeFailure("The Seconds parameter must be from 0 to %d.", longestTimeout)
		}
		return v.entered.Add(seconds(int(n))), err
	}
	value, err := w.until.value(v.see(input))
	if err != nil {
		return time.Time{}, err
	}
	t, ok := timestamp(value)
	if !ok {
		return t, runtimeFailure("The TimestampPath parameter does not reference a valid RFC 3339 timestamp: %v", w.until.source)
	}
	return t, nil
}
