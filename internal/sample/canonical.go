package sample

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// shortID matches what a placeholder takes from its marker, which is another in
// every home.
var shortID = regexp.MustCompile(`(Former user |former-user-)[0-9A-Za-z]+`)

// Canonical lists records as sorted JSON for comparing what two desks hold. Two
// desks that hold the same, each record once, give the same list. Left out is
// what a desk assigns: ids, the stamp of the last change and where a file lies.
// References stand by the name of what they refer to.
func Canonical(records []helpdesk.Record) []string {
	names := map[string]string{}
	for i := range records {
		names[string(records[i].Kind)+records[i].Key] = nameOf(&records[i])
	}
	lines := make([]string, 0, len(records))
	for i := range records {
		lines = append(lines, canonicalLine(&records[i], names))
	}
	slices.Sort(lines)
	return lines
}

// nameOf is the first value of a record: a name, a number, a title.
func nameOf(r *helpdesk.Record) string {
	for v := range r.Values() {
		if s := v.Strings(); len(s) > 0 {
			return string(r.Kind) + ":" + shortID.ReplaceAllString(s[0], "$1")
		}
	}
	return string(r.Kind)
}

func canonicalLine(r *helpdesk.Record, names map[string]string) string {
	values := map[string][]string{"kind": {string(r.Kind)}}
	for v := range r.Values() {
		for _, s := range v.Strings() {
			switch v.Field.Class {
			case helpdesk.ClassKey:
				continue
			case helpdesk.ClassReference:
				s = names[string(v.Field.Refers)+s]
			}
			values[v.Path()] = append(values[v.Path()], shortID.ReplaceAllString(s, "$1"))
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("sample: strings can't be written as JSON: " + err.Error())
	}
	return string(text)
}
