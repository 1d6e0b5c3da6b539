package privacy

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// mention is a span of the shared data, in Unicode code points.
type mention struct {
	Start, End int
	Type       string
}

type sample struct {
	ID, Lang, Text string
	Spans          []mention
}

// shared opens a file of /work/shared/data, which stays outside the repository.
func shared(t testing.TB, name string) *os.File {
	root := os.Getenv("SAFECONDUCT_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("CI must measure: %v; set SAFECONDUCT_SHARED to the folder that holds data/", err)
	}
	if err != nil {
		t.Skipf("not measured: %v; set SAFECONDUCT_SHARED to the folder that holds data/pii", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func samples(t testing.TB, name string) (all []sample) {
	z, err := gzip.NewReader(shared(t, name))
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

// floors are slightly under what is reached.
var floors = map[Kind]float64{Email: .98, Phone: .98, IBAN: .98, Card: .98}

func TestTicketsAreReadAsWellAsPromised(t *testing.T) {
	gold := map[string]Kind{"EMAIL": Email, "PHONE": Phone, "IBAN": IBAN, "CARD": Card}
	scores := map[Kind]*score{Email: {}, Phone: {}, IBAN: {}, Card: {}}
	for _, s := range samples(t, "data/pii/tickets_en_de.dev.jsonl.gz") {
		spans := inRunes(s.Text, Detect(nil, []byte(s.Text), nil))
		for _, m := range s.Spans {
			if k, ok := gold[m.Type]; ok {
				scores[k].mention(overlaps(m, k, spans))
				if os.Getenv("MISS") != "" && !overlaps(m, k, spans) {
					fmt.Println("MISS", s.Lang, k, string([]rune(s.Text)[max(0, m.Start-40):m.End]), "|", string([]rune(s.Text)[m.End:min(m.End+12, len([]rune(s.Text)))]))
				}
			}
		}
		for _, p := range spans {
			hit := false
			for _, m := range s.Spans {
				hit = hit || gold[m.Type] == p.Kind && m.Start < p.End && p.Start < m.End
			}
			scores[p.Kind].prediction(hit)
			if os.Getenv("MISS") != "" && !hit {
				fmt.Println("FP", s.Lang, p.Kind, string([]rune(s.Text)[max(0, p.Start-40):p.Start]), "|", string([]rune(s.Text)[p.Start:p.End]), "|", string([]rune(s.Text)[p.End:min(p.End+12, len([]rune(s.Text)))]))
			}
		}
	}
	for k, s := range scores {
		t.Logf("%-6s precision %.4f recall %.4f F1 %.4f of %d", k, s.precision(), s.recall(), s.f1(), s.mentions)
		if s.f1() < floors[k] {
			t.Errorf("%s: F1 %.4f, want at least %.3f", k, s.f1(), floors[k])
		}
	}
}

type score struct{ mentions, found, predictions, right int }

func (s *score) mention(found bool) {
	s.mentions++
	if found {
		s.found++
	}
}

func (s *score) prediction(right bool) {
	s.predictions++
	if right {
		s.right++
	}
}

func (s *score) precision() float64 { return float64(s.right) / float64(s.predictions) }
func (s *score) recall() float64    { return float64(s.found) / float64(s.mentions) }
func (s *score) f1() float64 {
	return 2 * s.precision() * s.recall() / (s.precision() + s.recall())
}

func overlaps(m mention, k Kind, spans []Span) bool {
	for _, p := range spans {
		if p.Kind == k && m.Start < p.End && p.Start < m.End {
			return true
		}
	}
	return false
}

// inRunes turns byte offsets into code points.
func inRunes(text string, spans []Span) []Span {
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
