package evidence

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Cutover says that a migration is through and what people switch by hand now.
type Cutover struct {
	Version   int       `json:"version"`
	Tool      string    `json:"tool"`
	Migration string    `json:"migration"`
	Answers   Answers   `json:"answers"`
	At        time.Time `json:"at"`
	Source    string    `json:"source"` // product
	Target    string    `json:"target"`
	// Deltas ran until one found nothing new; Last is its run.
	Deltas int    `json:"deltas"`
	Last   string `json:"last_run"`
	// Same, Changed and Missing count the records of the target against what was verified.
	Same    int `json:"same"`
	Changed int `json:"changed"`
	Missing int `json:"missing"`
	Foreign int `json:"foreign"` // or twice
	// Open is what the last delta left: pending, quarantined, review.
	Open map[string]int `json:"open,omitempty"`
	// Redirects counts the rows of the table. Hidden: the policy forbids one.
	Redirects int      `json:"redirects"`
	Hidden    bool     `json:"hidden,omitempty"`
	Switches  []Switch `json:"switches"`
}

// A Switch is what somebody has to switch or build by hand, of a kind.
type Switch struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"` // -1: nobody can tell
	Where string `json:"where"`
}

// Level is Failed if something of the target is lost, foreign or twice, Attention if
// something is open.
func (c Cutover) Level() Level {
	switch {
	case c.Missing > 0 || c.Foreign > 0:
		return Failed
	case len(c.Open) > 0:
		return Attention
	}
	return Clean
}

// Page lays it out in one of [Languages].
func (c Cutover) Page(lang string) (Page, error) {
	l, err := languageOf(lang)
	if err != nil {
		return Page{}, err
	}
	w := writer{l, Report{Version: c.Version, Tool: c.Tool, Answers: c.Answers}}
	sections := []section{{"ready", w.ready(c)}, {"switch", w.switches(c)}, {"redirects", w.redirects(c)}}
	for i, s := range sections {
		for _, b := range s.Blocks {
			if b.Table != nil {
				b.Table.ID = fmt.Sprintf("table-%d", i+1)
			}
		}
	}
	return Page{Lang: l.code, Title: l.text("title.cutover", "migration", orMark(c.Migration), "source", c.Source, "target", c.Target), Report: w.r,
		Level: l.word("level", string(c.Level())), Verdict: Verdict{Level: c.Level(), Sentence: l.text("cutover." + string(c.Level()))}, Sections: sections, language: l}, nil
}

func (w writer) ready(c Cutover) []block {
	t := &table{Caption: w.text("ready.table"), Columns: []column{textColumn(w.text("ready.what")), numberColumn(w.text("ready.count"))}}
	row := func(key string, n cell) { t.Rows = append(t.Rows, []cell{plain(w.text(key)), n}) }
	row("ready.deltas", w.count(c.Deltas))
	row("ready.same", w.count(c.Same))
	row("ready.changed", w.count(c.Changed))
	row("ready.missing", w.alarm(c.Missing))
	row("ready.foreign", w.alarm(c.Foreign))
	row("ready.pending", w.alarm(c.Open["pending"]))
	row("ready.quarantined", w.alarm(c.Open["quarantined"]))
	row("ready.review", w.alarm(c.Open["review"]))
	return []block{w.paragraph("ready.intro"), {Table: t}}
}

// switches is the list to tick off.
func (w writer) switches(c Cutover) []block {
	t := &table{Caption: w.text("switch.table"), Columns: []column{textColumn(w.text("switch.what")), numberColumn(w.text("switch.count")),
		textColumn(w.text("switch.where")), textColumn(w.text("switch.do")), textColumn(w.text("switch.done"))}}
	for _, s := range c.Switches {
		n := cell{Text: w.text("switch.uncounted"), Class: "number"}
		if s.Count >= 0 {
			n = w.count(s.Count)
		}
		t.Rows = append(t.Rows, []cell{plain(w.word("switched", s.Kind)), n, plain(s.Where), plain(w.word("switched", s.Kind+".do")), plain("☐")})
	}
	return []block{w.paragraph("switch.intro"), {Table: t}, w.paragraph("switch.order"), {Items: []string{w.text("switch.first"), w.text("switch.second"),
		w.text("switch.third"), w.text("switch.fourth")}}}
}

func (w writer) redirects(c Cutover) []block {
	switch {
	case c.Hidden:
		return []block{w.paragraph("redirects.hidden")}
	case c.Redirects == 0:
		return []block{w.paragraph("redirects.none")}
	}
	return []block{{Text: w.text("redirects.text", "n", c.Redirects)}, w.paragraph("redirects.keep")}
}

// Documents renders it for machines and for people.
func (c Cutover) Documents(render Renderer) ([]Document, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("evidence: write the cut-over as JSON: %w", err)
	}
	return withPages(Document{"cutover.json", append(text, '\n')}, c.Page, render)
}
