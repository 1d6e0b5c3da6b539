package api_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
)

const start = "POST /v1/migrations/acme-2026/runs"

func TestTheSameKeyDoesItOnceAndAnswersTheSame(t *testing.T) {
	s := serve(t)
	body := `{"mode":"full","new_run":true}`
	first := s.as(t, "acme", "operator", start, body, "Idempotency-Key", "k1").want(t, http.StatusAccepted)
	again := s.as(t, "acme", "operator", start, body, "Idempotency-Key", "k1").want(t, http.StatusAccepted)
	if first.text != again.text || first.Header.Get("Location") != again.Header.Get("Location") || again.Header.Get("Retry-After") == "" {
		t.Errorf("first %s at %s, then %s at %s", first.text, first.Header.Get("Location"), again.text, again.Header.Get("Location"))
	}
	if did := s.Did(); !slices.Equal(did, []string{"acme/acme-2026 start full"}) {
		t.Errorf("it did %v", did)
	}
	s.as(t, "acme", "operator", start, `{"mode":"demo"}`, "Idempotency-Key", "k1").want(t, http.StatusUnprocessableEntity)
	s.as(t, "acme", "operator", start, body, "Idempotency-Key", "with space").want(t, http.StatusUnprocessableEntity)
}

func TestWhatFailedMayBeTriedAgainWithItsKey(t *testing.T) {
	s := serve(t)
	s.as(t, "acme", "operator", start, `{"mode":"full"}`, "Idempotency-Key", "k1").want(t, http.StatusConflict)
	s.as(t, "acme", "operator", start, `{"mode":"full","new_run":true}`, "Idempotency-Key", "k1").want(t, http.StatusAccepted)
}

// held is a runtime whose first answer waits.
type held struct {
	*apitest.Memory
	wait func()
}

func (h held) Upload(ctx context.Context, m api.Migration, u api.UploadRequest) (api.Upload, error) {
	h.wait()
	return h.Memory.Upload(ctx, m, u)
}

func TestOfTwoWithTheSameKeyAtOnceOneWaits(t *testing.T) {
	m, rows := &apitest.Memory{}, &apitest.Rows{}
	m.Fill("acme", "acme-2026")
	begun, let := make(chan struct{}), make(chan struct{})
	var once sync.Once
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	backend := m.Backend()
	backend.Uploads = held{m, func() { once.Do(func() { close(begun); <-let }) }}
	s := &service{Memory: m, handler: api.New(api.Config{Backend: backend, Rows: rows, Who: claims.Who, Now: func() time.Time { return now }})}
	ask, body := "POST /v1/migrations/acme-2026/uploads", `{"name":"a.csv","size":1}`
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.as(t, "acme", "operator", ask, body, "Idempotency-Key", "k1").want(t, http.StatusCreated)
	}()
	<-begun
	r := s.as(t, "acme", "operator", ask, body, "Idempotency-Key", "k1").want(t, http.StatusConflict)
	if r.Header.Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
	close(let)
	<-done
	s.as(t, "acme", "operator", ask, body, "Idempotency-Key", "k1").want(t, http.StatusCreated)
	if did := m.Did(); len(did) != 1 {
		t.Errorf("it did %v", did)
	}
}

// TestAnAnswerThatNeverCameKeepsNobodyOut: who began and died is forgotten after
// a minute, and an answer after a day.
func TestAnAnswerThatNeverCameKeepsNobodyOut(t *testing.T) {
	m, rows := &apitest.Memory{}, &apitest.Rows{}
	m.Fill("acme", "acme-2026")
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	backend := m.Backend()
	died := true
	backend.Uploads = held{m, func() {
		if died {
			panic("as a function that is killed")
		}
	}}
	s := &service{Memory: m, handler: api.New(api.Config{Backend: backend, Rows: rows, Who: claims.Who, Now: func() time.Time { return now }})}
	ask, body := "POST /v1/migrations/acme-2026/uploads", `{"name":"a.csv","size":1}`
	for _, c := range []struct {
		later  time.Duration
		dies   bool
		body   string
		status int
	}{
		{0, true, body, http.StatusInternalServerError},
		{time.Second, false, body, http.StatusConflict},
		{time.Minute, false, body, http.StatusCreated},
		{time.Hour, false, `{"name":"b.csv","size":1}`, http.StatusUnprocessableEntity},
		{25 * time.Hour, false, `{"name":"b.csv","size":1}`, http.StatusCreated},
	} {
		now, died = now.Add(c.later), c.dies
		s.as(t, "acme", "operator", ask, c.body, "Idempotency-Key", "k1").want(t, c.status)
	}
}
