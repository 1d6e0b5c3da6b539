package sample

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed text
var texts embed.FS

// A book holds everything that can be said.
type book struct {
	ordinary []*scenario
	odd      map[string]*scenario           // by id
	phrases  map[string][]string            // wordings by name, "note.en"
	papers   map[string]string              // what is printed on attached papers
	slots    map[string]func(*voice) string // facts that are made up
}

// A scenario is a conversation with variants.
type scenario struct {
	id, lang string
	head     map[string]string // group, type, product, tags, status ...
	subjects []string
	steps    []step
}

// A step is one message of a conversation.
type step struct {
	who      string // customer, agent or note
	wordings []wording
}

// A wording is one way to say it, with the kind of file that is attached, if any.
type wording struct{ text, file string }

// theBook is read once: it never changes.
var theBook = sync.OnceValue(func() *book {
	b := &book{odd: map[string]*scenario{}, phrases: readPhrases("text/phrases.txt"), papers: readPapers("text/papers.txt"), slots: newSlots()}
	names, err := fs.Glob(texts, "text/*_*.txt")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		for _, s := range readScenarios(name) {
			if strings.HasPrefix(name, "text/awkward_") {
				b.odd[s.id] = s
			} else {
				b.ordinary = append(b.ordinary, s)
			}
		}
	}
	return b
})

// of lists the ordinary scenarios in a language.
func (b *book) of(lang string) []*scenario {
	return slices.DeleteFunc(slices.Clone(b.ordinary), func(s *scenario) bool { return s.lang != lang })
}

// readScenarios reads a file whose name says its language: en_orders.txt,
// awkward_de.txt.
func readScenarios(name string) []*scenario {
	lang := "en"
	if strings.Contains(name, "/de_") || strings.HasSuffix(name, "_de.txt") {
		lang = "de"
	}
	var list []*scenario
	for _, part := range sections(name) {
		id, rest, _ := strings.Cut(part, "\n")
		s := &scenario{id: id, lang: lang, head: map[string]string{}}
		head, steps, _ := strings.Cut(rest, "\n--- ")
		s.readHead(head)
		if steps != "" {
			s.readSteps(strings.Split(steps, "\n--- "))
		}
		list = append(list, s)
	}
	return list
}

func (s *scenario) readHead(text string) {
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !ok:
		case name == "subject":
			s.subjects = append(s.subjects, value)
		default:
			s.head[name] = value
		}
	}
}

// readSteps reads messages; one that is headed "or" is another wording of the
// one before.
func (s *scenario) readSteps(parts []string) {
	for _, part := range parts {
		title, body, _ := strings.Cut(part, "\n")
		body = strings.Trim(body, "\n")
		who, file, _ := strings.Cut(title, " +")
		if who != "or" {
			s.steps = append(s.steps, step{who: who})
		}
		last := &s.steps[len(s.steps)-1]
		last.wordings = append(last.wordings, wording{body, file})
	}
}

// readPhrases reads lists: a title, then one wording a line.
func readPhrases(name string) map[string][]string {
	lists := map[string][]string{}
	for title, text := range readPapers(name) {
		lists[title] = strings.Split(text, "\n")
	}
	return lists
}

// readPapers reads texts of several lines: a title, then the text.
func readPapers(name string) map[string]string {
	papers := map[string]string{}
	for _, part := range sections(name) {
		title, rest, _ := strings.Cut(part, "\n")
		papers[title] = strings.Trim(rest, "\n")
	}
	return papers
}

// readRows reads a file with one record a line, its cells between bars.
func readRows(name string, columns int) [][]string {
	var rows [][]string
	for line := range strings.Lines(read(name)) {
		row := strings.Split(strings.TrimSpace(line), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if len(row) == columns-1 { // an empty last cell has lost its bar to TrimSpace
			row = append(row, "")
		}
		if len(row) != columns {
			panic(fmt.Sprintf("sample: %s has a row of %d cells", name, len(row)))
		}
		rows = append(rows, row)
	}
	return rows
}

// sections splits a file at its titles.
func sections(name string) []string {
	return strings.Split("\n"+read(name), "\n=== ")[1:]
}

// read returns a file without its comment lines, which start with "# ".
func read(name string) string {
	b, err := texts.ReadFile(name)
	if err != nil {
		panic(err)
	}
	var kept strings.Builder
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "# ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
