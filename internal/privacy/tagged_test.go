package privacy

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestTheTaggerFindsWhomNoWordPointsTo(t *testing.T) {
	const text = "It was Tiravel Hosmunder who found the bug." // names on no list
	if got := Detect(nil, []byte(text), nil); len(got) > 0 {
		t.Fatalf("found without the tagger, so that the text shows nothing: %v", got)
	}
	got := DetectTagged(nil, []byte(text), nil)
	if len(got) != 1 || text[got[0].Start:got[0].End] != "Tiravel Hosmunder" {
		t.Errorf("got %+v", got)
	}
}

// TestAPolicyWithTheTaggerMasksWhomNoWordPointsTo in the texts of records and in those of
// no record, and is another policy than without it.
func TestAPolicyWithTheTaggerMasksWhomNoWordPointsTo(t *testing.T) {
	const text, name = "It was Tiravel Hosmunder who found the bug.", "Tiravel Hosmunder"
	digests := map[string]bool{}
	for _, on := range []bool{false, true} {
		c := compile(t, Policy{Preset: "pseudonymous", Tagger: on})
		digests[c.Hash()] = true
		r := helpdesk.New(helpdesk.KindTicket, "1")
		r.Ticket.Comments = []helpdesk.Comment{{Body: text, Format: helpdesk.FormatText}}
		result, err := c.Apply(&r, &People{}, testKey("k"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if hidden := !strings.Contains(r.Ticket.Comments[0].Body, name); hidden != on || len(result.Residual) > 0 {
			t.Errorf("tagger %t: %q, %v left", on, r.Ticket.Comments[0].Body, result.Residual)
		}
		w, err := c.Rewriter(testKey("k"))
		if err != nil {
			t.Fatal(err)
		}
		out, _, left := w.Rewrite([]byte(text), nil)
		if hidden := !strings.Contains(string(out), name); hidden != on || left > 0 {
			t.Errorf("tagger %t: %q, %d left", on, out, left)
		}
	}
	if len(digests) != 2 {
		t.Error("a policy has the same hash with the tagger and without it")
	}
}

// TestATextThatWasGermanByANameIsRewrittenOnce: what is left of it is English.
func TestATextThatWasGermanByANameIsRewrittenOnce(t *testing.T) {
	const text = "Then Tiravel Hosmunder found Anna-Lena von der Heide."
	rewrite := rewriterOf(t, Policy{Preset: "demo", Tagger: true}, account())
	once := rewrite([]byte(text))
	if twice := rewrite(once); !bytes.Equal(once, twice) || bytes.Contains(once, []byte("Hosmunder")) {
		t.Errorf("%q became %q, and that became %q", text, once, twice)
	}
}

func TestTheTaggerAllocatesNothingOnceWarm(t *testing.T) {
	text := []byte(strings.Join(examples(), "\n"))
	var spans []Span
	people := team()
	run := func() { spans = DetectTagged(spans[:0], text, people) }
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzTaggedSpansAreWalls: spans lie inside the text in order, and what was found and
// replaced leaves nothing more to find.
func FuzzTaggedSpansAreWalls(f *testing.F) {
	for _, text := range examples() {
		f.Add([]byte(text))
	}
	f.Add([]byte("Jane Doe and Margaret Thornfield met Anna-Lena O'Brien. J. R. Smith, \xff McDonald"))
	f.Fuzz(func(t *testing.T, text []byte) { tagsKeepTheirPromises(t, text) })
}

func tagsKeepTheirPromises(t fataler, text []byte) {
	at := 0
	spans := DetectTagged(nil, text, nil)
	for _, s := range spans {
		if s.Start < at || s.End <= s.Start || s.End > len(text) || !slices.Contains(TextKinds(), s.Kind) {
			t.Fatalf("in %q: span %+v after %d", text, s, at)
		}
		at = s.End
	}
	once := replaced(text)
	if twice := replaced(once); !bytes.Equal(once, twice) {
		t.Fatalf("%q became %q, and that became %q", text, once, twice)
	}
}

// replaced puts what is reserved in place of all that is found, as often as Rewriter does.
func replaced(text []byte) []byte {
	for range maxRounds {
		spans := DetectTagged(nil, text, nil)
		if len(spans) == 0 {
			break
		}
		text = Rewrite(nil, text, spans, brackets)
	}
	return text
}
