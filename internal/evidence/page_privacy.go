package evidence

import (
	"maps"
	"slices"
	"strings"
)

func (w writer) personal() []block {
	if len(w.r.Inventory) == 0 {
		return []block{w.paragraph("personal.none"), w.paragraph("personal.limits")}
	}
	t := &table{Caption: w.text("personal.table"), Columns: []column{
		textColumn(w.text("personal.field")), textColumn(w.text("personal.kind")), textColumn(w.text("personal.about")),
		numberColumn(w.text("personal.found")), numberColumn(w.text("personal.sure")), numberColumn(w.text("personal.records")),
		textColumn(w.text("personal.channels"))}}
	sure := 0
	for _, p := range w.r.Inventory {
		about := make([]string, len(p.About))
		for i, area := range p.About {
			about[i] = w.word("area", area)
		}
		t.Rows = append(t.Rows, []cell{code(p.Field), plain(w.word("data", p.Kind)), plain(strings.Join(about, ", ")),
			w.count(p.Found), w.count(p.Sure), w.count(p.Records), plain(w.channels(p))})
		sure += p.Sure
	}
	t.Total = []cell{plain(w.text("total")), plain(""), plain(""), w.count(w.r.personal()), w.count(sure), plain(""), plain("")}
	return []block{w.paragraph("personal.intro"), {Table: t}, w.paragraph("personal.sure.means"), w.paragraph("personal.limits")}
}

// channels says how many records came in how: "email: 12, web: 3".
func (w writer) channels(p PersonalData) string {
	var parts []string
	for _, c := range p.ByChannel() {
		parts = append(parts, unbroken.Replace(w.word("channel", c)+": "+w.number(p.Channels[c])))
	}
	return strings.Join(parts, ", ")
}

// unbroken keeps a word and its number in one line.
var unbroken = strings.NewReplacer(" ", "\u00a0", "-", "\u2011")

// InventoryPage lays out what personal data the run found, in one of [Languages].
func (r Report) InventoryPage(lang string) (Page, error) {
	l, err := languageOf(lang)
	if err != nil {
		return Page{}, err
	}
	r = r.normal()
	w := writer{l, r}
	personal := w.personal()
	for _, b := range personal {
		if b.Table != nil {
			b.Table.ID = "table-1"
		}
	}
	return Page{Lang: l.code, Title: l.text("title.run", "migration", orMark(r.Migration), "run", orMark(r.Run)), Report: r,
		Verdict:  Verdict{Sentence: l.text("personal.sentence", "n", r.personal(), "records", l.number(r.read()))},
		Level:    l.text("section.personal"),
		Sections: []section{{"personal", personal}, {"desks", []block{{Table: w.desks()}}}}, language: l}, nil
}

func (w writer) rules() []block {
	if len(w.r.Rules) == 0 {
		return []block{w.paragraph("rules.none")}
	}
	t := &table{Caption: w.text("rules.table"), Columns: []column{textColumn(w.text("rules.rule")), numberColumn(w.text("rules.count"))}}
	for _, rule := range w.r.Rules {
		t.Rows = append(t.Rows, []cell{code(rule.Rule), w.count(rule.Count)})
	}
	t.Total = []cell{plain(w.text("total")), w.count(w.r.changed())}
	return []block{w.paragraph("rules.intro"), {Table: t}, {Heading: w.text("rules.legend")}, {Terms: w.operators()}}
}

// operators explains the words of the rules that occur: "email: pseudonymize",
// "text: card mask, phone mask", "map: drop".
func (w writer) operators() []term {
	var terms []term
	for _, op := range []string{"map", "drop", "mask", "redact", "generalize", "shift", "pseudonymize", "surrogate", "keep"} {
		if slices.ContainsFunc(w.r.Rules, func(r Rule) bool { return names(r.Rule, op) }) {
			terms = append(terms, term{op, w.text("operator." + op), true})
		}
	}
	return terms
}

// names reports whether a rule does op: the last word of one of its parts.
func names(rule, op string) bool {
	_, does, _ := strings.Cut(rule, ": ")
	return slices.ContainsFunc(strings.Split(does, ", "), func(part string) bool {
		return part == op || strings.HasSuffix(part, " "+op)
	})
}

func (w writer) residual() []block {
	blocks := []block{w.paragraph("residual.intro")}
	if sum(w.r.Residual) == 0 {
		return append(blocks, w.paragraph("residual.none"))
	}
	return append(blocks, block{Table: w.countTable("residual.table", "fields.field", "residual.count", w.r.Residual, code)})
}

func (w writer) fields() []block {
	blocks := []block{w.paragraph("fields.none")}
	if len(w.r.Fields) > 0 {
		blocks = []block{w.paragraph("fields.intro"), {Table: w.fieldsTable()},
			{Heading: w.text("fields.legend")}, {Terms: w.meanings("class", ordered(classOrder, w.r.classes()))}}
	}
	if n := sum(w.r.Dangling); n > 0 {
		blocks = append(blocks, w.paragraph("fields.dangling", "n", n, "kinds", w.byKind(w.r.Dangling)))
	}
	if w.r.Foreign > 0 {
		blocks = append(blocks, w.paragraph("fields.foreign", "n", w.r.Foreign))
	}
	return append(blocks, w.merged()...)
}

// merged says what a delta did to records that stood in the target, and what it
// left to their agents.
func (w writer) merged() (blocks []block) {
	m := w.r.Merged
	if m == nil {
		return nil
	}
	blocks = append(blocks, block{Heading: w.text("merged.title")}, w.paragraph("merged.intro", "added", m.Added, "fields", sum(m.Wrote)))
	if sum(m.Kept) > 0 {
		blocks = append(blocks, w.paragraph("merged.kept"), block{Table: w.countTable("merged.table", "fields.field", "merged.times", m.Kept, code)})
	}
	for _, c := range []struct {
		key string
		n   int
	}{{"merged.edited", m.Edited}, {"merged.withdrawn", m.Withdrawn}, {"merged.dropped", m.Dropped}, {"merged.review", len(w.r.Reviews)}} {
		if c.n > 0 {
			blocks = append(blocks, w.paragraph(c.key, "n", c.n))
		}
	}
	return blocks
}

// byKind says counts by kind: "People: 3, Tickets: 12".
func (w writer) byKind(counts map[string]int) string {
	var parts []string
	for _, k := range slices.SortedFunc(maps.Keys(counts), compareKinds) {
		parts = append(parts, w.word("kind", k)+": "+w.number(counts[k]))
	}
	return strings.Join(parts, ", ")
}

func (w writer) fieldsTable() *table {
	t := &table{Caption: w.text("fields.table"), Class: "dense classes",
		Columns: []column{textColumn(w.text("fields.field")), textColumn(w.text("fields.fidelity"))}}
	occurs := w.r.classes()
	words := ordered(classOrder, occurs)
	for _, c := range words {
		t.Columns = append(t.Columns, column{c, "number word"})
	}
	for _, f := range w.r.Fields {
		t.Rows = append(t.Rows, append([]cell{code(f.Name), plain(w.word("fidelity", f.Fidelity))}, w.classCells(words, f.Classes)...))
	}
	t.Total = append([]cell{plain(w.text("total")), plain("")}, w.classCells(words, occurs)...)
	return t
}

func (w writer) classCells(words []string, classes map[string]int) []cell {
	var cells []cell
	for _, c := range words {
		if c == unexpected {
			cells = append(cells, w.alarm(classes[c]))
			continue
		}
		cells = append(cells, w.count(classes[c]))
	}
	return cells
}

// meanings explains words of a vocabulary, each in a sentence.
func (w writer) meanings(list string, words []string) []term {
	terms := make([]term, 0, len(words))
	for _, word := range words {
		terms = append(terms, term{word, w.word(list, word), true})
	}
	return terms
}
