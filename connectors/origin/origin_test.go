package origin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

var noon = time.Date(2026, 1, 5, 12, 0, 7, 0, time.UTC)

var full = origin.Line{By: "Jörg Müller & Söhne 🐤", Written: noon, Opened: noon.Add(time.Hour),
	Changed: noon.Add(2 * time.Hour), Solved: noon.Add(3 * time.Hour), Closed: noon.Add(4 * time.Hour)}

func TestALineSaysWhoAndWhenInTheReadersLanguage(t *testing.T) {
	for language, want := range map[string]string{
		"en": "[Written 2026-01-05 12:00:07 UTC by Jane Doe; ticket solved 2026-01-05 15:00:07 UTC]",
		"de": "[Geschrieben 2026-01-05 12:00:07 UTC von Jane Doe; Ticket gelöst 2026-01-05 15:00:07 UTC]",
	} {
		if got := (origin.Line{By: "Jane\n[Doe];", Written: noon, Solved: full.Solved}).String(language); got != want {
			t.Errorf("%s: %s, want %s", language, got, want)
		}
	}
}

func TestATicketWithoutAMessageHasALineOfItsOwn(t *testing.T) {
	l := origin.Line{Changed: noon, Closed: noon}
	if got, want := l.String("en"), "[Ticket last changed 2026-01-05 12:00:07 UTC; closed 2026-01-05 12:00:07 UTC]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsPutCanBeCut(t *testing.T) {
	for _, l := range []origin.Line{full, {By: "x"}, {Written: noon}, {Closed: noon}, {By: "A by B", Written: noon, Opened: noon}} {
		for _, language := range origin.Languages() {
			for _, format := range []string{helpdesk.FormatText, helpdesk.FormatHTML} {
				for _, body := range []string{"", "text", "\n\ntext\n", "[Written 2026-01-05 12:00:07 UTC]\n\ntext", "<p>a</p><p>b</p>", "]"} {
					got, rest, ok := origin.Cut(format, origin.Put(l, language, format, body))
					if !ok || got != l || rest != body {
						t.Errorf("%s %s %+v on %q: cut gives %+v and %q, %v", language, format, l, body, got, rest, ok)
					}
				}
			}
		}
	}
}

func TestAHelpDeskTrimsAndTurnsLineEnds(t *testing.T) {
	for _, body := range []string{"[Written 2026-01-05 12:00:07 UTC]\r\n\r\ntext", "[Written 2026-01-05 12:00:07 UTC]\n\ntext"} {
		if l, rest, ok := origin.Cut(helpdesk.FormatText, body); !ok || rest != "text" || !l.Written.Equal(noon) {
			t.Errorf("%q: %+v, %q, %v", body, l, rest, ok)
		}
	}
	if _, rest, ok := origin.Cut(helpdesk.FormatText, "[Written 2026-01-05 12:00:07 UTC]"); !ok || rest != "" {
		t.Errorf("a body that is only the line: %q, %v", rest, ok)
	}
}

func TestWhatPeopleWriteIsNoLine(t *testing.T) {
	for _, body := range []string{"", "[Written]", "[Written]\n\ntext", "[Written 2026-13-05 12:00:07 UTC]\n\ntext", "text [Written 2026-01-05 12:00:07 UTC]\n\n",
		"[Written 2026-01-05 12:00:07 UTC] text", "[Written 2026-01-05 12:00:07]\n\ntext", "<p>[Written by x]</p>", "[Written 2026-01-05 12:00:07 UTC by x; y]\n\nz"} {
		if l, rest, ok := origin.Cut(helpdesk.FormatText, body); ok || rest != body {
			t.Errorf("%q is taken for the line %+v", body, l)
		}
	}
	if _, _, ok := origin.Cut(helpdesk.FormatHTML, "<p>[Written by x] and more</p>"); ok {
		t.Error("a paragraph that goes on is taken for a line")
	}
}

func FuzzCut(f *testing.F) {
	f.Add("[Written 2026-01-05 12:00:07 UTC by Jane; solved 2026-01-05 12:00:07 UTC]\n\ntext", true)
	f.Fuzz(func(t *testing.T, body string, isHTML bool) {
		format := map[bool]string{true: helpdesk.FormatHTML, false: helpdesk.FormatText}[isHTML]
		l, rest, ok := origin.Cut(format, body)
		if !ok {
			if rest != body {
				t.Fatalf("no line, and yet %q of %q", rest, body)
			}
			return
		}
		again, rest2, ok := origin.Cut(format, origin.Put(l, "en", format, rest))
		if !ok || rest2 != rest || !again.Written.Equal(l.Written) {
			t.Fatalf("%q: cut, put and cut gives %+v %q", body, again, rest2)
		}
	})
}

func TestAScriptSetsWhatIsKnownAndCountsIt(t *testing.T) {
	var b strings.Builder
	s := origin.NewScript(&b, "Read first.")
	if s.Set("issues", "id", 1, origin.Date{Column: "a"}) {
		t.Error("a date that nobody knows was set")
	}
	s.Set("issues", "id", 2, origin.Date{Column: "a", At: noon}, origin.Date{Column: "b"}, origin.Date{Column: "c", At: noon})
	s.Set("files", "issue", 2, origin.Date{Column: "a", At: noon})
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	const want = `-- Read first.
BEGIN;
UPDATE issues SET a = '2026-01-05 12:00:07', c = '2026-01-05 12:00:07' WHERE id = 2;
UPDATE files SET a = '2026-01-05 12:00:07' WHERE issue = 2;
COMMIT;
-- How many rows have the dates that were set, and should have.
SELECT 'issues', 1 AS expected, COUNT(*) AS found FROM issues WHERE (id = 2 AND a = '2026-01-05 12:00:07' AND c = '2026-01-05 12:00:07');
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
