package workflow

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// test reads a comparison: a Variable and exactly one operator.
func (p *parser) test(f *fields) condition {
	f.require("Variable")
	variable := f.reference("Variable")
	var operators []string
	for _, name := range slices.Sorted(maps.Keys(f.left)) {
		if isOperator(name) {
			operators = append(operators, name)
		}
	}
	if len(operators) != 1 {
		p.invalid(f.at, "exactly one comparison is required")
		return nil
	}
	if variable == nil {
		f.take(operators[0])
		return nil
	}
	return f.operator(operators[0], variable)
}

func isOperator(name string) bool {
	if name == "IsPresent" || name == "StringMatches" || typeTests[name] != nil {
		return true
	}
	_, ok := parseComparison(name)
	return ok
}

func (f *fields) operator(name string, variable *path) condition {
	switch {
	case name == "IsPresent":
		want := f.flag(name)
		return func(v view) (bool, error) {
			_, found := variable.lookup(v)
			return found == want, nil
		}
	case typeTests[name] != nil:
		want, is := f.flag(name), typeTests[name]
		return onVariable(variable, func(x any) bool { return is(x) == want })
	case name == "StringMatches":
		pattern := parseWildcard(f.text(name))
		return onVariable(variable, func(x any) bool {
			s, ok := x.(string)
			return ok && pattern.matches(s)
		})
	}
	return f.comparison(name, variable)
}

func onVariable(variable *path, holds func(any) bool) condition {
	return func(v view) (bool, error) {
		x, err := variable.eval(v)
		return err == nil && holds(x), err
	}
}

// typeTests are the operators that ask for the kind of a value. A boolean is not
// numeric, and IsPresent, which is not among them, is true of null.
var typeTests = map[string]func(any) bool{
	"IsNull":      func(x any) bool { return x == nil },
	"IsString":    func(x any) bool { _, ok := x.(string); return ok },
	"IsNumeric":   func(x any) bool { _, ok := x.(json.Number); return ok },
	"IsBoolean":   func(x any) bool { _, ok := x.(bool); return ok },
	"IsTimestamp": func(x any) bool { _, ok := timestamp(x); return ok },
}

// A comparison is an operator such as NumericLessThanEqualsPath, taken apart.
type comparison struct {
	order    func(a, b any) (int, bool) // false: values of another kind, which never hold
	relation func(int) bool
	byPath   bool
}

var orders = map[string]func(a, b any) (int, bool){
	"String": func(a, b any) (int, bool) {
		x, okX := a.(string)
		y, okY := b.(string)
		return strings.Compare(x, y), okX && okY
	},
	"Numeric": func(a, b any) (int, bool) {
		x, okX := a.(json.Number)
		y, okY := b.(json.Number)
		return compareNumbers(x, y), okX && okY
	},
	"Timestamp": func(a, b any) (int, bool) {
		x, okX := timestamp(a)
		y, okY := timestamp(b)
		return x.Compare(y), okX && okY
	},
	"Boolean": func(a, b any) (int, bool) {
		x, okX := a.(bool)
		y, okY := b.(bool)
		return cmp.Compare(btoi(x), btoi(y)), okX && okY
	},
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

var relations = map[string]func(int) bool{
	"Equals":            func(o int) bool { return o == 0 },
	"LessThan":          func(o int) bool { return o < 0 },
	"LessThanEquals":    func(o int) bool { return o <= 0 },
	"GreaterThan":       func(o int) bool { return o > 0 },
	"GreaterThanEquals": func(o int) bool { return o >= 0 },
}

func parseComparison(name string) (comparison, bool) {
	name, byPath := strings.CutSuffix(name, "Path")
	for kind, order := range orders {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			relation := relations[rest]
			known := relation != nil && (kind != "Boolean" || rest == "Equals")
			return comparison{order: order, relation: relation, byPath: byPath}, known
		}
	}
	return comparison{}, false
}

func (f *fields) comparison(name string, variable *path) condition {
	c, _ := parseComparison(name)
	operand := expression(literal{f.left[name]})
	if c.byPath {
		p := f.reference(name)
		if p == nil {
			return nil
		}
		operand = p
	} else if _, ok := c.order(f.left[name], f.left[name]); !ok {
		f.p.invalid(f.at+"/"+name, "the operand of %q is of another kind", name)
	}
	f.take(name)
	return func(v view) (bool, error) {
		x, err := variable.eval(v)
		if err != nil {
			return false, err
		}
		y, err := operand.eval(v)
		if err != nil {
			return false, err
		}
		order, ok := c.order(x, y)
		return ok && c.relation(order), nil
	}
}

// A wildcard is a text with gaps that any characters fill.
type wildcard []string

// parseWildcard reads a StringMatches pattern: * is a gap, \* and \\ stand for
// the characters themselves.
func parseWildcard(pattern string) wildcard {
	var w wildcard
	var part strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*':
			w = append(w, part.String())
			part.Reset()
		case c == '\\' && i+1 < len(pattern):
			i++
			part.WriteByte(pattern[i])
		default:
			part.WriteByte(c)
		}
	}
	return append(w, part.String())
}

func (w wildcard) matches(s string) bool {
	last := len(w) - 1
	if last == 0 {
		return s == w[0]
	}
	s, ok := strings.CutPrefix(s, w[0])
	for _, part := range w[1:last] {
		if !ok {
			return false
		}
		_, s, ok = strings.Cut(s, part)
	}
	return ok && strings.HasSuffix(s, w[last])
}

// rfc3339 is the profile the language asks for: a capital T, and a capital Z or
// an offset. time.Parse alone lets more pass.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

func timestamp(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok || !rfc3339.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}
