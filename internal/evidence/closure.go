package evidence

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Closure certifies that a migration was closed: what was destroyed, what remains,
// and what can't be done any more. It holds numbers only.
type Closure struct {
	Version   int       `json:"version"`
	Tool      string    `json:"tool"`
	Migration string    `json:"migration"`
	Answers   Answers   `json:"answers"`
	Begun     time.Time `json:"begun"`
	Closed    time.Time `json:"closed"`
	Runs      int       `json:"runs"`
	// Rows of the ledger that were deleted.
	Rows int `json:"rows"`
	// Records were on record until then, by kind; InTarget stand in the target.
	Records map[string]int `json:"records"`
	Moved   map[string]int `json:"in_target"`
	Remains []Remains      `json:"remains"`
}

// Page lays the certificate out in one of [Languages].
func (c Closure) Page(lang string) (Page, error) {
	l, err := languageOf(lang)
	if err != nil {
		return Page{}, err
	}
	w := writer{l, Report{Version: c.Version, Tool: c.Tool, Answers: c.Answers, Remains: c.Remains}}
	sections := []section{{"closed", w.closed(c)}, {"remains", w.remains()}, {"over", []block{w.paragraph("over.text")}}, {"privacy", []block{{Terms: w.privacyFacts()}}}}
	for i, s := range sections {
		for _, b := range s.Blocks {
			if b.Table != nil {
				b.Table.ID = fmt.Sprintf("table-%d", i+1)
			}
		}
	}
	return Page{Lang: l.code, Title: l.text("title.closed", "migration", orMark(c.Migration)), Report: w.r, Level: l.word("level", string(Clean)),
		Verdict: Verdict{Level: Clean, Sentence: l.text("closed.sentence", "at", l.moment(c.Closed))}, Sections: sections, language: l}, nil
}

func (w writer) closed(c Closure) []block {
	facts := &table{Caption: w.text("destroyed.table"), Columns: []column{textColumn(w.text("destroyed.item")), textColumn(w.text("destroyed.value"))}}
	for _, row := range [][2]string{
		{"status", w.text("destroyed.complete")},
		{"media", w.text("closed.media", "n", c.Rows)},
		{"category", w.text("closed.category")},
		{"keys", w.text("closed.keys", "n", c.Runs)},
		{"method", w.text("closed.method")},
		{"checked", w.text("closed.checked")},
		{"unchecked", w.text("destroyed.unchecked.text")},
		{"at", w.moment(c.Closed)},
		{"tool", c.Tool},
	} {
		facts.Rows = append(facts.Rows, []cell{plain(w.text("destroyed." + row[0])), plain(w.orUnknown(row[1]))})
	}
	records := &table{Caption: w.text("closed.records"), Columns: []column{textColumn(w.text("closed.kind")), numberColumn(w.text("closed.known")), numberColumn(w.text("closed.moved"))}}
	for _, k := range helpdesk.Kinds() {
		kind := string(k)
		if c.Records[kind] == 0 {
			continue
		}
		records.Rows = append(records.Rows, []cell{plain(w.word("kind", kind)), w.count(c.Records[kind]), w.count(c.Moved[kind])})
	}
	return []block{w.paragraph("closed.intro"), {Table: facts}, {Table: records}, w.paragraph("destroyed.reading"),
		{Heading: w.text("destroyed.sign")}, {Blanks: []string{w.text("sign.name"), w.text("sign.place"), w.text("sign.signature")}}}
}

// Documents renders the certificate for machines and for people.
func (c Closure) Documents(render Renderer) ([]Document, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("evidence: write the certificate as JSON: %w", err)
	}
	return withPages(Document{"closed.json", append(text, '\n')}, c.Page, render)
}
