package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
	"github.com/safeconduct/safeconduct/internal/api/client"
)

// there is the API over a runtime in memory, behind something that a test puts
// in between.
func there(t *testing.T, between func(http.Handler) http.Handler) (*client.Client, *apitest.Memory) {
	t.Helper()
	m := &apitest.Memory{}
	m.Fill("acme", "acme-2026")
	claims := api.Claims{Tenant: "tenant", Role: "roles"}
	h := between(api.New(api.Config{Backend: m.Backend(), Rows: &apitest.Rows{}, Who: func(r *http.Request) (api.Identity, error) {
		if r.Header.Get("Authorization") != "Bearer good" {
			return api.Identity{}, api.ErrNoIdentity
		}
		return claims.Who(r.WithContext(api.WithClaims(r.Context(), map[string]string{"sub": "s", "tenant": "acme", "roles": "operator privacy_officer"}, "")))
	}}))
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, func() (string, error) { return "good", nil })
	if err != nil {
		t.Fatal(err)
	}
	return c, m
}

func direct(h http.Handler) http.Handler { return h }

// TestARequestWhoseAnswerWasLostIsDoneOnce: the answer is lost on the way, the
// client asks again, and the key makes it one.
func TestARequestWhoseAnswerWasLostIsDoneOnce(t *testing.T) {
	var lost atomic.Bool
	c, m := there(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && lost.CompareAndSwap(false, true) {
				h.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			h.ServeHTTP(w, r)
		})
	})
	begun, err := c.Start(t.Context(), "acme-2026", api.Start{Mode: api.ModeFull, NewRun: true})
	if err != nil || begun.Run != "r0003" {
		t.Errorf("started %v, %v", begun, err)
	}
	if did := m.Did(); !slices.Equal(did, []string{"acme/acme-2026 start full"}) {
		t.Errorf("it did %v", did)
	}
}

func TestARefusalTellsItsSentenceAndItsNextStep(t *testing.T) {
	c, _ := there(t, direct)
	_, err := c.Start(t.Context(), "acme-2026", api.Start{Mode: api.ModeFull})
	var p *client.Problem
	if !errors.As(err, &p) || p.Code() != "run-under-way" || p.Next == "" || p.Error() != "Run r0002 is under way." {
		t.Errorf("%v", err)
	}
}

// TestAnAnswerOfSomebodyElseIsNotBelieved: a proxy's page is no answer.
func TestAnAnswerOfSomebodyElseIsNotBelieved(t *testing.T) {
	c, _ := there(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>Welcome to the hotel</html>"))
		})
	})
	_, err := c.Status(t.Context(), "acme-2026")
	if !errors.Is(err, client.ErrUnreachable) || strings.Contains(err.Error(), "hotel") {
		t.Errorf("%v", err)
	}
}

func TestWhoIsAskedNeedsTLSUnlessItIsThisMachine(t *testing.T) {
	for address, good := range map[string]bool{"https://api.example.test": true, "https://api.example.test/prod/v1": true, "http://127.0.0.1:8080": true, "http://[::1]:1": true,
		"http://localhost:1": true, "http://api.example.test": false, "ftp://api.example.test": false, "api.example.test": false,
		"https://user:secret@api.example.test": false, "": false} {
		if _, err := client.New(address, nil); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		} else if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats it: %v", address, err)
		}
	}
}

// TestADocumentElsewhereIsFetchedWithoutTheToken: the place it is led to must not
// learn it.
func TestADocumentElsewhereIsFetchedWithoutTheToken(t *testing.T) {
	var told string
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told = r.Header.Get("Authorization")
		_, _ = w.Write([]byte("content"))
	}))
	defer bucket.Close()
	c, _ := there(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, bucket.URL+"/x", http.StatusSeeOther)
		})
	})
	text, err := c.Document(t.Context(), "acme-2026", "r0001", "report.html")
	if err != nil || string(text) != "content" || told != "" {
		t.Errorf("%q, %v; the bucket was told %q", text, err, told)
	}
}

func TestWatchingTellsChangesAndEndsWithTheContext(t *testing.T) {
	c, m := there(t, direct)
	looks := 0
	err := c.Watch(t.Context(), "acme-2026", func(s api.Status) bool {
		looks++
		if looks == 1 {
			if err := m.Decide(t.Context(), api.Migration{Tenant: "acme", Name: "acme-2026"}, "r0002", api.Decision{Decision: api.Approve}); err != nil {
				t.Fatal(err)
			}
		}
		return len(s.Waiting) == 0
	})
	if err != nil || looks != 2 {
		t.Errorf("%d looks, %v", looks, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err = c.Watch(ctx, "acme-2026", func(api.Status) bool { stop(); return false })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
