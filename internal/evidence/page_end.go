package evidence

import "strings"

func (w writer) destroyed() []block {
	var all []block
	if e := w.r.Erasures; e.People > 0 {
		all = append(all, w.paragraph("destroyed.erased", "n", e.People, "objects", e.Objects))
	}
	if w.r.Sealed == nil {
		return append(all, w.paragraph("destroyed.none"))
	}
	return append(all, w.paragraph("destroyed.intro"), block{Table: w.certificate(*w.r.Sealed)}, w.paragraph("destroyed.reading"),
		block{Heading: w.text("destroyed.sign")}, block{Blanks: []string{w.text("sign.name"), w.text("sign.place"), w.text("sign.signature")}})
}

// certificate states what was destroyed in the fields of the sample certificate
// of NIST SP 800-88, and what was not verified. It never says complete while
// something is left.
func (w writer) certificate(s Seal) *table {
	status := w.text("destroyed.complete")
	if s.Left > 0 {
		status = w.text("destroyed.incomplete", "n", s.Left)
	}
	keys := make([]string, len(s.Keys))
	for i, k := range s.Keys {
		keys[i] = w.word("key", k)
	}
	t := &table{Caption: w.text("destroyed.table"), Columns: []column{textColumn(w.text("destroyed.item")), textColumn(w.text("destroyed.value"))}}
	for _, row := range [][2]string{
		{"status", status},
		{"media", w.text("destroyed.media.text", "n", s.Objects, "size", w.size(s.Bytes))},
		{"category", w.text("destroyed.category.text")},
		{"keys", strings.Join(keys, "; ")},
		{"method", w.text("destroyed.method.text")},
		{"strength", w.text("destroyed.strength.text")},
		{"checked", w.text("destroyed.checked.text", "n", s.Left)},
		{"unchecked", w.text("destroyed.unchecked.text")},
		{"at", w.moment(s.At)},
		{"tool", w.r.Tool},
	} {
		t.Rows = append(t.Rows, []cell{plain(w.text("destroyed." + row[0])), plain(w.orUnknown(row[1]))})
	}
	return t
}

func (w writer) remains() []block {
	if len(w.r.Remains) == 0 {
		return []block{w.paragraph("remains.none")}
	}
	t := &table{Caption: w.text("remains.table"), Columns: []column{
		textColumn(w.text("remains.what")), textColumn(w.text("remains.where")), textColumn(w.text("remains.until"))}}
	for _, r := range w.r.Remains {
		t.Rows = append(t.Rows, []cell{plain(w.word("what", r.What)), plain(w.word("where", r.Where)), plain(w.until(r.Until))})
	}
	return []block{{Table: t}}
}

func (w writer) audit() []block {
	a := w.r.Audit
	if a.Events == 0 {
		return []block{w.paragraph("audit.none")}
	}
	check := w.text("audit.ok")
	if !a.Intact {
		check = "! " + w.text("audit.broken")
	}
	return []block{w.paragraph("audit.intro"), {Terms: []term{
		{Name: w.text("audit.events"), Meaning: w.number(a.Events)},
		{Name: w.text("audit.shards"), Meaning: w.number(a.Shards)},
		{Name: w.text("audit.intact"), Meaning: check},
		{Name: w.text("audit.heads"), Meaning: w.orUnknown(quoted(a.Heads))},
	}}, w.paragraph("audit.keep")}
}

// terms of the report itself that a reader may not know.
var termOrder = []string{"reference", "marker", "ledger", "staging", "seal"}

func (w writer) glossary() []block {
	var words, outcomes []term
	for _, t := range termOrder {
		words = append(words, term{Name: w.text("term." + t), Meaning: w.text("term." + t + ".means")})
	}
	for _, o := range outcomeOrder {
		outcomes = append(outcomes, term{Name: w.text("outcome." + o), Meaning: w.text("outcome." + o + ".means")})
	}
	return []block{
		{Heading: w.text("glossary.outcomes")}, {Terms: outcomes},
		{Heading: w.text("glossary.classes")}, {Terms: w.meanings("class", classOrder)},
		{Heading: w.text("glossary.terms")}, {Terms: words},
	}
}

func (w writer) notice() []block {
	return []block{w.paragraph("notice.words"), w.paragraph("notice.legal"), w.paragraph("notice.contents")}
}
