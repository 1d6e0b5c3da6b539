package list

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryConnectorIsInTheList: plans find a connector by the list alone.
func TestEveryConnectorIsInTheList(t *testing.T) {
	var want []string
	for folder, source := range folders(t, "[a-z]*.go") {
		if strings.Contains(source, "\nvar Connector = connectors.Connector{") {
			want = append(want, folder)
		}
	}
	var got []string
	for _, c := range All() {
		got = append(got, c.Name)
		if c.Title == "" || c.Summary == "" || c.Tested == "" || c.Source == nil && c.Target == nil {
			t.Errorf("%s does not say what it is: %+v", c.Name, c)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the list names %q; folders with a Connector are %q", got, want)
	}
}

// TestEveryConnectorRunsTheSuite: what a connector promises is what the suite
// has tested.
func TestEveryConnectorRunsTheSuite(t *testing.T) {
	tests := folders(t, "*_test.go")
	for _, c := range All() {
		if c.Source != nil && !strings.Contains(tests[c.Name], "conformance.Source(") {
			t.Errorf("no test of connectors/%s calls conformance.Source", c.Name)
		}
		if c.Target != nil && !strings.Contains(tests[c.Name], "conformance.Target(") {
			t.Errorf("no test of connectors/%s calls conformance.Target", c.Name)
		}
	}
}

func TestFindKnowsWhatIsListed(t *testing.T) {
	for _, c := range All() {
		if got, ok := Find(c.Name); !ok || got.Title != c.Title {
			t.Errorf("Find(%q) = %q, %t", c.Name, got.Title, ok)
		}
	}
	if _, ok := Find("nothing"); ok {
		t.Error("Find knows what is not listed")
	}
}

// folders returns the text of the files of that name in each folder beside this
// one.
func folders(t *testing.T, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "*", pattern))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(filepath.Dir(f))] += string(b)
	}
	return all
}
