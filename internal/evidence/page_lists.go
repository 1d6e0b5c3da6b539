package evidence

import (
	"strings"
)

func (w writer) aside() []block {
	outcomes := w.r.outcomes()
	total := outcomes[quarantined] + outcomes[excluded] + outcomes[withheld] + outcomes[pending] + outcomes[erased]
	if total == 0 && len(w.r.Aside) == 0 {
		return []block{w.paragraph("aside.none")}
	}
	blocks := []block{w.paragraph("aside.intro")}
	if len(w.r.Aside) > 0 {
		blocks = append(blocks, block{Table: w.asideGroups()})
		blocks = append(blocks, w.capped(w.asideTable())...)
	}
	if rest := total - len(w.r.Aside); rest > 0 {
		blocks = append(blocks, w.paragraph("aside.unlisted", "n", rest))
	}
	return blocks
}

// asideGroups counts what is listed by outcome, reason and kind. The list is in
// that order already.
func (w writer) asideGroups() *table {
	t := &table{Caption: w.text("aside.groups"), Columns: []column{
		textColumn(w.text("aside.outcome")), textColumn(w.text("aside.reason")), textColumn(w.text("records.kind")), numberColumn(w.text("aside.count"))},
		Total: []cell{plain(w.text("total")), plain(""), plain(""), w.count(len(w.r.Aside))}}
	all := w.r.Aside
	for start := 0; start < len(all); {
		end := start
		for end < len(all) && sameGroup(all[start], all[end]) {
			end++
		}
		a := all[start]
		t.Rows = append(t.Rows, []cell{plain(w.word("outcome", a.Outcome)), plain(w.reason(a.Reason)), plain(w.word("kind", a.Kind)), w.count(end - start)})
		start = end
	}
	return t
}

func sameGroup(a, b Aside) bool {
	return a.Outcome == b.Outcome && a.Reason == b.Reason && a.Kind == b.Kind
}

func (w writer) asideTable() *table {
	t := &table{Caption: w.text("aside.table"), Class: "dense", Columns: []column{
		textColumn(w.text("records.kind")), textColumn(w.text("aside.outcome")), textColumn(w.text("aside.reason")),
		textColumn(w.text("aside.place")), {w.text("aside.ref"), "ref"}}}
	for _, a := range w.r.Aside {
		t.Rows = append(t.Rows, []cell{plain(w.word("kind", a.Kind)), plain(w.word("outcome", a.Outcome)), plain(w.reason(a.Reason)),
			code(a.Place), {Text: a.Ref, Class: "ref", Code: true}})
	}
	return t
}

// reason explains a code, and the part of it before a colon where the rest is
// the target's own word: "rejected: unknown_status (ticket.status)".
func (w writer) reason(code string) string {
	if head, rest, ok := strings.Cut(code, ": "); ok {
		return w.word("reason", head) + ": " + quoted(rest)
	}
	return w.word("reason", code)
}

func (w writer) differences() []block {
	if w.r.different() == 0 {
		return []block{w.paragraph("differences.none")}
	}
	blocks := []block{w.paragraph("differences.intro")}
	if len(w.r.Findings) > 0 {
		blocks = append(blocks, w.capped(w.differencesTable())...)
	}
	if rest := w.r.different() - len(w.r.Findings); rest > 0 {
		blocks = append(blocks, w.paragraph("differences.more", "n", rest))
	}
	return blocks
}

func (w writer) differencesTable() *table {
	t := &table{Caption: w.text("differences.table"), Class: "dense", Columns: []column{
		textColumn(w.text("records.kind")), textColumn(w.text("differences.path")), textColumn(w.text("differences.class")),
		textColumn(w.text("differences.id")), {w.text("aside.ref"), "ref"}}}
	for _, d := range w.r.Findings {
		path := code(d.Path)
		if d.Path == "" {
			path = plain(w.text("differences.whole"))
		}
		t.Rows = append(t.Rows, []cell{plain(w.word("kind", d.Kind)), path, code(d.Class), code(d.ID), {Text: d.Ref, Class: "ref", Code: true}})
	}
	return t
}
