package resttest

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

var record = flag.Bool("record", false, "record conversations with live help desks anew")

// Recording reports whether the test is to record.
func Recording() bool { return *record }

// Desk gives the address of a help desk that answers as it was recorded, to the
// same requests in their order; live is where it stands when recording.
func Desk(t testing.TB, conversation, live string) (address string) {
	t.Helper()
	mode := recorder.ModeReplayOnly
	if *record {
		mode = recorder.ModeRecordOnly
	} else {
		live = "http://127.0.0.1:9" // nobody is asked
	}
	rec, err := recorder.New(filepath.Join("testdata", "conversations", conversation), recorder.WithMode(mode),
		recorder.WithSkipRequestLatency(true), recorder.WithMatcher(same), recorder.WithHook(redact, recorder.BeforeSaveHook))
	if err != nil {
		t.Fatalf("%v: record it, as the doc of connectors/rest/resttest says", err)
	}
	to, err := url.Parse(live)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: rec,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Del("Accept-Encoding")
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			t.Errorf("%s %s is not what was recorded: %v", r.Method, r.URL.RequestURI(), err)
			w.WriteHeader(http.StatusNotImplemented)
		}}
	server := httptest.NewServer(proxy)
	t.Cleanup(func() {
		server.Close()
		if err := rec.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

// same compares a request with one that was recorded, but for addresses and
// secrets.
func same(r *http.Request, i cassette.Request) bool {
	body := ""
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		r.Body = io.NopCloser(strings.NewReader(string(text)))
		body = string(text)
	}
	was, err := url.Parse(i.URL)
	return err == nil && r.Method == i.Method && r.URL.Path == was.Path && r.URL.Query().Encode() == was.Query().Encode() &&
		withoutSecrets(body) == withoutSecrets(i.Body)
}

// redact keeps of an exchange what a connector looks at.
func redact(i *cassette.Interaction) error {
	i.Request.Body = withoutSecrets(i.Request.Body)
	i.Request.Headers, i.Request.Form, i.Request.RemoteAddr, i.Request.Host = nil, nil, "", ""
	kept := http.Header{}
	for _, name := range []string{"Content-Type", "Location", "Retry-After"} {
		if v := i.Response.Headers.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	if cookie := i.Response.Headers.Get("Set-Cookie"); cookie != "" {
		name, _, _ := strings.Cut(cookie, "=")
		kept.Set("Set-Cookie", name+"=recorded; path=/")
	}
	if strings.HasPrefix(kept.Get("Content-Type"), "text/html") {
		i.Response.Body = "<!DOCTYPE html>" // nobody reads the page
	}
	i.Response.Headers, i.Response.Body = kept, apiKey.ReplaceAllString(i.Response.Body, `"api_key":""`)
	i.Response.ContentLength = int64(len(i.Response.Body))
	return nil
}

var apiKey = regexp.MustCompile(`"api_key":\s*"[^"]*"`)

// withoutSecrets blanks passwords in forms and in JSON.
func withoutSecrets(body string) string {
	if form, err := url.ParseQuery(body); err == nil && form.Has("pass") {
		form.Set("pass", "")
		return form.Encode()
	}
	var value any
	if json.Unmarshal([]byte(body), &value) != nil {
		return body
	}
	blank(value)
	text, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return string(text)
}

func blank(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inside := range v {
			if strings.EqualFold(name, "password") {
				v[name] = ""
			}
			blank(inside)
		}
	case []any:
		for _, inside := range v {
			blank(inside)
		}
	}
}
