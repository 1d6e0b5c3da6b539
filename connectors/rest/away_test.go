package rest_test

import (
	"net/http"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/rest"
)

// TestFilesAreFetchedFromElsewhereByNobody: help desks send to a store for files,
// and what opens the help desk is no business of the store.
func TestFilesAreFetchedFromElsewhereByNobody(t *testing.T) {
	for address, follows := range map[string]bool{
		"https://files.example.org/1": true,
		"http://files.example.org/1":  false, // everybody on the way could read
	} {
		told := ""
		s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
			if r.URL.Host != "files.example.org" {
				return answer(302, "", "Location", address)
			}
			told = r.Header.Get("Authorization") + r.Header.Get("Cookie")
			return answer(200, "{}")
		}}
		c := client(t, s, func(o *rest.Options) {
			o.Authorize = func(r *http.Request) {
				r.SetBasicAuth("me", "secret")
				r.Header.Set("Cookie", "secret")
			}
		})
		r := get()
		r.Away = true
		_, err := c.Do(t.Context(), r, nil)
		if (err == nil) != follows || told != "" {
			t.Errorf("%s: followed %t (%v), told who we are: %t", address, err == nil, err, told != "")
		}
		r.Away = false
		if _, err := c.Do(t.Context(), r, nil); err == nil {
			t.Errorf("%s: a request that must stay was sent on", address)
		}
	}
}

// TestAFileElsewhereIsFetchedByNobodyToo: its address came with a record.
func TestAFileElsewhereIsFetchedByNobodyToo(t *testing.T) {
	for address, fetched := range map[string]bool{"https://files.example.org/1?a=b": true, "http://files.example.org/1": false,
		"file:///etc/passwd": false, "https://me:secret@files.example.org/1": false, "://": false} {
		told := ""
		s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
			told += r.URL.Host + r.Header.Get("Authorization")
			return answer(200, "{}")
		}}
		c := client(t, s, func(o *rest.Options) { o.Authorize = func(r *http.Request) { r.SetBasicAuth("me", "secret") } })
		r := get()
		r.Elsewhere = address
		_, err := c.Do(t.Context(), r, nil)
		if (err == nil) != fetched || fetched && told != "files.example.org" || !fetched && told != "" {
			t.Errorf("%s: fetched %t, told %q (%v)", address, err == nil, told, err)
		}
	}
}
