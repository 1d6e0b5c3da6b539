package faults_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/peers/faults"
)

// A desk counts what was done to it. It answers with its method, address and
// body.
type desk struct {
	*httptest.Server
	done atomic.Int64
}

func newDesk(t *testing.T) *desk {
	d := &desk{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d.done.Add(1)
		w.Header().Set("X-Desk", r.Host+" "+r.Header.Get("Referer"))
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.RequestURI(), body)
	}))
	t.Cleanup(d.Close)
	return d
}

// before starts a proxy with a plan.
func before(t *testing.T, d *desk, rules ...faults.Rule) *faults.Proxy {
	p := faults.Start(d.URL)
	t.Cleanup(p.Close)
	p.Plan(rules...)
	return p
}

func ask(t *testing.T, method, address, body string) (*http.Response, string, error) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Close = true
	q.Header.Set("Referer", address)
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res, string(text), err
}

func TestWithoutAPlanNothingChanges(t *testing.T) {
	d := newDesk(t)
	p := before(t, d)
	res, text, err := ask(t, "PUT", p.URL+"/a%2Fb/c?x=%20y&x=2", "hello")
	if err != nil || text != "PUT /a%2Fb/c?x=%20y&x=2 hello" {
		t.Errorf("%q, %v", text, err)
	}
	host := strings.TrimPrefix(d.URL, "http://")
	if got, want := res.Header.Get("X-Desk"), host+" "+d.URL+"/a%2Fb/c?x=%20y&x=2"; got != want {
		t.Errorf("the help desk was asked as %q, want %q: it looks whether it is itself", got, want)
	}
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	called := make(chan int64, 1)
	for name, c := range map[string]struct {
		act    faults.Action
		status int   // 0: the connection ended
		done   int64 // by the help desk, in the end
		text   string
		cut    bool
	}{
		"forward":    {faults.Forward, 200, 1, "POST /x ", false},
		"refuse":     {faults.Refuse(500), 500, 0, "by plan", false},
		"rate limit": {faults.Refuse(429, "Retry-After", "7"), 429, 0, "", false},
		"lie":        {faults.Lie(500), 500, 1, "by plan", false},
		"page":       {faults.Page, 200, 0, "<html>", false},
		"cut":        {faults.Cut, 200, 1, "POST", true},
		"drop":       {faults.Drop, 0, 0, "", false},
		"swallow":    {faults.Swallow, 0, 1, "", false},
		"delay":      {faults.Delay(time.Millisecond, faults.Forward), 200, 1, "", false},
		"late":       {faults.Late(time.Millisecond, nil), 0, 1, "", false},
		"call":       {faults.Call(func() { called <- 0 }, faults.Drop), 0, 0, "", false},
		"done":       {faults.Done(func() { called <- 1 }), 200, 1, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			p := before(t, d, faults.Rule{Act: c.act})
			res, text, err := ask(t, "POST", p.URL+"/x", "some body")
			p.Settle()
			if c.status == 0 && err == nil || c.status > 0 && (res == nil || res.StatusCode != c.status) {
				t.Errorf("answer %v, %v, want status %d", res, err, c.status)
			}
			if !strings.Contains(text, c.text) || c.cut != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("body %q, %v", text, err)
			}
			if got := d.done.Load(); got != c.done {
				t.Errorf("the help desk did %d requests, want %d", got, c.done)
			}
			if name == "rate limit" && res.Header.Get("Retry-After") != "7" {
				t.Error("Retry-After is missing")
			}
			if name == "call" || name == "done" {
				<-called
			}
			if left := p.Unmet(); len(left) > 0 {
				t.Errorf("unmet: %+v", left)
			}
		})
	}
}

func TestARuleHitsTheRequestsItNames(t *testing.T) {
	d := newDesk(t)
	p := before(t, d,
		faults.Rule{Method: "POST|PUT", Path: `^/tickets/\d+$`, Nth: 2, Act: faults.Refuse(500)},
		faults.Rule{Path: `^/tickets`, Nth: 4, Times: 2, Act: faults.Refuse(404)})
	var got []int
	for _, r := range []string{"POST /tickets/1", "GET /tickets/1", "PUT /tickets/2", "POST /tickets/3", "GET /tickets", "GET /tickets", "GET /users"} {
		method, path, _ := strings.Cut(r, " ")
		res, _, err := ask(t, method, p.URL+path, "")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, res.StatusCode)
	}
	if want := "[200 200 500 404 404 200 200]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	p.Plan(faults.Rule{Nth: 3, Act: faults.Drop})
	if len(p.Unmet()) != 1 {
		t.Error("a rule that has not acted counts as met")
	}
}

func TestAPageComesTwice(t *testing.T) {
	d := newDesk(t)
	p := before(t, d, faults.Rule{Path: "/list", Nth: 2, Act: faults.Again})
	for query, want := range map[string]string{"?page=1": "GET /list?page=1 "} {
		for _, q := range []string{query, "?page=2"} {
			if _, text, err := ask(t, "GET", p.URL+"/list"+q, ""); err != nil || text != want {
				t.Errorf("%s: %q, %v, want %q", q, text, err, want)
			}
		}
	}
}

func TestARequestArrivesAfterItsSenderGaveUp(t *testing.T) {
	d := newDesk(t)
	ctx, giveUp := context.WithCancel(t.Context())
	p := before(t, d, faults.Rule{Act: faults.Late(20*time.Millisecond, giveUp)})
	q, _ := http.NewRequestWithContext(ctx, "POST", p.URL+"/x", strings.NewReader("b"))
	if _, err := http.DefaultClient.Do(q); err == nil {
		t.Error("an answer came")
	}
	if got := d.done.Load(); got != 0 {
		t.Errorf("%d requests were done at once", got)
	}
	if p.Settle(); d.done.Load() != 1 {
		t.Error("the request did not arrive")
	}
}

func TestNobodyTrustsTheCertificate(t *testing.T) {
	p := faults.StartTLS(newDesk(t).URL)
	defer p.Close()
	if _, _, err := ask(t, "GET", p.URL, ""); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, want an error about the certificate", err)
	}
}

func TestRequestsAreRecordedAndCanBeSentAgain(t *testing.T) {
	d := newDesk(t)
	p := before(t, d, faults.Rule{Path: "/gone", Act: faults.Drop})
	_, _, _ = ask(t, "GET", p.URL+"/secret", "")
	p.Forget()
	p.Keep()
	_, first, _ := ask(t, "POST", p.URL+"/tickets/17/9f86d081884c7d659a2f.json?a=b", "hello")
	_, _, _ = ask(t, "GET", p.URL+"/gone", "")
	all := p.Requests()
	if len(all) != 2 || p.Writes() != 1 {
		t.Fatalf("%d requests and %d writes, want 2 and 1", len(all), p.Writes())
	}
	if r := all[0]; r.Path != "/tickets/#/#.json" || r.Size != 5 || r.Status != 200 || !r.Reached || r.Took <= 0 {
		t.Errorf("recorded %+v", r)
	}
	if r := all[1]; r.Status != 0 || r.Reached {
		t.Errorf("recorded %+v of a request without an answer", r)
	}
	q, err := all[0].To(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if again, _ := io.ReadAll(res.Body); !bytes.Equal(again, []byte(first)) {
		t.Errorf("sent again: %q, at first %q", again, first)
	}
}
