package privacy

import (
	"cmp"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A rank says how specific a rule is.
type rank int

const (
	rankClass  rank = iota // "email"
	rankTable              // "person/email"
	rankPrefix             // "ticket.custom.*"
	rankField              // "ticket.subject"
)

// A rule decides the fields that its key covers.
type rule struct {
	key    string
	rank   rank
	op     Operator
	ofPlan bool // else of the preset
}

func newRule(key string, op Operator, ofPlan bool) rule {
	r := rule{key: key, op: op, ofPlan: ofPlan}
	switch {
	case isPrefix(key):
		r.rank = rankPrefix
	case strings.Contains(key, "."):
		r.rank = rankField
	case strings.Contains(key, "/"):
		r.rank = rankTable
	}
	return r
}

// isPrefix tells "ticket.custom.*" from a custom field whose name holds a star.
func isPrefix(key string) bool { return strings.HasSuffix(key, "*") && strings.Contains(key, ".") }

// covers reports whether the rule decides the field f, called name in a record.
func (r rule) covers(name string, f helpdesk.Field) bool {
	switch r.rank {
	case rankField:
		return r.key == name
	case rankPrefix:
		// The dot is for a custom field without a name: "ticket.custom".
		return isOwn(classOf(f)) && strings.HasPrefix(name+".", strings.TrimSuffix(r.key, "*"))
	case rankTable:
		table, _ := splitField(f.Name)
		return r.key == table+"/"+string(classOf(f))
	}
	return r.key == string(classOf(f))
}

// isOwn reports whether the fields of the class have names of the source's own.
func isOwn(c helpdesk.Class) bool { return c == classCustom || c == classExtra }

// ruleName is the key of a rule for all of the field.
func ruleName(f helpdesk.Field) string {
	if isOwn(classOf(f)) {
		return f.Name + ".*"
	}
	return f.Name
}

// splitField splits "ticket.subject" and "ticket.custom" into table and field.
func splitField(name string) (table, field string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// bySpecificity orders the rule first that wins.
func bySpecificity(a, b rule) int {
	ofPlan := func(r rule) int {
		if r.ofPlan {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(b.rank, a.rank),
		cmp.Compare(len(b.key), len(a.key)), // the longer prefix
		cmp.Compare(ofPlan(b), ofPlan(a)),
		cmp.Compare(a.key, b.key),
	)
}
