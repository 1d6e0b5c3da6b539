package infra

import (
	"os"
	"path/filepath"
	"strings"
)

// An Exception is one line of a section of infra/EXCEPTIONS.md: what is excused,
// where, and why. "*" is everywhere.
type Exception struct {
	What, Where, Why string
}

// Exceptions reads a section of infra/EXCEPTIONS.md below the folder. A line that
// excuses several things in several places is an exception for each.
func Exceptions(folder, section string) (all []Exception, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "infra", "EXCEPTIONS.md"))
	if err != nil {
		return nil, err
	}
	in := ""
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			in = strings.TrimSpace(name)
		}
		if in != section || !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) == 2 {
			cells = []string{cells[0], "`*`", cells[1]}
		}
		for _, what := range quoted(cells[0]) {
			for _, where := range quoted(cells[1]) {
				all = append(all, Exception{what, where, strings.TrimSpace(cells[2])})
			}
		}
	}
	return all, nil
}

// quoted gives what stands between backquotes.
func quoted(cell string) (all []string) {
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			all = append(all, part)
		}
	}
	return all
}
