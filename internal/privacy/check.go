package privacy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// check finds what a policy names that there is not, and operators that make no
// sense where they stand. Each problem is a sentence with a next step.
func check(p Policy) (rules []*ownRule, problems []string) {
	note := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if _, ok := presets[p.Preset]; !ok && p.Preset != "" {
		note("there is no preset %q%s", p.Preset, suggest(p.Preset, Presets()))
	}
	for _, key := range slices.Sorted(maps.Keys(p.Fields)) {
		class, problem := classOfKey(key)
		if problem != "" {
			note("%s", problem)
			continue
		}
		if op := p.Fields[key]; !slices.Contains(sensible[class], op) {
			note("%q (%s) can't be %q%s; choose one of %s", key, class, op, why(op), list(sensible[class]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(p.Text)) {
		if sensibleText[k] == nil {
			note("free text is not searched for %q%s", k, suggest(string(k), kindNames()))
		} else if op := p.Text[k]; !slices.Contains(sensibleText[k], op) {
			note("%s in free text can't be %q%s; choose one of %s", k, op, why(op), list(sensibleText[k]))
		}
	}
	rules, wrong := compileRules(p.Rules)
	return rules, append(problems, wrong...)
}

// why says what is wrong with an operator where it makes no sense.
func why(op Operator) string {
	if op == Surrogate {
		return ": nobody keeps any of these free, so that one which looks real could be somebody's"
	}
	return suggest(string(op), operators())
}

// classOfKey returns the class of what a key of Policy.Fields decides.
func classOfKey(key string) (class helpdesk.Class, problem string) {
	if sensible[helpdesk.Class(key)] != nil {
		return helpdesk.Class(key), ""
	}
	var names []string
	for _, f := range knownFields() {
		table, _ := splitField(f.Name)
		class, inTable := classOf(f), table+"/"+string(classOf(f))
		own := isOwn(class)
		switch {
		case key == inTable, key == f.Name && !own, own && strings.HasPrefix(key, f.Name+".") && len(key) > len(f.Name)+1:
			return class, ""
		}
		names = append(names, ruleName(f), inTable)
	}
	switch {
	case isReference(key):
		return "", fmt.Sprintf("%q is a reference: every one is replaced, whatever the policy; leave it out", key)
	case isPrefix(key):
		return "", fmt.Sprintf("%q covers too much: only names of custom and extra fields end in *; decide a class instead, as in %q", key, "ticket/text")
	}
	return "", fmt.Sprintf("there is no field or class %q%s", key, suggest(key, append(names, classes()...)))
}

func isReference(key string) bool {
	if key == string(helpdesk.ClassReference) {
		return true
	}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			if f.Name == key && f.Class == helpdesk.ClassReference {
				return true
			}
		}
	}
	return false
}

func operators() []string {
	return []string{string(Keep), string(Drop), string(Mask), string(Redact), string(Generalize), string(Shift), string(Pseudonymize), string(Surrogate)}
}

func kindNames() (names []string) {
	for _, k := range TextKinds() {
		names = append(names, string(k))
	}
	return names
}

func list(ops []Operator) string {
	words := make([]string, len(ops))
	for i, op := range ops {
		words[i] = string(op)
	}
	return strings.Join(words, ", ")
}

// suggest returns " (did you mean …?)" for the known word that is closest, if one
// is close.
func suggest(word string, known []string) string {
	best, distance := "", len(word)/3+2
	for _, k := range known {
		if d := edits(strings.ToLower(word), k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" || best == word {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// edits is the Levenshtein distance: how many bytes to insert, delete or change.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
