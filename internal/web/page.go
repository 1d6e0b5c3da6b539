package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"github.com/safeconduct/safeconduct/internal/api"
)

//go:embed static
var static embed.FS

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// Tag is the language for the page.
func (v view) Tag() string { return v.tag }

// T is a text for the page.
func (v view) T(key string, fill ...string) string { return v.say(key, fill...) }

// status answers with the page of the migration that the address names, or of the
// one that changed last.
func (d *door) status(w http.ResponseWriter, r *http.Request) {
	t := tongueOf(r)
	list, err := d.backend.Watch.Migrations(r.Context(), d.tenant)
	if err != nil {
		d.fault(w, err)
		return
	}
	name := r.URL.Query().Get("migration")
	v := view{tongue: t, Title: t.say("none.title"), Say: t.say("none"), Empty: true}
	if len(list) > 0 {
		if name == "" {
			name = newest(list)
		}
		s, err := d.backend.Watch.Status(r.Context(), api.Migration{Tenant: d.tenant, Name: name})
		switch {
		case errors.Is(err, api.ErrNotFound) && r.URL.RawQuery != "":
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		case err == nil:
			v = viewOf(t, s)
		case !errors.Is(err, api.ErrNotFound):
			d.fault(w, err)
			return
		}
	}
	v.Others, v.Tongues = others(list, name, r), languages(r, t)
	d.show(w, r, http.StatusOK, v)
}

// newest is the migration that changed last; of those that never ran, the first.
func newest(list []api.Summary) string {
	last := list[0]
	for _, s := range list[1:] {
		if s.Changed.After(last.Changed) {
			last = s
		}
	}
	return last.Migration
}

// with is the address of the page with a value changed.
func with(r *http.Request, key, value string) string {
	q := url.Values{}
	for _, k := range []string{"lang", "migration"} {
		if old := r.URL.Query().Get(k); old != "" {
			q.Set(k, old)
		}
	}
	q.Set(key, value)
	return "/?" + q.Encode()
}

func others(list []api.Summary, here string, r *http.Request) (links []link) {
	if len(list) < 2 {
		return nil
	}
	for _, s := range list {
		links = append(links, link{Text: s.Migration, Path: with(r, "migration", s.Migration), Here: s.Migration == here})
	}
	return links
}

func languages(r *http.Request, here *tongue) (links []link) {
	for _, t := range tongues {
		links = append(links, link{Text: map[string]string{"en": "English", "de": "Deutsch"}[t.tag], Lang: t.tag,
			Path: with(r, "lang", t.tag), Here: t == here})
	}
	return links
}

// show renders the page; one that the browser has already is not sent again.
func (d *door) show(w http.ResponseWriter, r *http.Request, status int, v view) {
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		d.fault(w, err)
		return
	}
	sum := sha256.Sum256(b.Bytes())
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Language, Cookie")
	if status == http.StatusOK && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever went away does not read an error either
}

// fault answers what should not happen, without saying what it was.
func (d *door) fault(w http.ResponseWriter, err error) {
	d.note(err)
	http.Error(w, "Something went wrong here. See where safeconduct serve runs.", http.StatusInternalServerError)
}
