package evidence

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
)

//go:embed texts
var textFiles embed.FS

// Languages lists the languages of the documents; the first stands in for one
// that there is not.
func Languages() []string { return []string{"en", "de"} }

// A language is what a report says in one language, and how it writes numbers
// and dates there.
type language struct {
	code  string
	texts map[string]string
}

var languages = sync.OnceValue(func() map[string]*language {
	all := map[string]*language{}
	for _, code := range Languages() {
		l := &language{code, map[string]string{}}
		for _, part := range []string{"page", "verdict", "words"} {
			if err := l.load("texts/" + code + "/" + part + ".txt"); err != nil {
				panic("evidence: " + err.Error()) // part of the program; a test reads them all
			}
		}
		all[code] = l
	}
	return all
})

func languageOf(code string) (*language, error) {
	l, ok := languages()[code]
	if !ok {
		return nil, fmt.Errorf("evidence: there is no language %q; there are %s", code, strings.Join(Languages(), ", "))
	}
	return l, nil
}

// load reads lines of the form "key = text". A line that starts with a space
// continues the one before it; one that starts with # is a comment.
func (l *language) load(name string) error {
	file, err := textFiles.ReadFile(name)
	if err != nil {
		return err
	}
	last := ""
	for i, line := range strings.Split(string(file), "\n") {
		switch {
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
		case line[0] == ' ' && last != "":
			l.texts[last] += " " + strings.TrimSpace(line)
		default:
			key, text, ok := strings.Cut(line, " = ")
			if _, twice := l.texts[key]; !ok || twice {
				return fmt.Errorf("%s:%d: write each key once, as key = text", name, i+1)
			}
			l.texts[key], last = strings.TrimSpace(text), key
		}
	}
	return nil
}

// text is the text of a key. Pairs of name and value fill its {places}; a number
// called n chooses between "one | many". A key that there is not shows up in
// brackets: a report with a hole is better than none.
func (l *language) text(key string, pairs ...any) string {
	text, ok := l.texts[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if one, many, ok := strings.Cut(text, " | "); ok {
		text = many
		if n, ok := valueOf("n", pairs).(int); ok && n == 1 {
			text = one
		}
	}
	return l.fill(text, pairs)
}

func valueOf(name string, pairs []any) any {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return nil
}

// fill replaces all places at once, so that a value that looks like a place
// stays what it is.
func (l *language) fill(text string, pairs []any) string {
	replace := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		value := fmt.Sprint(pairs[i+1])
		if n, ok := pairs[i+1].(int); ok {
			value = l.number(n)
		}
		replace = append(replace, fmt.Sprintf("{%v}", pairs[i]), value)
	}
	return strings.NewReplacer(replace...).Replace(text)
}

// word explains a word of an open list, such as a reason of a connector: the
// word itself where there is no text for it.
func (l *language) word(list, word string) string {
	if text, ok := l.texts[list+"."+word]; ok {
		return text
	}
	return word
}

// Explained reports whether every language has a text for a word of one of our
// vocabularies: "outcome", "class", "reason", "failure", "kind", "file", "data",
// "fidelity", "operator". Whoever adds a word tests it by this.
func Explained(list, word string) bool {
	for _, l := range languages() {
		if _, ok := l.texts[list+"."+word]; !ok {
			return false
		}
	}
	return true
}

// number groups thousands.
func (l *language) number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + l.texts["number.thousands"] + digits[i:]
	}
	return sign + digits
}

// size is a number of bytes, in decimal units.
func (l *language) size(bytes int64) string {
	return strings.ReplaceAll(humanize.Bytes(uint64(max(bytes, 0))), ".", l.texts["number.decimal"])
}

func (l *language) date(t time.Time) string {
	return l.text("date", "day", strconv.Itoa(t.Day()), "month", l.text(fmt.Sprintf("month.%d", t.Month())),
		"year", strconv.Itoa(t.Year()))
}

// moment is a point in time, in UTC; "" if there is none.
func (l *language) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	return l.text("moment", "date", l.date(t), "clock", t.Format(time.TimeOnly))
}

// list joins parts as one says them: "a, b and c".
func (l *language) list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return l.text("list", "first", strings.Join(parts[:last], ", "), "last", parts[last])
}
