// Package html renders a report for people: one page that needs nothing else,
// runs no script and prints on A4.
//
// It is apart from the report because html/template keeps the linker from
// leaving out methods that nobody calls: of the deployed functions, report alone
// pays for that.
package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/internal/evidence"
)

//go:embed page.html
var pageTemplate string

//go:embed style.css
var pageStyle string

// Render is an [evidence.Renderer].
func Render(p evidence.Page) ([]byte, error) {
	t, err := parsePage().Clone()
	if err != nil {
		return nil, fmt.Errorf("evidence: clone the page: %w", err)
	}
	var out bytes.Buffer
	err = t.Funcs(template.FuncMap{"text": p.Text}).Execute(&out, styled{p, template.CSS(pageStyle), styleHash()})
	if err != nil {
		return nil, fmt.Errorf("evidence: render the page: %w", err)
	}
	return out.Bytes(), nil
}

// styled is what the template shows.
type styled struct {
	evidence.Page
	Style     template.CSS
	StyleHash string
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
