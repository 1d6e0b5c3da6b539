package infra_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/internal/infra"
)

const root = "../.."

var update = flag.Bool("update", false, "write testdata anew")

// deployed is the template with what it takes when nobody says otherwise.
func deployed(t *testing.T, parameters ...string) *infra.System {
	t.Helper()
	w := infra.Where{Account: "123456789012", Region: "eu-central-1", Stack: "desk", Parameters: map[string]string{}}
	for i := 0; i < len(parameters); i += 2 {
		w.Parameters[parameters[i]] = parameters[i+1]
	}
	s, err := infra.Load(root, w)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTheTableOfWhoOpensWhatIsTheOneThatWasReviewed compares it with the file
// that a reviewer reads; -update writes it.
func TestTheTableOfWhoOpensWhatIsTheOneThatWasReviewed(t *testing.T) {
	got, err := deployed(t).Table()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "who-opens-what.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("who can open what has changed; if that is wanted: go test ./internal/infra -update. Got:\n%s", got)
	}
}
