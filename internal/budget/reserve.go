package budget

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// keptSet is for how long a reserve that was set stays: as long as most plans let the
// ledger remember a migration.
const keptSet = 90 * 24 * time.Hour

// reread is how soon workers learn that a reserve was changed.
const reread = 5 * time.Second

func reserveKey(tenant, migration string) ledger.Key {
	return ledger.Key{Partition: partition(tenant), Sort: "reserve#" + migration}
}

// A reserve is the percentage that a migration leaves to agents.
type reserve struct {
	rows    Rows
	key     ledger.Key
	planned int

	mu    sync.Mutex
	value int
	read  time.Time
}

// set is what stands in the row.
type set struct {
	Percent int       `json:"percent"`
	At      time.Time `json:"at"`
}

// percent is what holds now. Where the row can't be read, what held before holds.
func (r *reserve) percent(ctx context.Context, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.read.IsZero() && now.Sub(r.read) < reread {
		return r.value
	}
	if value, err := reserveIn(ctx, r.rows, r.key, r.planned); err == nil || r.read.IsZero() {
		r.value = value
	}
	r.read = now
	return r.value
}

func reserveIn(ctx context.Context, rows Rows, key ledger.Key, planned int) (int, error) {
	found, err := rows.Get(ctx, key)
	if err != nil || found[0].Version == 0 {
		return planned, err
	}
	var s set
	if err := json.Unmarshal(found[0].Data, &s); err != nil {
		return planned, err
	}
	return s.Percent, nil
}

// SetReserve has a migration leave another percentage to agents, in seconds and from
// now on; nil is the plan's again.
func SetReserve(ctx context.Context, rows Rows, tenant, migration string, percent *int) error {
	change := ledger.Change{Key: reserveKey(tenant, migration), Expect: ledger.Any}
	if percent == nil {
		change.Delete = true
		return rows.Commit(ctx, change)
	}
	text, err := json.Marshal(set{*percent, time.Now().UTC()})
	if err != nil {
		return err
	}
	change.Data, change.Expires = text, time.Now().Add(keptSet)
	return rows.Commit(ctx, change)
}

// ReserveOf is the percentage that holds for a migration: what was set, else what its
// plan says.
func ReserveOf(ctx context.Context, rows Rows, tenant, migration string, planned int) (int, error) {
	return reserveIn(ctx, rows, reserveKey(tenant, migration), planned)
}

// A Standing is how a limit of an account stands, as its workers last knew it.
type Standing struct {
	Product   string    `json:"product"`
	Class     string    `json:"class,omitempty"` // of requests; empty: all
	Limit     int       `json:"limit"`           // requests a minute
	Ours      int       `json:"ours"`            // in the last minute that is over
	Others    int       `json:"others"`          // agents, and whoever else asks
	Reserve   int       `json:"reserve"`         // percent
	Remaining int       `json:"remaining"`       // of the minute under way
	Refused   int       `json:"refused"`         // by 429, so far
	At        time.Time `json:"at"`              // of the last answer that told
}

// Standings lists the limits that workers of a tenant asked within the last minutes.
func Standings(ctx context.Context, rows Rows, tenant string) (all []Standing, err error) {
	found, err := rows.List(ctx, partition(tenant), "limit#", "", 100)
	for _, row := range found {
		var w window
		if err := json.Unmarshal(row.Data, &w); err != nil {
			return nil, err
		}
		if time.Since(w.At) > 2*minute {
			continue
		}
		_, class, _ := strings.Cut(strings.TrimPrefix(row.Sort, "limit#"), "#")
		s := Standing{w.Product, class, w.Limit, w.Last.Ours, w.Last.Others, w.Reserve, w.Remaining, w.Refused, w.At}
		if s.Ours+s.Others == 0 { // the first minute
			s.Ours, s.Others = w.Ours, max(0, w.Limit-w.Remaining-w.Ours)
		}
		all = append(all, s)
	}
	return all, err
}
