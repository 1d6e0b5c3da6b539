// Package origin is the line that says, in the text of a comment, who wrote it
// and when, where a help desk's API takes neither.
//
// The line stands at the top of the text, in brackets, in the reader's language:
//
//	[Written 2026-01-05 12:00:07 UTC by Jane Doe]
//
// It is read by people, and by a connector that tells the text from the line
// again, to verify the one and to put the dates of the other into the database.
package origin

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Line says what is known of a comment's origin; the zero values are unknown,
// or said by the help desk itself.
type Line struct {
	By      string    // the author's name
	Written time.Time // of the comment
	// What only the comment that a ticket opens with says, of the ticket.
	Opened  time.Time
	Changed time.Time
	Solved  time.Time
	Closed  time.Time
}

// Languages are the languages that lines are written in.
func Languages() []string { return []string{"en", "de"} }

// layout is the same in all languages: it can be taken for nothing else.
const layout = "2006-01-02 15:04:05 UTC"

// words are what a language calls the parts of a line, in their order.
var words = map[string][]string{
	"en": {"Written", "by", "ticket", "opened", "last changed", "solved", "closed"},
	"de": {"Geschrieben", "von", "Ticket", "eröffnet", "zuletzt geändert", "gelöst", "geschlossen"},
}

// times are the parts of a line behind the author, in the order of their words.
func (l *Line) times() []*time.Time {
	return []*time.Time{&l.Opened, &l.Changed, &l.Solved, &l.Closed}
}

// IsZero reports whether there is nothing to say.
func (l Line) IsZero() bool { return l == Line{} }

// String is the line in a language of Languages.
func (l Line) String(language string) string {
	w := words[language]
	said, ticket := w[0], title(w[2])
	if !l.Written.IsZero() {
		said += " " + l.Written.UTC().Format(layout)
	}
	if by := plain(l.By); by != "" {
		said += " " + w[1] + " " + by
	}
	var parts []string
	for i, at := range l.times() {
		if !at.IsZero() {
			parts = append(parts, w[3+i]+" "+at.UTC().Format(layout))
		}
	}
	switch {
	case said == w[0]:
		said = ""
	case len(parts) == 0:
		return "[" + said + "]"
	default:
		ticket = "; " + w[2]
	}
	return "[" + said + ticket + " " + strings.Join(parts, "; ") + "]"
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// plain is a name without what would end the line or one of its parts.
func plain(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return r == '[' || r == ']' || r == ';' || r == '\n' || r == '\r' || r == '\t' || r == ' '
	}), " ")
}

// Put writes the line on top of a body of the format.
func Put(l Line, language, format, body string) string {
	if l.IsZero() {
		return body
	}
	if format == helpdesk.FormatHTML {
		return "<p>" + html.EscapeString(l.String(language)) + "</p>\n" + body
	}
	return l.String(language) + "\n\n" + body
}

// Cut takes the line that Put wrote off a body again. Help desks trim texts and
// turn line ends: that is put up with.
func Cut(format, body string) (l Line, rest string, ok bool) {
	for _, language := range Languages() {
		text := body
		if format == helpdesk.FormatHTML {
			inside, found := strings.CutPrefix(body, "<p>")
			first, after, closed := strings.Cut(inside, "</p>")
			if !found || !closed {
				return Line{}, body, false
			}
			text, rest = html.UnescapeString(first), strings.TrimPrefix(strings.TrimPrefix(after, "\r"), "\n")
		}
		m := lines()[language].FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if format != helpdesk.FormatHTML {
			rest = text[len(m[0]):]
		} else if len(m[0]) != len(text) {
			continue
		}
		if l, ok = read(m); ok {
			return l, rest, true
		}
	}
	return Line{}, body, false
}

// lines are the forms of the line by language, compiled when the first is read.
var lines = sync.OnceValue(func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	const at = `(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)`
	for language, w := range words {
		pattern := `^\[(?:` + w[0] + `(?: ` + at + `)?(?: ` + w[1] + ` ([^\[\];\n]+))?(?:; ` + w[2] + `)?|` + title(w[2]) + `)`
		for _, word := range w[3:] {
			pattern += `(?:;? ` + word + ` ` + at + `)?`
		}
		all[language] = regexp.MustCompile(pattern + `\](?:\r?\n\r?\n|\r?\n?$)`)
	}
	return all
})

func read(m []string) (l Line, ok bool) {
	l.By = m[2]
	for i, into := range append([]*time.Time{&l.Written}, l.times()...) {
		text := m[1]
		if i > 0 {
			text = m[2+i]
		}
		if text == "" {
			continue
		}
		t, err := time.Parse(layout, text)
		if err != nil {
			return Line{}, false
		}
		*into = t
	}
	return l, !l.IsZero()
}

// CheckLanguage says whether lines can be written in the language.
func CheckLanguage(language string) error {
	if _, ok := words[language]; !ok {
		return fmt.Errorf("%w: language: one of %s", connectors.ErrSettings, strings.Join(Languages(), ", "))
	}
	return nil
}
