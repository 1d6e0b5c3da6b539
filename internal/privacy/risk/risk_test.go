package risk_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/privacy/risk"
)

// read makes a table of CSV with a header, in which each row is about another person.
func read(t *testing.T, text string) *risk.Table {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := risk.New(rows[0]...)
	for i, row := range rows[1:] {
		if err := table.Add(strconv.Itoa(i), row...); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

// TestFiguresAreThoseOfPycanon compares with what testdata/reference.py computed.
func TestFiguresAreThoseOfPycanon(t *testing.T) {
	text, err := os.ReadFile("testdata/table.csv")
	if err != nil {
		t.Fatal(err)
	}
	table := read(t, string(text))
	var cases []struct {
		Quasi                 []string
		Sensitive             string
		K, L                  int
		Alpha, T, Beta, Delta float64
		EntropyL              int     `json:"entropy_l"`
		EnhancedBeta          float64 `json:"enhanced_beta"`
	}
	reference, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(reference, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(strings.Join(c.Quasi, "+")+" "+c.Sensitive, func(t *testing.T) {
			f, err := table.Measure(c.Quasi, []string{c.Sensitive})
			if err != nil {
				t.Fatal(err)
			}
			s := f.Sensitive[0]
			// pycanon gives the whole part of it, also where rounding errors made 1.99999 of 2.
			entropy := int(s.EntropyL+1e-9) == c.EntropyL || int(s.EntropyL-1e-9) == c.EntropyL
			if f.K != c.K || s.L != c.L || !entropy {
				t.Errorf("k %d, l %d, entropy l %g; want %d, %d, %d", f.K, s.L, s.EntropyL, c.K, c.L, c.EntropyL)
			}
			for name, v := range map[string][2]float64{"alpha": {s.Alpha, c.Alpha}, "t": {s.T, c.T}, "beta": {s.Beta, c.Beta},
				"enhanced beta": {s.EnhancedBeta, c.EnhancedBeta}, "delta": {s.Delta, c.Delta}} {
				if math.Abs(v[0]-v[1]) > 1e-9 {
					t.Errorf("%s is %.12g, want %.12g", name, v[0], v[1])
				}
			}
		})
	}
}

const few = `organization,locale,day
Acme,de,1
Acme,de,2
Acme,en,1
Globex,de,1
Globex,de,1
Initech,en,3
`

func TestRowsThatStandAloneAreCounted(t *testing.T) {
	f, err := read(t, few).Measure([]string{"organization", "locale", "day"}, nil)
	want := risk.Figures{Rows: 6, People: 6, Classes: 5, K: 1, Unique: 4, Small: 6, Prosecutor: 1, Marketer: 5.0 / 6}
	if err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("got %+v, %v; want %+v", f, err, want)
	}
}

// TestWhoWritesOftenDoesNotHideInTheirOwnRows: ten tickets of one person are a class of
// one.
func TestWhoWritesOftenDoesNotHideInTheirOwnRows(t *testing.T) {
	table := risk.New("organization", "channel")
	for _, row := range [][3]string{{"jane", "Acme", "mail"}, {"jane", "Acme", "mail"}, {"john", "Globex", "web"}, {"joan", "Globex", "web"}, {"joan", "Globex", "mail"}} {
		if err := table.Add(row[0], row[1], row[2]); err != nil {
			t.Fatal(err)
		}
	}
	f, err := table.Measure(table.Columns(), nil)
	want := risk.Figures{Rows: 5, People: 3, Classes: 3, K: 1, Unique: 2, Small: 3, Prosecutor: 1, Marketer: (1 + 1 + .5 + .5 + 1) / 5}
	if f.Marketer = math.Round(f.Marketer*1e9) / 1e9; err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("got %+v, %v; want %+v", f, err, want)
	}
	sets, err := table.Singles(table.Columns())
	if wanted := []risk.Set{{Columns: []string{"organization"}, People: 1}, {Columns: []string{"organization", "channel"}, People: 1}}; err != nil || !reflect.DeepEqual(sets, wanted) {
		t.Errorf("got %+v, %v; want %+v", sets, err, wanted)
	}
}

// TestTheSmallestSetsThatSingleOutAreNamed: a row is counted for each set of which no
// part singles it out already.
func TestTheSmallestSetsThatSingleOutAreNamed(t *testing.T) {
	got, err := read(t, few).Singles([]string{"organization", "locale", "day"})
	want := []risk.Set{
		{Columns: []string{"day"}, People: 2},
		{Columns: []string{"organization"}, People: 1},
		{Columns: []string{"locale", "day"}, People: 1},
		{Columns: []string{"organization", "locale"}, People: 1},
		{Columns: []string{"organization", "locale", "day"}, People: 1},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestWhatHelpsMostComesFirst(t *testing.T) {
	table := risk.New("organization", "day", "month")
	for i := range 40 {
		if err := table.Add(strconv.Itoa(i), []string{"Acme", "Globex"}[i%2], strconv.Itoa(i), strconv.Itoa(i/20)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := table.Relieve([]string{"organization", "day"}, map[string][]string{"day": {"month"}})
	want := []risk.Relief{
		{Column: "day", Operator: risk.Drop, K: 20},
		{Column: "day", Operator: risk.Generalize, To: "month", K: 10},
		{Column: "organization", Operator: risk.Drop, K: 1, Unique: 40, Small: 40},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestATableThatCanNotBeMeasuredSaysWhy(t *testing.T) {
	if _, err := risk.New("a").Measure([]string{"a"}, nil); !errors.Is(err, risk.ErrNoRows) {
		t.Errorf("no rows: %v", err)
	}
	table := read(t, few)
	if _, err := table.Measure([]string{"colour"}, nil); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("a column that is none: %v", err)
	}
	if err := table.Add("7", "Acme"); err == nil {
		t.Error("a row that is too short was taken")
	}
	if _, err := table.Singles(make([]string, 65)); err == nil {
		t.Error("65 quasi-identifiers were taken")
	}
}
