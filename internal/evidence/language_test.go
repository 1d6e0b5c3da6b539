package evidence

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

var place = regexp.MustCompile(`\{[a-z]+\}`)

func places(text string) []string {
	all := place.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func TestLanguagesSayTheSame(t *testing.T) {
	first := languages()[Languages()[0]]
	for _, l := range languages() {
		for key, text := range first.texts {
			other, ok := l.texts[key]
			switch {
			case !ok:
				t.Errorf("%s has no text for %s", l.code, key)
			case other == "":
				t.Errorf("%s: the text of %s is empty", l.code, key)
			case !slices.Equal(places(text), places(other)):
				t.Errorf("%s: %s has the places %v, want %v", l.code, key, places(other), places(text))
			}
		}
		for key := range l.texts {
			if _, ok := first.texts[key]; !ok {
				t.Errorf("%s: %s is in no other language", l.code, key)
			}
		}
	}
}

// built are the lists whose keys are put together from a list and a word.
var built = []string{"month", "level", "mode", "state", "regime", "tested", "kind", "outcome", "class", "data", "operator", "fidelity",
	"file", "became", "unread", "reason", "key", "what", "where", "until", "term", "failure", "point", "section", "facts", "destroyed", "census", "cutover", "switched", "area", "channel"}

// named finds the keys that the program names whole: w.text("x.y") in Go and
// {{text "x.y"}} in the page.
var named = regexp.MustCompile(`(?:text\(|paragraph\(|[{ ]text )"([a-z_.]+[a-z_])"`)

func TestNoTextIsMissingAndNoneIsLeftOver(t *testing.T) {
	source := programText(t)
	texts := languages()["en"].texts
	for _, m := range named.FindAllStringSubmatch(source, -1) {
		if _, ok := texts[m[1]]; !ok {
			t.Errorf("there is no text for %s", m[1])
		}
	}
	for key := range texts {
		list, _, _ := strings.Cut(key, ".")
		if !slices.Contains(built, list) && !strings.Contains(source, `"`+key+`"`) {
			t.Errorf("nothing uses %s", key)
		}
	}
}

func programText(t *testing.T) string {
	var all strings.Builder
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, "html/page.html") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestEveryConcernAndWordHasItsTexts(t *testing.T) {
	for _, c := range concerns {
		if c.name != "failure" && !Explained("point", c.name+".next") || !Explained("point", c.name) {
			t.Errorf("point.%s lacks a text or its next step", c.name)
		}
		if !Explained("section", c.section) {
			t.Errorf("%s points to section %s, which there is not", c.name, c.section)
		}
	}
	for _, k := range helpdesk.Kinds() {
		if !Explained("kind", string(k)) {
			t.Errorf("kind.%s has no text", k)
		}
	}
	for list, words := range map[string][]string{"outcome": outcomeOrder, "class": classOrder, "term": termOrder} {
		for _, word := range words {
			if !Explained(list, word) {
				t.Errorf("%s.%s has no text", list, word)
			}
			if list != "class" && !Explained(list, word+".means") {
				t.Errorf("%s.%s.means has no text", list, word)
			}
		}
	}
	for key := range maps.Keys(languages()["en"].texts) {
		if name, ok := strings.CutPrefix(key, "failure."); ok && !strings.Contains(name, ".") && !Explained("failure", name+".next") {
			t.Errorf("failure %s has no next step", name)
		}
	}
}

func TestExplained(t *testing.T) {
	if !Explained("class", "UNEXPECTED") || Explained("class", "SURPRISING") {
		t.Error("Explained does not tell a word that has a text from one that has none")
	}
}

func TestTextsOfNumbersAndTimes(t *testing.T) {
	en, de := languages()["en"], languages()["de"]
	at := time.Date(2026, 3, 1, 15, 4, 5, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct{ got, want string }{
		{en.number(0), "0"}, {en.number(999), "999"}, {en.number(1934), "1,934"}, {de.number(1234567), "1.234.567"}, {de.number(-1000), "−1.000"},
		{en.size(48_213_770), "48 MB"}, {de.size(1_200_000), "1,2 MB"}, {en.size(-1), "0 B"},
		{en.moment(at), "1 March 2026, 14:04:05 UTC"}, {de.moment(at), "1. März 2026, 14:04:05 UTC"}, {en.moment(time.Time{}), ""},
		{en.list(nil), ""}, {en.list([]string{"a"}), "a"}, {de.list([]string{"a", "b", "c"}), "a, b und c"},
		{en.text("point.quarantined", "n", 1), "1 record is in quarantine"},
		{en.text("point.quarantined", "n", 1200), "1,200 records are in quarantine"},
		{en.text("title.run", "migration", "{run}", "run", "r1"), "Migration {run}, run r1"},
		{en.text("no.such.key"), "⟦no.such.key⟧"}, {en.word("reason", "of_their_own"), "of_their_own"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
