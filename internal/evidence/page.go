package evidence

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Page is the report as people read it, in one language: what is said where,
// not yet how it looks.
type Page struct {
	Lang     string
	Title    string
	Report   Report
	Verdict  Verdict
	Level    string
	Sections []section

	language *language
}

// Page lays the report out in one of [Languages].
func (r Report) Page(lang string) (Page, error) {
	l, err := languageOf(lang)
	if err != nil {
		return Page{}, err
	}
	r = r.normal()
	return Page{Lang: l.code, Title: l.text("title.run", "migration", orMark(r.Migration), "run", orMark(r.Run)), Report: r,
		Verdict: r.verdict(l), Level: l.word("level", string(r.level())), Sections: writer{l, r}.sections(), language: l}, nil
}

// Text is a fixed text of the page, such as a heading, by its key.
func (p Page) Text(key string, pairs ...any) string { return p.language.text(key, pairs...) }

// sections are the page in its order.
func (w writer) sections() []section {
	all := []section{
		{"facts", w.facts()}, {"flow", w.flow()}, {"records", w.records()}, {"personal", w.personal()},
		{"rules", w.rules()}, {"residual", w.residual()}, {"fields", w.fields()}, {"files", w.files()},
		{"aside", w.aside()}, {"differences", w.differences()}, {"census", w.census()},
		{"destroyed", w.destroyed()}, {"remains", w.remains()}, {"audit", w.audit()},
		{"glossary", w.glossary()}, {"notice", w.notice()},
	}
	n := 0
	for _, s := range all {
		for _, b := range s.Blocks {
			if b.Table != nil {
				n++
				b.Table.ID = fmt.Sprintf("table-%d", n)
			}
		}
	}
	return all
}

func (w writer) facts() []block {
	return []block{
		{Heading: w.text("facts.run")}, {Terms: w.runFacts()},
		{Heading: w.text("facts.privacy")}, {Terms: w.privacyFacts()},
		{Table: w.desks()},
		w.notes("facts.notes.source", w.r.Source), {Items: w.r.Source.Notes},
		w.notes("facts.notes.target", w.r.Target), {Items: w.r.Target.Notes},
	}
}

func (w writer) notes(key string, d Desk) block {
	if len(d.Notes) == 0 {
		return block{}
	}
	return block{Heading: w.text(key)}
}

// fact is a term that says so where nothing was stated.
func (w writer) fact(key, value string) term {
	return term{Name: w.text("facts." + key), Meaning: w.orUnknown(value)}
}

func (w writer) runFacts() []term {
	r := w.r
	mode := w.word("mode", r.Mode)
	if means := w.word("mode", r.Mode+".means"); Explained("mode", r.Mode) {
		mode += ": " + means
	}
	state := r.State
	switch {
	case r.stopped() || state == finished:
	case r.ended():
		state = "sealing"
	case r.refused():
		state = "refused"
	}
	facts := []term{
		w.fact("migration", r.Migration), w.fact("id", r.Run), w.fact("mode", mode), w.fact("state", w.word("state", state)),
		w.fact("started", w.moment(r.Started)),
	}
	if !r.Ended.IsZero() {
		facts = append(facts, w.fact("ended", w.moment(r.Ended)))
	}
	return append(facts, w.fact("plan", quoted(r.PlanHash)), w.fact("tool", r.Tool))
}

// quoted sets a value as code, if there is one.
func quoted(value string) string {
	if value == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(value, "`", "'") + "`"
}

func (w writer) privacyFacts() []term {
	a := w.r.Answers
	regimes := make([]string, len(a.Regimes))
	for i, g := range a.Regimes {
		regimes[i] = w.word("regime", g)
	}
	return []term{
		w.fact("controller", a.Controller), w.fact("contact", a.Contact), w.fact("purpose", a.Purpose),
		w.fact("basis", a.LegalBasis), w.fact("regimes", strings.Join(regimes, ", ")),
		w.fact("retention", w.days(a.Retention)), w.fact("preset", quoted(a.Preset)),
	}
}

// days says "90 days" in the page's language; what is written otherwise stays.
func (w writer) days(retention string) string {
	number, unit, _ := strings.Cut(retention, " ")
	n, err := strconv.Atoi(number)
	if err != nil || unit != "day" && unit != "days" {
		return retention
	}
	return w.text("days", "n", n)
}

func (w writer) desks() *table {
	row := func(key, source, target string) []cell {
		return []cell{plain(w.text("facts." + key)), plain(w.orUnknown(source)), plain(w.orUnknown(target))}
	}
	s, t := w.r.Source, w.r.Target
	return &table{
		Caption: w.text("facts.desks"),
		Columns: []column{textColumn(""), textColumn(w.text("facts.source")), textColumn(w.text("facts.target"))},
		Rows: [][]cell{
			row("product", s.Product, t.Product), row("version", s.Version, t.Version),
			row("connector", quoted(s.Connector), quoted(t.Connector)),
			row("tested", w.tested(s.Tested), w.tested(t.Tested)),
		},
	}
}

// tested says what a connector has run against, no more and no less.
func (w writer) tested(against string) string {
	if product, ok := strings.CutPrefix(against, "live: "); ok {
		return w.text("tested.live", "what", product)
	}
	return w.word("tested", against)
}

// until is a date, a word for one, or several of them.
func (w writer) until(when string) string {
	if first, last, ok := strings.Cut(when, " or "); ok {
		return w.text("remains.or", "first", w.until(first), "last", w.until(last))
	}
	if t, err := time.Parse(time.DateOnly, when); err == nil {
		return w.date(t)
	}
	return w.word("until", when)
}
