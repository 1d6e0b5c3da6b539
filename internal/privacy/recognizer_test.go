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

func TestRecognizersFindTheirExamplesAndLeaveTheTraps(t *testing.T) {
	for _, s := range stages {
		for _, r := range s.recognizers {
			if len(r.finds) == 0 || len(r.leaves) == 0 {
				t.Errorf("%s: a recognizer needs examples of what it finds and of what it leaves", r.kind)
			}
			for _, example := range append(r.finds, r.leaves...) {
				text, want := marked(example)
				var got []string
				for _, span := range Detect(nil, []byte(text), nil) {
					got = append(got, text[span.Start:span.End])
					if r.kind != reserved && span.Kind != r.kind {
						t.Errorf("%s: %q found as %s", r.kind, text[span.Start:span.End], span.Kind)
					}
				}
				if strings.Join(got, "|") != strings.Join(want, "|") {
					t.Errorf("%s: in %q got %q, want %q", r.kind, text, got, want)
				}
			}
		}
	}
}
