package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// longestTurn is for how long a request waits for its turn in the account's budget;
// then the step ends and the runtime waits.
const longestTurn = 10 * time.Second

// afford waits until the account's budget lets the request go. Files that lie
// elsewhere are nobody's budget.
func (c *Client) afford(ctx context.Context, r Request) error {
	if c.o.Budget == nil || c.o.Readings == nil || r.Elsewhere != "" {
		return nil
	}
	for begun := time.Now(); ; {
		wait := c.o.Budget.Take(ctx, r.Class)
		if wait <= 0 {
			return nil
		}
		if time.Since(begun)+wait > longestTurn || tooLate(ctx, wait) {
			return fmt.Errorf("%s: %w", r.Name, &connectors.RateLimited{After: wait})
		}
		if Sleep(ctx, wait) != nil {
			return given(ctx, r.Name)
		}
	}
}

// spent takes in what an answer said of limits, and tells the budget; nil: there was no
// answer.
func (c *Client) spent(r Request, res *http.Response) {
	if c.o.Readings == nil || r.Elsewhere != "" {
		return
	}
	var all []connectors.Reading
	if res != nil {
		all = c.o.Readings(res.Header)
	}
	for _, one := range all {
		if one.Class == "" {
			c.mu.Lock()
			c.limit = one.Limit
			c.mu.Unlock()
		}
	}
	if c.o.Budget == nil {
		return
	}
	if res != nil && res.StatusCode == http.StatusTooManyRequests {
		all = refused(r.Class, all, retryAfter(res.Header))
	}
	c.o.Budget.Tell(r.Class, all...)
}

// refused marks the limit that a 429 is of: that which has nothing left, else that of
// the request's class, of which no header told.
func refused(class string, all []connectors.Reading, after time.Duration) []connectors.Reading {
	for i := range all {
		if all[i].Remaining == 0 {
			all[i].Refused = true
			return all
		}
	}
	return append(all, connectors.Reading{Class: class, Resets: after, Refused: true})
}
