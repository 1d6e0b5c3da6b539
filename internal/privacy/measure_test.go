package privacy

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// tickets are 1,000 synthetic ones, half English, half German (data/README.md). No
// rule here was made from them.
const tickets = "data/pii/tickets_en_de.dev.jsonl.gz"

// goldKinds maps the kinds of the shared data that need no record to ours.
var goldKinds = map[string]Kind{"EMAIL": Email, "PHONE": Phone, "IBAN": IBAN, "CARD": Card, "IP": Network, "SSN": NationalID, "STEUERID": TaxID,
	"ADDRESS": Address, "DOB": Birth}

// floor is slightly under the F1 that is reached for each kind. Generator and
// recognizers know the same formats, so this guards against getting worse; it
// does not say how real tickets fare.
const floor = .995

func TestTicketsAreReadAsWellAsPromised(t *testing.T) {
	scores := map[Kind]*score{}
	for _, k := range goldKinds {
		scores[k] = &score{}
	}
	for _, s := range samples(t, tickets) {
		measure(scores, s, inCodePoints(s.Text, Detect(nil, []byte(s.Text), nil)))
	}
	for k, s := range scores {
		t.Logf("%-6s precision %.4f recall %.4f F1 %.4f of %d", k, s.precision(), s.recall(), s.f1(), s.mentions)
		if s.f1() < floor {
			t.Errorf("%s: F1 %.4f, want at least %.3f", k, s.f1(), floor)
		}
	}
}

// A score counts by data/README.md: a mention is found when a prediction of its
// kind overlaps it, a prediction is right when it overlaps such a mention.
type score struct{ mentions, found, predictions, right int }

func (s *score) precision() float64 { return float64(s.right) / float64(s.predictions) }
func (s *score) recall() float64    { return float64(s.found) / float64(s.mentions) }
func (s *score) f1() float64 {
	return 2 * s.precision() * s.recall() / (s.precision() + s.recall())
}

func measure(scores map[Kind]*score, s sample, spans []Span) {
	hit := make([]bool, len(spans))
	for _, m := range s.Spans {
		kind, known := goldKinds[m.Type]
		if !known {
			continue
		}
		found := false
		for i, p := range spans {
			if p.Kind == kind && m.Start < p.End && p.Start < m.End {
				found, hit[i] = true, true
			}
		}
		scores[kind].mentions++
		if found {
			scores[kind].found++
		}
	}
	for i, p := range spans {
		if scores[p.Kind] == nil {
			continue
		}
		scores[p.Kind].predictions++
		if hit[i] {
			scores[p.Kind].right++
		}
	}
}

// inCodePoints turns byte offsets into those of the shared data.
func inCodePoints(text string, spans []Span) []Span {
	at := make([]int, len(text)+1)
	n := 0
	for i := range text {
		at[i] = n
		n++
	}
	at[len(text)] = n
	for i := range spans {
		spans[i].Start, spans[i].End = at[spans[i].Start], at[spans[i].End]
	}
	return spans
}

type sample struct {
	Text  string
	Spans []struct {
		Start, End int // in Unicode code points
		Type       string
	}
}

// samples reads a file of the shared data, which stays outside the repository.
func samples(t testing.TB, name string) (all []sample) {
	f := openShared(t, name)
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if lines.Err() != nil || len(all) == 0 {
		t.Fatalf("%s: %d lines, %v", name, len(all), lines.Err())
	}
	return all
}

func openShared(t testing.TB, name string) *os.File {
	root := os.Getenv("SAFECONDUCT_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared") // beside the repository
	}
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
	switch {
	case err == nil:
		return f
	case os.Getenv("CI") != "":
		t.Fatalf("CI must measure and can't: %v; set SAFECONDUCT_SHARED to the folder that holds data/", err)
	default:
		t.Skipf("not measured: %v; set SAFECONDUCT_SHARED to the folder that holds data/", err)
	}
	return nil
}
