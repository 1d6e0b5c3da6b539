package rest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

func TestALimitOfAMinuteIsWaitedOutByWhoNeedsManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, tries := time.Now(), 0
		err := rest.Patiently(t.Context(), func() error {
			if tries++; tries < 3 {
				return &connectors.RateLimited{After: time.Minute}
			}
			return nil
		})
		if waited := time.Since(begun); err != nil || tries != 3 || waited != 2*time.Minute {
			t.Errorf("%v after %d tries and %s", err, tries, waited)
		}
		for name, limit := range map[string]time.Duration{"too long": time.Hour, "without an end": 0} {
			err := rest.Patiently(t.Context(), func() error { return &connectors.RateLimited{After: limit} })
			if !errors.Is(err, connectors.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
		short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun = time.Now()
		if err := rest.Patiently(short, func() error { return &connectors.RateLimited{After: time.Minute} }); err == nil || time.Since(begun) > 0 {
			t.Errorf("who has no time waited %s: %v", time.Since(begun), err)
		}
	})
}
