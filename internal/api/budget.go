package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// MostReserve is the largest reserve, in percent: with more a migration would hardly
// move.
const MostReserve = 90

// A Budget is how a migration's share of the help desks' APIs stands.
type Budget struct {
	Migration string `json:"migration"`
	// Reserve is the percentage of each account's API that is left to agents.
	Reserve  int       `json:"reserve"`
	Accounts []Account `json:"accounts"` // of the tenant that told of a limit in the last minutes
}

// An Account is a limit of an account and who uses it up, in requests a minute.
type Account struct {
	Product   string    `json:"product"`
	Class     string    `json:"class,omitempty"` // of requests; empty: all
	Limit     int       `json:"limit"`
	Ours      int       `json:"ours"`
	Others    int       `json:"others"` // agents, and whoever else asks
	Reserve   int       `json:"reserve"`
	Remaining int       `json:"remaining"` // of the minute under way
	Refused   int       `json:"refused"`   // by 429, so far
	At        time.Time `json:"at"`
}

// A Reserve asks for another share: a number, or null for what the plan says.
type Reserve struct {
	Reserve json.RawMessage `json:"reserve"`
}

// ReserveOf asks for a percentage; nil is what the plan says.
func ReserveOf(percent *int) Reserve {
	text, _ := json.Marshal(percent) // a number or null
	return Reserve{text}
}

// percent is the number; nil stands for null. Nothing at all is no answer.
func (r Reserve) percent() (*int, error) {
	var n *int
	if len(r.Reserve) == 0 || json.Unmarshal(r.Reserve, &n) != nil || n != nil && (*n < 0 || *n > MostReserve) {
		return nil, invalid(fmt.Sprintf("reserve is a percentage from 0 to %d, or null for what the plan says", MostReserve))
	}
	return n, nil
}

// A Budgeter shares out what the accounts of help desks answer.
type Budgeter interface {
	// Budget returns ErrNotFound where there is no plan.
	Budget(ctx context.Context, m Migration) (Budget, error)

	// PutReserve changes the reserve, also of a run that is under way. The percentage
	// has been checked; nil is the plan's. ErrNotFound says that there is no plan.
	PutReserve(ctx context.Context, m Migration, percent *int) (Budget, error)
}

func (h *handler) budget(ctx context.Context, q request) (answer, error) {
	b, err := h.Backend.Budgets.Budget(ctx, q.of)
	return answer{status: http.StatusOK, body: b}, err
}

func (h *handler) putReserve(ctx context.Context, q request) (answer, error) {
	var r Reserve
	if err := q.parse(&r); err != nil {
		return answer{}, err
	}
	percent, err := r.percent()
	if err != nil {
		return answer{}, err
	}
	b, err := h.Backend.Budgets.PutReserve(ctx, q.of, percent)
	return answer{status: http.StatusOK, body: b}, err
}
