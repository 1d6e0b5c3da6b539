// Package doctest keeps tables in documents as a test computes them.
package doctest

import (
	"os"
	"strings"
	"testing"
)

// Tables compares the tables of a document, each between <!-- NAME --> and
// <!-- end of NAME -->, with those given by name. With update it writes them.
func Tables(t *testing.T, file string, update bool, tables map[string]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for name, table := range tables {
		got = between(t, got, name, table)
	}
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(text) {
		t.Errorf("%s is not what is computed; write it with the test's flag -update", file)
	}
}

// between puts a table between its two marks.
func between(t *testing.T, text, name, table string) string {
	t.Helper()
	start, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	before, rest, ok := strings.Cut(text, start)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("the document has no place for %s", name)
	}
	return before + start + "\n" + table + "\n" + end + after
}
