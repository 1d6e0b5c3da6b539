package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
)

// A visitor is a browser without a script.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// ask sends a request with headers, as name and value in turn.
func ask(t *testing.T, c *http.Client, method, url string, header ...string) (status int, text string, h http.Header) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if q.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			q.Host = header[i+1]
		}
	}
	r, err := c.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body), r.Header
}

func TestTheLinkOpensOnceAndOnlyForWhoHasIt(t *testing.T) {
	s := serve(t, told())
	first, second := visitor(t), visitor(t)
	if status, text, _ := ask(t, first, "GET", s.URL()+"/"); status != 401 || strings.Contains(text, "r0001") {
		t.Errorf("without the link: %d %s", status, text)
	}
	if status, _, _ := ask(t, first, "GET", s.URL()+"/open?token=WRONG"); status != 401 {
		t.Errorf("with a wrong link: %d", status)
	}
	if status, text, _ := ask(t, first, "GET", s.Link()); status != 200 || !strings.Contains(text, "Next step") {
		t.Errorf("with the link: %d %s", status, text)
	}
	if status, text, _ := ask(t, second, "GET", s.Link()); status != 401 || !strings.Contains(text, "opens once") {
		t.Errorf("with the link again: %d %s", status, text)
	}
	if status, _, _ := ask(t, first, "GET", s.URL()+"/v1/migrations"); status != 200 {
		t.Errorf("the API with the session: %d", status)
	}
	if status, _, _ := ask(t, second, "GET", s.URL()+"/v1/migrations"); status != 401 {
		t.Errorf("the API without: %d", status)
	}
	if status, _, _ := ask(t, second, "GET", s.URL()+"/v1/migrations", "Authorization", "Bearer "+s.Bearer()); status != 200 {
		t.Errorf("the API with the token for programs: %d", status)
	}
}

func TestNoOtherNameAndNoOtherPageGetsIn(t *testing.T) {
	s := serve(t, told())
	c := visitor(t)
	ask(t, c, "GET", s.Link())
	bearer := "Bearer " + s.Bearer()
	for _, q := range []struct {
		what, method, path string
		header             []string
		status             int
	}{
		{"a name turned to this machine", "GET", "/", []string{"Host", "evil.example"}, 421},
		{"our address with another port", "GET", "/v1/migrations", []string{"Host", "127.0.0.1:1", "Authorization", bearer}, 421},
		{"a form of another page", "POST", "/v1/migrations/running/rechecks", []string{"Origin", "http://evil.example"}, 403},
		{"a form of a page without a name", "POST", "/v1/migrations/running/rechecks", []string{"Origin", "null"}, 403},
		{"a change without an origin", "POST", "/v1/migrations/running/rechecks", nil, 403},
		{"another page that reads", "GET", "/v1/migrations", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another page with the token", "GET", "/v1/migrations", []string{"Origin", "http://evil.example", "Authorization", bearer}, 403},
		{"our page", "POST", "/v1/migrations/nobody/rechecks", []string{"Origin", s.URL(), "Sec-Fetch-Site", "same-origin"}, 404},
		{"a program", "POST", "/v1/migrations/nobody/rechecks", []string{"Authorization", bearer}, 404},
	} {
		if status, text, _ := ask(t, c, q.method, s.URL()+q.path, q.header...); status != q.status {
			t.Errorf("%s: %d %.80s, want %d", q.what, status, text, q.status)
		}
	}
}

func TestNobodyListensForTheNetwork(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:80", "example.test:80", "", "127.0.0.1"} {
		if s, err := Listen(t.Context(), address, Config{}); err == nil {
			s.listener.Close()
			t.Errorf("%q is listened on", address)
		}
	}
}

func TestThePageIsToldToLoadNothingFromElsewhere(t *testing.T) {
	s := serve(t, told())
	c := visitor(t)
	_, text, h := ask(t, c, "GET", s.Link())
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	for _, inline := range []string{"style=", "onclick", "<style", "javascript:", "http://", "https://", "<script>"} {
		if strings.Contains(text, inline) {
			t.Errorf("the page has %s", inline)
		}
	}
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy lets something unsafe through")
	}
}

func TestThePageSpeaksTheLanguageOfWhoAsks(t *testing.T) {
	s := serve(t, told())
	c := visitor(t)
	ask(t, c, "GET", s.Link())
	for _, q := range []struct{ path, accept, want string }{
		{"/", "de-AT,de;q=0.9,en;q=0.5", `lang="de"`}, {"/", "fr", `lang="en"`}, {"/?lang=de", "en", "Nächster Schritt"},
		{"/?lang=en&migration=finished", "de", "is finished"}, {"/?lang=xx", "de", `lang="de"`},
	} {
		if _, text, _ := ask(t, c, "GET", s.URL()+q.path, "Accept-Language", q.accept); !strings.Contains(text, q.want) {
			t.Errorf("%s for %s does not say %q", q.path, q.accept, q.want)
		}
	}
	_, _, h := ask(t, c, "GET", s.URL()+"/?migration=finished")
	if status, text, _ := ask(t, c, "GET", s.URL()+"/?migration=finished", "If-None-Match", h.Get("ETag")); status != 304 || text != "" {
		t.Errorf("the same page again: %d", status)
	}
	if status, _, _ := ask(t, c, "GET", s.URL()+"/?migration=nobody"); status != 200 {
		t.Errorf("a migration that there is not: %d, want to be led to the page", status)
	}
}

func TestBothLanguagesSayEverything(t *testing.T) {
	for _, a := range tongues {
		for _, b := range tongues {
			for key, text := range a.texts {
				other, ok := b.texts[key]
				if !ok {
					t.Errorf("%s has %s and %s has not", a.tag, key, b.tag)
				}
				for _, blank := range []string{"{0}", "{1}", "{2}"} {
					if strings.Contains(text, blank) != strings.Contains(other, blank) {
						t.Errorf("%s: %s fills %s in and %s does not", key, a.tag, blank, b.tag)
					}
				}
			}
		}
	}
	for _, want := range []struct {
		seconds int
		en      string
	}{{4, "10 s"}, {75, "80 s"}, {340, "6 min"}, {7300, "2 h 2 min"}} {
		if got := tongues[0].span(want.seconds); got != want.en {
			t.Errorf("%d s are %q, want %q", want.seconds, got, want.en)
		}
	}
	if got := tongues[1].number(1234567) + " " + tongues[0].number(999); got != "1.234.567 999" {
		t.Errorf("numbers are %s", got)
	}
}

func TestWhatANameSaysIsNoMarkup(t *testing.T) {
	s := serve(t, stories{"finished": {Migration: "finished", Runs: []api.Run{{ID: "r0001", State: "failed", Mode: `"><b>x`, Failure: "<script>alert(1)</script>"}}}})
	_, text, _ := ask(t, visitor(t), "GET", s.Link()+"&migration=finished")
	if strings.Contains(text, "<script>alert") || strings.Contains(text, "<b>") {
		t.Errorf("a name is markup: %s", text)
	}
}
