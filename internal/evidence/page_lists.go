package evidence

import (
	"slices"
	"strings"
)

// listed is how many rows of a list the page shows: two or three printed pages.
// More than that nobody reads one by one, and report.json holds all.
const listed = 100

// listedOfGroup leaves room for the other reasons: rows of one reason are mostly
// one cause.
const listedOfGroup = 25

func (w writer) aside() []block {
	outcomes := w.r.outcomes()
	total := outcomes[quarantined] + outcomes[excluded] + outcomes[withheld] + outcomes[pending] + outcomes[erased]
	if total == 0 && len(w.r.Aside) == 0 {
		return []block{w.paragraph("aside.none")}
	}
	blocks := []block{w.paragraph("aside.intro")}
	if groups := asideGroups(w.r.Aside); len(groups) > 0 {
		blocks = append(blocks, block{Table: w.groupsTable(groups)})
		blocks = append(blocks, w.groupLists(groups)...)
	}
	if rest := total - len(w.r.Aside); rest > 0 {
		blocks = append(blocks, w.paragraph("aside.unlisted", "n", rest))
	}
	return blocks
}

// asideGroups parts what was set aside by outcome, reason and kind. A normal
// report is in that order already.
func asideGroups(all []Aside) (groups [][]Aside) {
	for start, end := 0, 0; start < len(all); start = end {
		a := all[start]
		for end < len(all) && all[end].Outcome == a.Outcome && all[end].Reason == a.Reason && all[end].Kind == a.Kind {
			end++
		}
		groups = append(groups, all[start:end])
	}
	return groups
}

func (w writer) groupsTable(groups [][]Aside) *table {
	t := &table{Caption: w.text("aside.groups"), Columns: []column{
		textColumn(w.text("aside.outcome")), textColumn(w.text("aside.reason")), textColumn(w.text("records.kind")), numberColumn(w.text("aside.count"))},
		Total: []cell{plain(w.text("total")), plain(""), plain(""), w.count(len(w.r.Aside))}}
	for _, g := range groups {
		t.Rows = append(t.Rows, []cell{plain(w.word("outcome", g[0].Outcome)), plain(w.reason(g[0])), plain(w.word("kind", g[0].Kind)), w.count(len(g))})
	}
	return t
}

// groupLists lists the records one by one, the reasons that need a decision
// first, and says how many it leaves to report.json.
func (w writer) groupLists(groups [][]Aside) []block {
	var blocks []block
	room, rest := listed, 0
	for _, g := range groups {
		shown := min(len(g), listedOfGroup, room)
		room, rest = room-shown, rest+len(g)-shown
		if shown > 0 {
			blocks = append(blocks, block{Table: w.groupTable(g[:shown], len(g))})
		}
	}
	if rest > 0 {
		blocks = append(blocks, w.paragraph("more", "n", rest))
	}
	return blocks
}

// groupTable lists records by reference and, where there is one, place.
func (w writer) groupTable(shown []Aside, of int) *table {
	t := &table{Class: "dense", Caption: w.text("aside.group", "outcome", w.word("outcome", shown[0].Outcome),
		"reason", strings.ReplaceAll(w.reason(shown[0]), "`", ""), "kind", w.word("kind", shown[0].Kind), "shown", len(shown), "of", of)}
	placed := slices.ContainsFunc(shown, func(a Aside) bool { return a.Place != "" })
	t.Columns = []column{textColumn(w.text("aside.ref"))}
	if placed {
		t.Columns = append(t.Columns, textColumn(w.text("aside.place")))
	}
	for _, a := range shown {
		row := []cell{{Text: a.Ref, Class: "ref", Code: true}}
		if placed {
			row = append(row, code(a.Place))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// reason explains a code, and only the part of it before a colon where the rest
// is the target's own word: "rejected: unknown_status (ticket.status)". Without
// one the outcome says why.
func (w writer) reason(a Aside) string {
	if a.Reason == "" && a.Outcome == pending {
		return w.text("reason.pending")
	}
	if head, rest, ok := strings.Cut(a.Reason, ": "); ok {
		return w.word("reason", head) + ": " + quoted(rest)
	}
	return w.word("reason", a.Reason)
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

// capped cuts the rows of a long list and says what was cut, with the place
// where all of them are.
func (w writer) capped(t *table) []block {
	rest := len(t.Rows) - listed
	if rest <= 0 {
		return []block{{Table: t}}
	}
	t.Rows = t.Rows[:listed]
	return []block{{Table: t}, w.paragraph("more", "n", rest)}
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
