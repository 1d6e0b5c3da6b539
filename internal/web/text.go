package web

import (
	"bufio"
	"bytes"
	"embed"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

//go:embed texts/*.txt
var texts embed.FS

// A tongue is the page in one language.
type tongue struct {
	tag   string
	texts map[string]string
	group string // between thousands
	time  string
}

var (
	tongues = []*tongue{read("en", ",", "2006-01-02 15:04"), read("de", ".", "02.01.2006 15:04")}
	matcher = language.NewMatcher([]language.Tag{language.English, language.German})
)

func read(tag, group, layout string) *tongue {
	t := &tongue{tag, map[string]string{}, group, layout}
	file, err := texts.ReadFile("texts/" + tag + ".txt")
	if err != nil {
		panic("web: " + err.Error()) // it is part of the program
	}
	for lines := bufio.NewScanner(bytes.NewReader(file)); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), " = "); ok && !strings.HasPrefix(key, "#") {
			t.texts[key] = value
		}
	}
	return t
}

// tongueOf is the language that the address asks for, or the browser.
func tongueOf(r *http.Request) *tongue {
	asked := r.URL.Query().Get("lang")
	for _, t := range tongues {
		if t.tag == asked {
			return t
		}
	}
	tags, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, i, _ := matcher.Match(tags...)
	return tongues[i]
}

// say is the text of a key with its blanks filled in. A word that the list does
// not have is shown as it is.
func (t *tongue) say(key string, fill ...string) string {
	text, ok := t.texts[key]
	if !ok {
		_, text, _ = strings.Cut(key, ".")
	}
	for i, f := range fill {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", f)
	}
	return text
}

func (t *tongue) number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + t.group + text[i:]
	}
	return text
}

func (t *tongue) date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(t.time)
}

// span says how long something takes, no finer than anybody wants to know.
func (t *tongue) span(seconds int) string {
	switch {
	case seconds < 90:
		return t.say("seconds", strconv.Itoa((seconds+9)/10*10))
	case seconds < 90*60:
		return t.say("minutes", strconv.Itoa((seconds+30)/60))
	}
	minutes := (seconds + 30) / 60
	return t.say("hours", strconv.Itoa(minutes/60), strconv.Itoa(minutes%60))
}
