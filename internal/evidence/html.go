package evidence

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"sync"
)

//go:embed page/page.html
var pageTemplate string

//go:embed page/style.css
var pageStyle string

// HTML renders the report for people: one page that needs nothing else, runs no
// script and prints on A4. The language is one of [Languages].
func (r Report) HTML(lang string) ([]byte, error) {
	l, err := languageOf(lang)
	if err != nil {
		return nil, err
	}
	r = r.normal()
	w := writer{l, r}
	t, err := parsePage().Clone()
	if err != nil {
		return nil, fmt.Errorf("evidence: clone the page: %w", err)
	}
	var out bytes.Buffer
	err = t.Funcs(template.FuncMap{"text": l.text}).Execute(&out, page{
		Lang: l.code, Report: r, Title: l.text("title.run", "migration", orMark(r.Migration), "run", orMark(r.Run)), Style: template.CSS(pageStyle), StyleHash: styleHash(),
		Verdict: r.verdict(l), Level: l.word("level", string(r.level())), Sections: w.sections(),
	})
	if err != nil {
		return nil, fmt.Errorf("evidence: render the page: %w", err)
	}
	return out.Bytes(), nil
}

// A page is what the template shows.
type page struct {
	Lang      string
	Title     string
	Report    Report
	Style     template.CSS
	StyleHash string
	Verdict   Verdict
	Level     string
	Sections  []section
}

var parsePage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"text": func(key string, pairs ...any) string { return "" }, // of the language, at each rendering
		"rich": rich,
	}).Parse(pageTemplate))
})

// styleHash lets the page forbid itself every style but its own.
func styleHash() string {
	hash := sha256.Sum256([]byte(pageStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(hash[:])
}

// rich escapes a text and sets what stands between backquotes as code.
func rich(text string) template.HTML {
	var out strings.Builder
	for i, part := range strings.Split(text, "`") {
		escaped := template.HTMLEscapeString(part)
		if i%2 == 1 {
			escaped = "<code>" + escaped + "</code>"
		}
		out.WriteString(escaped)
	}
	return template.HTML(out.String())
}
