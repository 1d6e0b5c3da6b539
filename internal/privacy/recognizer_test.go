package privacy

import (
	"strings"
	"testing"
)

// marked takes the « and » out of an example and returns what stood between.
func marked(example string) (text string, want []string) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(example, "«")
		b.WriteString(before)
		if !ok {
			return b.String(), want
		}
		found, after, _ := strings.Cut(rest, "»")
		b.WriteString(found)
		want = append(want, found)
		example = after
	}
}

// An example is what a recognizer or an identifier is held to.
type held struct {
	name          string
	kind          Kind
	typ           string
	finds, leaves []string
}

func allHeld() (all []held) {
	for _, r := range recognizers() {
		all = append(all, held{string(r.kind), r.kind, "", r.finds, r.leaves})
	}
	for _, id := range identifiers {
		all = append(all, held{id.typ, id.kind, id.typ, id.finds, id.leaves})
	}
	return all
}

func TestRecognizersFindTheirExamplesAndLeaveTheTraps(t *testing.T) {
	for _, h := range allHeld() {
		if len(h.finds) == 0 || len(h.leaves) == 0 {
			t.Errorf("%s: a recognizer needs examples of what it finds and of what it leaves", h.name)
		}
		for _, example := range append(h.finds, h.leaves...) {
			text, want := marked(example)
			var got []string
			for _, span := range Detect(nil, []byte(text), nil) {
				got = append(got, text[span.Start:span.End])
				if h.kind != reserved && span.Kind != h.kind {
					t.Errorf("%s: %q found as %s in %q", h.name, text[span.Start:span.End], span.TypeName(), text)
				} else if h.typ != "" && span.TypeName() != h.typ {
					t.Errorf("%s: %q found as %s", h.name, text[span.Start:span.End], span.TypeName())
				}
			}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s: in %q got %q, want %q", h.name, text, got, want)
			}
		}
	}
}
