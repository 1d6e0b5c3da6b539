package connectors

import (
	"context"
	"time"
)

// Budgets share out what accounts of help desks answer in a minute, among all who
// ask them side by side and the customer's own agents. A runtime hands them to the
// connectors that it opens.
type Budgets interface {
	// Of is the budget of the account behind an address, such as
	// "https://acme.zendesk.com". The same address gives the same budget.
	Of(product, address string) Budget
}

// A Budget is that of one account. It is for use by many at once.
type Budget interface {
	// Take asks whether one more request may go. It returns 0 if it may, and counts
	// it; else after how long to ask again. class names a limit that holds for some
	// requests only, beside that of the account; it is empty for most. Who may ask
	// whatever was told of no limit so far.
	Take(ctx context.Context, class string) time.Duration

	// Tell notes what an answer said of limits: no reading where it said nothing.
	Tell(class string, all ...Reading)
}

// A Reading is what an answer says of a limit.
type Reading struct {
	// Class is that of the limit; empty for the account's.
	Class string
	// Limit is how many requests a window has, Remaining how many of them are left.
	// Where the answer does not say, as with the 429 of a limit without headers, Limit
	// is 0.
	Limit, Remaining int
	// Resets is in how many whole seconds, rounded down, the count starts anew;
	// negative where the answer does not say.
	Resets time.Duration
	// Cost is what the request itself took, where that is more than 1.
	Cost int
	// Refused: the request was beyond this limit.
	Refused bool
}

type budgets struct{}

// WithBudgets hands budgets to the connectors that are opened with the context.
func WithBudgets(ctx context.Context, b Budgets) context.Context {
	return context.WithValue(ctx, budgets{}, b)
}

// BudgetOf is the budget of the account behind an address; nil where the runtime
// shares none out.
func BudgetOf(ctx context.Context, product, address string) Budget {
	b, _ := ctx.Value(budgets{}).(Budgets)
	if b == nil {
		return nil
	}
	return b.Of(product, address)
}
