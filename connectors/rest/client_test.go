package rest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// A script is a help desk that answers the n-th request, from 1, in virtual time.
type script struct {
	mu     sync.Mutex
	asked  []string
	answer func(n int, r *http.Request) (*http.Response, error)
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	n := len(s.asked)
	s.mu.Unlock()
	return s.answer(n, r)
}

func (s *script) count(what string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if strings.HasPrefix(a, what) {
			n++
		}
	}
	return n
}

func answer(status int, body string, header ...string) (*http.Response, error) {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

// always gives every request the same answer.
func always(status int, body string, header ...string) *script {
	return &script{answer: func(int, *http.Request) (*http.Response, error) { return answer(status, body, header...) }}
}

// first gives the first n requests an answer, and the others 200.
func first(n, status int, header ...string) *script {
	return &script{answer: func(i int, _ *http.Request) (*http.Response, error) {
		if i <= n {
			return answer(status, "{}", header...)
		}
		return answer(200, `{"ok":true}`)
	}}
}

func client(t testing.TB, s http.RoundTripper, change func(*rest.Options)) *rest.Client {
	t.Helper()
	o := rest.Options{Product: "Desk", Base: "https://desk.example.org/api", Transport: s}
	if change != nil {
		change(&o)
	}
	c, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const secret = "canary-4711"

func get() rest.Request {
	return rest.Request{Method: "GET", Path: "/tickets/" + secret, Name: "read ticket"}
}

func post() rest.Request {
	return rest.Request{Method: "POST", Path: "/tickets", JSON: map[string]any{"subject": secret}, Name: "create ticket"}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	page := "<!DOCTYPE html><p>" + secret
	for name, c := range map[string]struct {
		desk *script
		want error
		get  int // requests until the client gives up
		post int
	}{
		"fine":                 {always(200, `{"a":1}`), nil, 1, 1},
		"nothing to say":       {always(204, ""), nil, 1, 1},
		"not found":            {always(404, secret), connectors.ErrNotFound, 1, 1},
		"gone":                 {always(410, secret), connectors.ErrNotFound, 1, 1},
		"no right":             {always(403, secret), connectors.ErrDenied, 1, 1},
		"wrong key":            {always(401, secret), connectors.ErrDenied, 1, 1},
		"refused":              {always(422, secret), connectors.ErrRejected, 1, 1},
		"too large":            {always(413, secret), connectors.ErrRejected, 1, 1},
		"server error":         {always(500, secret), connectors.ErrUnavailable, 4, 1},
		"no gateway":           {always(502, page, "Content-Type", "text/html"), connectors.ErrUnavailable, 4, 1},
		"a page with 200":      {always(200, page, "Content-Type", "text/html"), connectors.ErrUnavailable, 4, 1},
		"a page with 404":      {always(404, page, "Content-Type", "text/html"), connectors.ErrUnavailable, 4, 1},
		"half a JSON":          {always(200, `{"a":"`+secret), connectors.ErrUnavailable, 4, 1},
		"redirect":             {always(302, "", "Location", "https://elsewhere.example.org/"+secret), connectors.ErrSettings, 1, 1},
		"no connection":        {&script{answer: func(int, *http.Request) (*http.Response, error) { return nil, errors.New("dial " + secret) }}, connectors.ErrUnavailable, 4, 1},
		"too many, always":     {always(429, secret), connectors.ErrUnavailable, 4, 4},
		"too many, for long":   {always(429, secret, "Retry-After", "3600"), connectors.ErrUnavailable, 1, 1},
		"maintenance, an hour": {always(503, secret, "Retry-After", "3600"), connectors.ErrUnavailable, 1, 1},
	} {
		for _, r := range []rest.Request{get(), post()} {
			t.Run(name+" "+r.Method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := &script{answer: c.desk.answer}
					var into map[string]any
					_, err := client(t, d, nil).Do(t.Context(), r, &into)
					if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
						if !(name == "maintenance, an hour" && r.Method == "POST" && errors.Is(err, connectors.ErrUnavailable)) {
							t.Errorf("error %v, want %v", err, c.want)
						}
					}
					want := map[string]int{"GET": c.get, "POST": c.post}[r.Method]
					if n := d.count(r.Method); n != want {
						t.Errorf("%d requests, want %d", n, want)
					}
					if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "example.org")) {
						t.Errorf("the error names what was asked or answered: %v", err)
					}
				})
			})
		}
	}
}

func TestWhatMayBeSentAgainIs(t *testing.T) {
	repeatable := post()
	repeatable.Repeatable = true
	for name, c := range map[string]struct {
		desk *script
		r    rest.Request
		wait time.Duration
	}{
		"a read after two failures":               {first(2, 500), get(), 1500 * time.Millisecond},
		"a repeatable write after a failure":      {first(1, 502), repeatable, 500 * time.Millisecond},
		"a write that was one too many":           {first(1, 429), post(), time.Second},
		"a write that was told when to come back": {first(1, 429, "Retry-After", "7"), post(), 7 * time.Second},
		"a read while the desk is away":           {first(1, 503, "Retry-After", "9"), get(), 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				if _, err := client(t, c.desk, nil).Do(t.Context(), c.r, nil); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < c.wait || took > c.wait*8/5 {
					t.Errorf("came back after %s, want %s and a little", took, c.wait)
				}
			})
		})
	}
}

func TestADateTellsWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(11 * time.Second).UTC().Format(http.TimeFormat)
		began := time.Now()
		if _, err := client(t, first(1, 429, "Retry-After", at), nil).Do(t.Context(), post(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("came back after %s", took)
		}
	})
}

func TestAPauseIsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := first(1, 429, "Retry-After", "10")
		c := client(t, d, nil)
		var all sync.WaitGroup
		began := time.Now()
		all.Go(func() { _, _ = c.Do(t.Context(), get(), nil) })
		time.Sleep(time.Second)
		all.Go(func() {
			if _, err := c.Do(t.Context(), get(), nil); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took < 10*time.Second {
				t.Errorf("another request went through after %s", took)
			}
		})
		all.Wait()
	})
}

func TestWhoHasNoTimeIsToldHowLongItWouldTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := client(t, always(429, "", "Retry-After", "15"), nil).Do(ctx, post(), nil)
		var limited *connectors.RateLimited
		if !errors.As(err, &limited) || limited.After != 15*time.Second || ctx.Err() != nil {
			t.Errorf("%v, want to be told of 15 s at once", err)
		}
	})
}

// sessions is a desk that takes the newest session only.
type sessions struct {
	script
	logins, valid int
	password      bool
}

func newSessions(password bool) *sessions {
	s := &sessions{password: password}
	s.answer = func(_ int, r *http.Request) (*http.Response, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.URL.Path == "/api/login" {
			s.logins++
			if !s.password {
				return answer(401, "")
			}
			s.valid = s.logins
			return answer(200, "{}")
		}
		if r.Header.Get("Session") != fmt.Sprint(s.valid) || s.valid == 0 {
			return answer(401, "")
		}
		return answer(200, "{}")
	}
	return s
}

func (s *sessions) client(t testing.TB) *rest.Client {
	var mu sync.Mutex
	session := 0
	return client(t, s, func(o *rest.Options) {
		o.Connections = 8
		o.Login = func(ctx context.Context, c *rest.Client) error {
			res, err := c.Plain(ctx, rest.Request{Method: "POST", Path: "/login", Name: "log in"})
			if err != nil {
				return err
			}
			if res.Status != 200 {
				return fmt.Errorf("log in: %w", connectors.ErrDenied)
			}
			mu.Lock()
			defer mu.Unlock()
			session++
			return nil
		}
		o.Authorize = func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			r.Header.Set("Session", fmt.Sprint(session))
		}
	})
}

func many(c *rest.Client, ctx context.Context, n int, r rest.Request) (failed int) {
	var all sync.WaitGroup
	var mu sync.Mutex
	for range n {
		all.Go(func() {
			if _, err := c.Do(ctx, r, nil); err != nil {
				mu.Lock()
				failed++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}

func TestOneLogsInForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSessions(true)
		c := d.client(t)
		if failed := many(c, t.Context(), 50, post()); failed > 0 || d.logins != 1 {
			t.Errorf("%d failed, %d logins", failed, d.logins)
		}
		d.mu.Lock()
		d.valid = 99 // the session ends
		d.mu.Unlock()
		if failed := many(c, t.Context(), 50, post()); failed > 0 || d.logins > 2 {
			t.Errorf("after its end: %d failed, %d logins", failed, d.logins)
		}
		if n := d.count("POST /api/tickets"); n < 100 || n > 109 {
			t.Errorf("%d requests for 100 records: one that was carried out must not be sent again", n)
		}
	})
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSessions(false)
		c := d.client(t)
		if failed := many(c, t.Context(), 100, get()); failed != 100 || d.logins != 1 {
			t.Errorf("%d of 100 failed, after %d logins", failed, d.logins)
		}
	})
}

func TestASilentDeskIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		began := time.Now()
		_, err := client(t, silent, nil).Do(t.Context(), post(), nil)
		if took := time.Since(began); !errors.Is(err, connectors.ErrUnavailable) || took > 70*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}

func TestALongAnswerThatMovesIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
			read, write := io.Pipe()
			go func() {
				for range 10 {
					time.Sleep(40 * time.Second)
					_, _ = write.Write([]byte("x"))
				}
				write.Close()
			}()
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: read}, nil
		}}
		body, err := client(t, slow, nil).Stream(t.Context(), get())
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if text, err := io.ReadAll(body); err != nil || len(text) != 10 {
			t.Errorf("%d bytes, %v", len(text), err)
		}
	})
}

func TestABodyIsMadeAnewForEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		r := rest.Request{Method: "PUT", Path: "/files", Name: "upload", Repeatable: true, ContentType: "image/png",
			Body: func() (io.ReadCloser, error) {
				made++
				return io.NopCloser(bytes.NewReader([]byte("bytes"))), nil
			}}
		if _, err := client(t, first(2, 503), nil).Do(t.Context(), r, nil); err != nil || made != 3 {
			t.Errorf("%v, made %d times", err, made)
		}
		r.Body = func() (io.ReadCloser, error) { return nil, connectors.ErrNotFound }
		if _, err := client(t, first(0, 0), nil).Do(t.Context(), r, nil); !errors.Is(err, connectors.ErrNotFound) {
			t.Errorf("the caller's own error is %v", err)
		}
	})
}

func TestTheDeskHasAClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Second)
		c := client(t, always(200, "{}", "Date", ahead.Format(http.TimeFormat)), nil)
		if !c.ServerTime().IsZero() {
			t.Error("a clock before any answer")
		}
		_, _ = c.Do(t.Context(), get(), nil)
		if off := c.ServerTime().Sub(ahead).Abs(); off > time.Second {
			t.Errorf("off by %s", off)
		}
	})
}

func TestAMinuteHasABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, always(200, "{}"), func(o *rest.Options) { o.PerMinute = 60; o.Connections = 8 })
		began := time.Now()
		many(c, t.Context(), 30, get())
		if took := time.Since(began); took < 28*time.Second || took > 31*time.Second {
			t.Errorf("30 requests of 60 a minute took %s", took)
		}
	})
}

// TestWhatIsWrongWithTheAddressIsSaid asks servers that are no help desk.
func TestWhatIsWrongWithTheAddressIsSaid(t *testing.T) {
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	plain, secure := httptest.NewServer(ok), httptest.NewTLSServer(ok)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	closed := httptest.NewServer(ok)
	closed.Close()
	away := httptest.NewServer(http.RedirectHandler("https://elsewhere.example.org/", http.StatusFound))
	t.Cleanup(away.Close)
	for name, c := range map[string]struct {
		base string
		kind error
		says string
	}{
		"unknown authority": {secure.URL, connectors.ErrSettings, "certificate is not trusted"},
		"no TLS":            {strings.Replace(plain.URL, "http:", "https:", 1), connectors.ErrSettings, "no TLS"},
		"nobody listens":    {closed.URL, connectors.ErrUnavailable, "Nothing listens"},
		"no such host":      {"https://desk.invalid", connectors.ErrSettings, "no host of that name"},
		"elsewhere":         {away.URL, connectors.ErrSettings, "another address"},
	} {
		t.Run(name, func(t *testing.T) {
			c2, err := rest.New(rest.Options{Product: "Desk", Base: c.base})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c2.Do(t.Context(), rest.Request{Method: "POST", Path: "/x", Name: "create"}, nil)
			var advice *connectors.Advice
			if !errors.Is(err, c.kind) || !errors.As(err, &advice) || !strings.Contains(advice.Sentence, c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSecretsDoNotTravelInTheOpen(t *testing.T) {
	for base, good := range map[string]bool{
		"https://desk.example.org": true, "http://127.0.0.1:3000": true, "http://localhost:3000": true, "http://[::1]:3000": true,
		"http://desk.example.org": false, "ftp://desk.example.org": false, "desk.example.org": false,
		"https://user:password@desk.example.org": false, "http://localhost.example.org": false, "": false,
	} {
		_, err := rest.New(rest.Options{Product: "Desk", Base: base})
		if good != (err == nil) || err != nil && !errors.Is(err, connectors.ErrSettings) {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestEveryRequestIsCountedAndWhichWerePutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, counter := usage.With(t.Context())
		if _, err := client(t, first(2, 429, "Retry-After", "1"), nil).Do(ctx, get(), nil); err != nil {
			t.Fatal(err)
		}
		if got := counter.Counts(); got.Of(usage.Desk, usage.Request) != 3 || got.Of(usage.Desk, usage.Throttled) != 2 {
			t.Errorf("counted %v, want 3 requests and 2 put off", got)
		}
	})
}
