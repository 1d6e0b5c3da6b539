package evidence_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDocumentsAreAsTheyWere(t *testing.T) {
	documents, err := evidence.Full().Documents(html.Render)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		golden := filepath.Join("testdata", d.Name)
		if *update {
			if err := os.WriteFile(golden, d.Content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(d.Content, want) {
			t.Errorf("%s differs from %s at line %d; look at it, then: go test ./internal/evidence -update", d.Name, golden, firstDifference(d.Content, want))
		}
	}
}

func firstDifference(got, want []byte) int {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return i + 1
		}
	}
	return min(len(g), len(w)) + 1
}

// TestOrderOfCollectionDoesNotShow: a report that was gathered in another order,
// in another time zone, is the same report.
func TestOrderOfCollectionDoesNotShow(t *testing.T) {
	want, err := evidence.Full().Documents(html.Render)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.Full()
	dice := rand.New(rand.NewPCG(1, 2))
	for _, list := range []any{r.Kinds, r.Fields, r.Inventory, r.Rules, r.Aside, r.Findings, r.Census.Kinds} {
		dice.Shuffle(reflect.ValueOf(list).Len(), reflect.Swapper(list))
	}
	r.Started = r.Started.In(time.FixedZone("CET", 3600))
	before := r.Kinds[0]
	got, err := r.Documents(html.Render)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !bytes.Equal(got[i].Content, want[i].Content) {
			t.Errorf("%s depends on the order in which the report was gathered", want[i].Name)
		}
	}
	if !reflect.DeepEqual(r.Kinds[0], before) {
		t.Error("rendering changed the report")
	}
}

func TestJSONIsReadBackAsTheSameReport(t *testing.T) {
	for name, r := range evidence.Reports() {
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("null")) {
			t.Errorf("%s: report.json holds null where a list or table belongs", name)
		}
		var doc struct {
			Verdict evidence.Verdict `json:"verdict"`
			evidence.Report
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		if again, _ := doc.Report.JSON(); !bytes.Equal(again, text) {
			t.Errorf("%s: what was read back is another report", name)
		}
		if doc.Verdict.Level != r.Verdict("en").Level {
			t.Errorf("%s: verdict.level = %q", name, doc.Verdict.Level)
		}
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	r := evidence.Report{}
	for _, start := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "-Zr8 ref", `="a","b"`} {
		r.Aside = append(r.Aside, evidence.Aside{Kind: start, Outcome: start, Reason: start, Ref: start, Place: start})
		r.Findings = append(r.Findings, evidence.Difference{Kind: start, Ref: start, ID: start, Path: start, Class: start})
	}
	for _, text := range [][]byte{r.AsideCSV(), r.DifferencesCSV()} {
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 1+len(r.Aside) {
			t.Fatalf("%d rows, %v; want %d", len(rows), err, 1+len(r.Aside))
		}
		for _, row := range rows[1:] {
			for _, cell := range row {
				if cell[0] != '\'' {
					t.Errorf("a spreadsheet would run %q", cell)
				}
			}
		}
	}
	if got, want := string((evidence.Report{Aside: []evidence.Aside{{Kind: "ticket", Ref: "a=b-c", Place: "t.csv:1:2"}}}).AsideCSV()),
		"kind,outcome,reason,ref,place\nticket,,,a=b-c,t.csv:1:2\n"; got != want {
		t.Errorf("got %q, want what is harmless as it is: %q", got, want)
	}
}
