package infra_test

import (
	"os"
	"strings"
	"testing"
)

// exceptions reads the lines of one section of infra/EXCEPTIONS.md: what, and why.
func exceptions(t *testing.T, section string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(root + "/infra/EXCEPTIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	in := ""
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			in = strings.TrimSpace(name)
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if in != section || len(cells) < 2 || !strings.HasPrefix(line, "| `") {
			continue
		}
		for what := range strings.SplitSeq(cells[0], ",") {
			all[strings.Trim(what, " `")] = strings.TrimSpace(cells[len(cells)-1])
		}
	}
	return all
}
