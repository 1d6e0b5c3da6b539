package evidence

import (
	"maps"
	"slices"
	"strings"
)

func (w writer) records() []block {
	if sum(w.r.outcomes()) == 0 && w.r.read() == 0 {
		return []block{w.paragraph("records.none")}
	}
	blocks := []block{w.paragraph("records.intro"), {Table: w.recordsTable()}, {Text: w.equation()}}
	if w.r.counted() {
		blocks = append(blocks, w.paragraph("records.census", "read", w.r.Census.Read, "accounted", w.r.Census.Accounted))
	}
	placeholders := 0
	for _, k := range w.r.Kinds {
		placeholders += k.Placeholders
	}
	if placeholders > 0 {
		blocks = append(blocks, w.paragraph("records.placeholders", "n", placeholders))
	}
	return blocks
}

func (w writer) recordsTable() *table {
	t := &table{Caption: w.text("records.table"), Class: "dense", Columns: []column{textColumn(w.text("records.kind"))}}
	occurs := w.r.outcomes()
	words := ordered(outcomeOrder, occurs)
	for _, o := range words {
		t.Columns = append(t.Columns, numberColumn(w.word("outcome", o)))
	}
	t.Columns = append(t.Columns, numberColumn(w.text("records.sum")), numberColumn(w.text("records.read")))
	read := 0
	for _, k := range w.r.Kinds {
		t.Rows = append(t.Rows, w.recordsRow(w.word("kind", k.Kind), words, k.Outcomes, k.Read))
		read += k.Read
	}
	t.Total = w.recordsRow(w.text("total"), words, occurs, read)
	return t
}

// recordsRow ends with the sum and whether it equals what was read.
func (w writer) recordsRow(name string, words []string, outcomes map[string]int, read int) []cell {
	row := []cell{plain(name)}
	for _, o := range words {
		row = append(row, w.count(outcomes[o]))
	}
	check := cell{Text: "= " + w.number(read), Class: "number"}
	if read != sum(outcomes) {
		check = cell{Text: "≠ " + w.number(read), Class: "number alarm"}
	}
	return append(row, w.count(sum(outcomes)), check)
}

// equation is the sum that anybody can do again: "1,880 loaded + 54 excluded = 1,934".
func (w writer) equation() string {
	occurs := w.r.outcomes()
	parts := strings.ReplaceAll(outcomesOf(w.language, occurs), ", ", " + ")
	return w.text("records.equation", "parts", parts, "sum", sum(occurs))
}

func (w writer) census() []block {
	c := w.r.Census
	if !w.r.counted() {
		return []block{w.paragraph("census.absent")}
	}
	blocks := []block{w.paragraph("census.intro")}
	if !c.Counted {
		return append(blocks, w.paragraph("census.uncounted"))
	}
	verdict := "census.conserved"
	if !c.Conserved {
		verdict = "census.broken"
	}
	blocks = append(blocks, w.paragraph(verdict))
	if w.r.Mails != nil {
		blocks = append(blocks, w.paragraph("census.mails", "n", *w.r.Mails))
	}
	if len(c.Kinds) == 0 {
		return blocks
	}
	return append(blocks, block{Table: w.censusTable()})
}

func (w writer) censusTable() *table {
	t := &table{Caption: w.text("census.table"), Columns: []column{textColumn(w.text("records.kind"))}}
	for _, name := range []string{"expected", "found", "missing", "foreign", "doubled"} {
		t.Columns = append(t.Columns, numberColumn(w.text("census."+name)))
	}
	all := KindCensus{}
	row := func(name string, k KindCensus) []cell {
		return []cell{plain(name), w.count(k.Expected), w.count(k.Found), w.alarm(k.Missing), w.alarm(k.Foreign), w.alarm(k.Doubled)}
	}
	for _, k := range w.r.Census.Kinds {
		t.Rows = append(t.Rows, row(w.word("kind", k.Kind), k))
		all.Expected, all.Found = all.Expected+k.Expected, all.Found+k.Found
		all.Missing, all.Foreign, all.Doubled = all.Missing+k.Missing, all.Foreign+k.Foreign, all.Doubled+k.Doubled
	}
	t.Total = row(w.text("total"), all)
	return t
}

func (w writer) files() []block {
	blocks := []block{w.paragraph("files.compared", "n", w.r.Files.Compared)}
	if len(w.r.Files.Types) > 0 {
		blocks = append(blocks, w.paragraph("files.policy"), block{Table: w.fileTypes()})
	}
	if sum(w.r.Files.Unread) > 0 {
		blocks = append(blocks, block{Table: w.countTable("files.unread", "files.reason", "files.count", w.r.Files.Unread,
			func(reason string) cell { return plain(w.word("unread", reason)) })})
	}
	if sum(w.r.Files.LeftOut) == 0 {
		return append(blocks, w.paragraph("files.complete"))
	}
	return append(blocks, block{Table: w.countTable("files.table", "files.reason", "files.count", w.r.Files.LeftOut,
		func(reason string) cell { return plain(w.word("file", reason)) })})
}

// fileTypes shows what became of files, by what their content is.
func (w writer) fileTypes() *table {
	all := map[string]int{}
	for _, t := range w.r.Files.Types {
		for outcome, n := range t.Outcomes {
			all[outcome] += n
		}
	}
	words := ordered(fileOrder, all)
	t := &table{Caption: w.text("files.types"), Class: "dense", Columns: []column{textColumn(w.text("files.type"))}}
	for _, o := range words {
		t.Columns = append(t.Columns, numberColumn(w.word("became", o)))
	}
	row := func(name string, outcomes map[string]int) []cell {
		cells := []cell{plain(name)}
		for _, o := range words {
			cells = append(cells, w.count(outcomes[o]))
		}
		return cells
	}
	for _, f := range w.r.Files.Types {
		t.Rows = append(t.Rows, row(f.Type, f.Outcomes))
	}
	t.Total = row(w.text("total"), all)
	return t
}

// countTable shows a map of counts with its sum.
func (w writer) countTable(caption, name, count string, counts map[string]int, word func(string) cell) *table {
	t := &table{Caption: w.text(caption), Columns: []column{textColumn(w.text(name)), numberColumn(w.text(count))},
		Total: []cell{plain(w.text("total")), w.count(sum(counts))}}
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		t.Rows = append(t.Rows, []cell{word(key), w.count(counts[key])})
	}
	return t
}
