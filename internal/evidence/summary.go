package evidence

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// summaryWidth is what a terminal shows at least.
const summaryWidth = 80

// Summary is the run in about a dozen lines for a terminal: plain, aligned,
// without colours. A language that there is not gets the first.
func (r Report) Summary(lang string) string {
	l, err := languageOf(lang)
	if err != nil {
		l, _ = languageOf(Languages()[0])
	}
	r = r.normal()
	v := r.verdict(l)
	lines := []string{l.text("summary.title", "migration", orMark(r.Migration), "run", orMark(r.Run), "mode", orMark(l.word("mode", r.Mode)))}
	lines = append(lines, align(r.summaryRows(l))...)
	lines = append(lines, wrap(l.word("level", string(v.Level))+": ", v.Sentence, 2)...)
	return strings.Join(lines, "\n") + "\n"
}

// A summaryRow is a label, a number and what the number says.
type summaryRow struct{ label, number, text string }

func (r Report) summaryRows(l *language) []summaryRow {
	var rows []summaryRow
	for _, k := range r.Kinds {
		if k.Read > 0 {
			rows = append(rows, summaryRow{l.word("kind", k.Kind), l.number(k.Read),
				l.text("summary.read", "outcomes", outcomesOf(l, k.Outcomes))})
		}
	}
	return append(rows,
		summaryRow{l.text("summary.files"), l.number(r.Files.Compared), l.text("summary.files.text", "left", sum(r.Files.LeftOut))},
		summaryRow{l.text("summary.masked"), l.number(r.classes()[masked]),
			l.text("summary.masked.text", "left", l.text("flow.remain", "n", sum(r.Residual)))},
		summaryRow{l.text("summary.differences"), l.number(r.different()), l.text("summary.differences.text")})
}

// outcomesOf says counts by outcome: "1,480 loaded, 20 excluded".
func outcomesOf(l *language, counts map[string]int) string {
	var parts []string
	for _, o := range ordered(outcomeOrder, counts) {
		parts = append(parts, l.number(counts[o])+" "+l.word("outcome", o))
	}
	return strings.Join(parts, ", ")
}

// align sets labels flush left and numbers flush right.
func align(rows []summaryRow) []string {
	label, number := 0, 0
	for _, row := range rows {
		label, number = max(label, utf8.RuneCountInString(row.label)), max(number, utf8.RuneCountInString(row.number))
	}
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		head := fmt.Sprintf("  %-*s  %*s  ", label, row.label, number, row.number)
		lines = append(lines, wrap(head, row.text, utf8.RuneCountInString(head))...)
	}
	return lines
}

// wrap breaks a text behind a head into lines that a terminal shows whole; the
// second and later ones are indented.
func wrap(head, text string, indent int) []string {
	var lines []string
	line, empty := head, true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > summaryWidth {
			lines = append(lines, line)
			line, empty = strings.Repeat(" ", indent), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return append(lines, line)
}

// orMark stands in for a name that is missing.
func orMark(name string) string { return cmp.Or(name, "?") }
