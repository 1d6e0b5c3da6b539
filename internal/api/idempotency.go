package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// How long an answer is remembered, and how long a request that was begun and
// never answered keeps others out: longer than the gateway waits for one.
const (
	remembered = 24 * time.Hour
	abandoned  = time.Minute
)

var keyForm = newForm(`^[\x21-\x7e]{1,200}$`)

// idempotency reads the Idempotency-Key and binds it to tenant, method and path:
// the key of one tenant says nothing about another's.
func (q *request) idempotency() error {
	if len(q.Header.Values("Idempotency-Key")) == 0 || q.Method != http.MethodPost {
		return nil
	}
	key := q.Header.Get("Idempotency-Key")
	if !keyForm.matches(key) {
		return &Refusal{Kind: ErrInvalid, Code: "key", Say: "The Idempotency-Key is not one.", Next: "Send up to 200 visible ASCII characters, such as a UUID."}
	}
	q.key = hash(q.of.Tenant, q.Method, q.URL.Path, key)
	return nil
}

func hash(texts ...string) string {
	sum := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(sum, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(sum.Sum(nil)[:20])
}

// A memory is the row of a key: what was asked, and what was answered.
type memory struct {
	Asked    string          `json:"asked"` // hash of the body
	Begun    time.Time       `json:"begun"`
	Until    time.Time       `json:"until"`
	Status   int             `json:"status,omitempty"` // 0 while nobody has answered
	Body     json.RawMessage `json:"body,omitempty"`
	Location string          `json:"location,omitempty"`
	After    time.Duration   `json:"after,omitempty"`
}

// once answers a request with a key: the first time by doing it, later by what
// was answered then. Who dies between the two is found out after a minute; what
// he did collapses on the name of the execution, which the key gives.
func (e endpoint) once(ctx context.Context, q request) (answer, error) {
	row := ledger.Key{Partition: "idempotency#" + q.of.Tenant, Sort: q.key}
	asked := hash(string(q.body))
	version, before, err := e.begin(ctx, row, asked)
	if err != nil || before != nil {
		return before.answer(), err
	}
	a, err := e.do(e.handler, ctx, q)
	if err != nil {
		// Nothing is remembered of what failed: it may go well the next time.
		return a, errors.Join(err, e.Rows.Each(context.WithoutCancel(ctx), ledger.Change{Key: row, Expect: version, Delete: true}))
	}
	m := memory{Asked: asked, Begun: e.Now(), Until: e.Now().Add(remembered), Status: a.status, Location: a.location, After: a.after}
	if m.Body, err = json.Marshal(a.body); err != nil {
		return a, err
	}
	return a, e.remember(context.WithoutCancel(ctx), row, version, m)
}

// begin enters the key, or returns what stands under it.
func (e endpoint) begin(ctx context.Context, row ledger.Key, asked string) (version int64, before *memory, err error) {
	rows, err := e.Rows.Get(ctx, row)
	if err != nil {
		return 0, nil, err
	}
	version = rows[0].Version
	if version > 0 {
		var m memory
		if err := json.Unmarshal(rows[0].Data, &m); err != nil {
			return 0, nil, err
		}
		if m.Until.After(e.Now()) {
			if taken, err := m.taken(asked, e.Now()); taken || err != nil {
				return 0, &m, err
			}
		}
	}
	now := e.Now()
	err = e.remember(ctx, row, version, memory{Asked: asked, Begun: now, Until: now.Add(remembered)})
	if errors.Is(err, ledger.ErrConflict) {
		return 0, nil, underWay
	}
	return version + 1, nil, err
}

var underWay = &Refusal{Kind: ErrConflict, Code: "key-under-way", Say: "A request with this Idempotency-Key is being answered.",
	Next: "Ask again in some seconds with the same key.", After: 2 * time.Second}

// taken reports whether the answer of the row is to be repeated.
func (m memory) taken(asked string, now time.Time) (bool, error) {
	switch {
	case m.Asked != asked:
		return false, &Refusal{Kind: ErrInvalid, Code: "key-reused", Say: "This Idempotency-Key came with another body before.",
			Next: "Use a new key for a new request."}
	case m.Status == 0 && now.Sub(m.Begun) < abandoned:
		return false, underWay
	}
	return m.Status != 0, nil
}

func (e endpoint) remember(ctx context.Context, row ledger.Key, version int64, m memory) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return e.Rows.Each(ctx, ledger.Change{Key: row, Expect: version, Data: data, Expires: m.Until})
}

func (m *memory) answer() answer {
	if m == nil {
		return answer{}
	}
	a := answer{status: m.Status, location: m.Location, after: m.After}
	if len(m.Body) > 0 && string(m.Body) != "null" {
		a.raw, a.kind = append(m.Body, '\n'), typeJSON
	}
	return a
}
