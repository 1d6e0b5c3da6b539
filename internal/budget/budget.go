// Package budget shares out what the API of a help desk answers in a minute: among
// the workers that run side by side, as processes or as Lambda functions, and the
// customer's own agents, for whom a reserve is kept.
//
// Nobody types a limit in. Every answer says how much of the account's limit is left
// ([connectors.Reading]); what is used up faster than we ask is what agents do. What
// is free is spread over the rest of the window: the reserve is let go of second by
// second, so that little of a window is left over when it ends.
//
// There is one row for each limit of an account, which all workers change. A worker
// asks it once a second for what it may send in that second: a read and a write. A
// worker that dies leaves a lease behind that is over in a second.
package budget

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Rows keep budgets; every [ledger.Store] does.
type Rows interface {
	Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error)
	List(ctx context.Context, partition, prefix, after string, limit int) ([]ledger.Row, error)
	Commit(ctx context.Context, changes ...ledger.Change) error
}

// kept is for how long rows stay that nobody changes.
const kept = 7 * 24 * time.Hour

// Budgets are those of the accounts that one worker asks for one migration.
type Budgets struct {
	rows    Rows
	tenant  string
	worker  string
	reserve *reserve

	mu       sync.Mutex
	accounts map[string]*account
}

// New gives the budgets that stand in rows. reserve is the percentage that the plan
// keeps for agents; what was set while the migration runs goes before it.
func New(rows Rows, tenant, migration string, planned int) *Budgets {
	return &Budgets{rows: rows, tenant: tenant, worker: rand.Text()[:8], accounts: map[string]*account{},
		reserve: &reserve{rows: rows, key: reserveKey(tenant, migration), planned: planned}}
}

// Of is the budget of an account. Its name in rows is a digest of the address.
func (b *Budgets) Of(product, address string) connectors.Budget {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = strings.ToLower(u.Host)
	}
	sum := sha256.Sum256([]byte(product + "\n" + address))
	name := hex.EncodeToString(sum[:8])
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.accounts[name] == nil {
		b.accounts[name] = &account{of: b, product: product, name: name, limits: map[string]*limit{}}
	}
	return b.accounts[name]
}

func partition(tenant string) string { return "budget#" + tenant }

// An account is the budget of one, as one worker has it.
type account struct {
	of            *Budgets
	product, name string

	mu     sync.Mutex
	limits map[string]*limit // by class
}

func (a *account) limit(class string) *limit {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limits[class] == nil {
		a.limits[class] = &limit{of: a.of, product: a.product, key: ledger.Key{Partition: partition(a.of.tenant), Sort: "limit#" + a.name + "#" + class}}
	}
	return a.limits[class]
}

// Take takes a request of the class, and of the account.
func (a *account) Take(ctx context.Context, class string) time.Duration {
	if class == "" {
		return a.limit("").take(ctx)
	}
	if wait := a.limit(class).take(ctx); wait > 0 {
		return wait
	}
	wait := a.limit("").take(ctx)
	if wait > 0 {
		a.limit(class).giveBack()
	}
	return wait
}

// Tell hands readings to the limits that they are of.
func (a *account) Tell(class string, all ...connectors.Reading) {
	sent := a.limit("").answered()
	if class != "" {
		a.limit(class).answered()
	}
	for _, r := range all {
		a.limit(r.Class).tell(r, sent)
	}
}

// A limit is what one worker holds of a limit.
type limit struct {
	of      *Budgets
	product string
	key     ledger.Key

	mu       sync.Mutex
	known    window // as it stood when it was last asked for
	left     int    // requests that may go until the lease is over
	until    time.Time
	ask      time.Time   // not before
	free     bool        // no limit is known: whatever is asked goes
	since    time.Time   // sent counts from then
	sent     int         // and not yet entered
	underWay []time.Time // when each was sent that has no answer yet
	told     []told      // and not yet entered
}

// unknownFor is how long a worker goes on without a look whether somebody else was
// told of a limit of which it was told nothing.
const unknownFor = 10 * time.Second

func (l *limit) take(ctx context.Context) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case now.Before(l.until) && (l.left > 0 || l.free):
	case now.Before(l.ask):
		return l.ask.Sub(now)
	default:
		if wait := l.renew(ctx, now); wait > 0 {
			l.ask = now.Add(wait)
			return wait
		}
	}
	l.left--
	l.sent++
	l.underWay = append(l.underWay, now)
	return 0
}

func (l *limit) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left++
	l.sent--
	l.underWay = l.underWay[:len(l.underWay)-1]
}

// answered notes that a request has its answer, and says when it was sent: answers
// come about in the order of requests.
func (l *limit) answered() (sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.underWay) == 0 {
		return time.Now()
	}
	sent, l.underWay = l.underWay[0], l.underWay[1:]
	return sent
}

// tell notes a reading, and ends a lease that holds more than is left.
func (l *limit) tell(r connectors.Reading, sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if more := r.Cost - 1; more > 0 {
		l.sent, l.left = l.sent+more, l.left-more
	}
	l.told = append(l.told, told{r.Limit, r.Remaining, r.Resets, r.Refused, sent, time.Now()})
	if l.free || r.Refused || r.Remaining <= l.left {
		l.left, l.free, l.until, l.ask = 0, false, time.Time{}, time.Time{}
	}
}

// renew enters what was sent and told, and asks for what may be sent next. Where the
// rows can't be reached the worker goes on with what it knows.
func (l *limit) renew(ctx context.Context, now time.Time) (wait time.Duration) {
	reserve := l.of.reserve.percent(ctx, now)
	for range 8 {
		row, version, err := l.read(ctx)
		if err != nil {
			row = l.known
		}
		n, wait, known := l.next(&row, now, reserve)
		if !known {
			l.unknown(now)
			return 0
		}
		if err == nil {
			err = l.write(ctx, row, version, now)
		}
		if errors.Is(err, ledger.ErrConflict) {
			continue
		}
		l.known, l.sent, l.told, l.since = row, 0, nil, now
		l.left, l.until, l.free = n, row.Leases[l.of.worker].Until, false
		l.ask = l.until
		return wait
	}
	return horizon / 10 // many ask at the same moment
}

// next changes the row as the worker asks for it. It reports false where nobody was
// told of a limit.
func (l *limit) next(row *window, now time.Time, reserve int) (n int, wait time.Duration, known bool) {
	row.settle(now, l.of.worker, l.sent)
	for _, t := range l.told {
		row.tell(t)
	}
	if row.Limit == 0 {
		return 0, 0, false
	}
	row.Product, row.Reserve = l.product, reserve
	n, wait = row.give(now, l.of.worker, len(l.underWay))
	return n, wait, true
}

// unknown lets everything go for a while. What is sent is counted for a minute: a
// refusal then says what the limit is.
func (l *limit) unknown(now time.Time) {
	l.told, l.free, l.until = nil, true, now.Add(unknownFor)
	if now.Sub(l.since) >= minute {
		l.since, l.sent = now, 0
	}
}

func (l *limit) read(ctx context.Context) (w window, version int64, err error) {
	rows, err := l.of.rows.Get(ctx, l.key)
	if err != nil || rows[0].Version == 0 {
		return w, 0, err
	}
	return w, rows[0].Version, json.Unmarshal(rows[0].Data, &w)
}

func (l *limit) write(ctx context.Context, w window, version int64, now time.Time) error {
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return l.of.rows.Commit(ctx, ledger.Change{Key: l.key, Expect: version, Data: text, Expires: now.Add(kept)})
}
