package workflow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A path finds values in a state's data or, when it begins with $$, in the
// context object. Of JSONPath it knows members, elements, [*] and slices counted
// from the front; filters, descendants (..) and unions are refused at load.
// https://states-language.net/spec.html#path
type path struct {
	text    string
	context bool // $$
	steps   []step
	many    bool // has [*] or a slice: the result is a list of all matches
}

type step struct {
	kind       stepKind
	name       string // of a member
	start, end int    // of an element or slice; end -1 is open
}

type stepKind int

const (
	member stepKind = iota
	element
	slice
	every // [*] or .*
)

// view is what a path or an intrinsic function sees.
type view struct {
	data    any
	context func() any
}

// eval is the value of the path. A path that finds nothing is a States.Runtime
// failure, except where it may find many: then the result is [].
func (p *path) eval(v view) (any, error) {
	if found, ok := p.lookup(v); ok {
		return found, nil
	}
	return nil, runtimeFailure("Invalid path '%s': it finds nothing in the input.", p.text)
}

func (p *path) lookup(v view) (any, bool) {
	root := v.data
	if p.context {
		root = v.context()
	}
	nodes := p.find(root)
	switch {
	case p.many:
		return nodes, true
	case len(nodes) == 1:
		return nodes[0], true
	}
	return nil, false
}

// find returns all values that the path selects, never nil.
func (p *path) find(root any) []any {
	nodes := []any{root}
	for _, s := range p.steps {
		next := []any{}
		for _, n := range nodes {
			next = s.apply(n, next)
		}
		nodes = next
	}
	return nodes
}

func (s step) apply(node any, found []any) []any {
	switch s.kind {
	case member:
		if m, ok := node.(map[string]any); ok {
			if v, ok := m[s.name]; ok {
				return append(found, v)
			}
		}
	case element:
		if a, ok := node.([]any); ok && s.start < len(a) {
			return append(found, a[s.start])
		}
	case slice:
		if a, ok := node.([]any); ok {
			return append(found, s.cut(a)...)
		}
	case every:
		return append(found, children(node)...)
	}
	return found
}

func (s step) cut(a []any) []any {
	end := len(a)
	if s.end >= 0 {
		end = min(s.end, end)
	}
	return a[min(s.start, end):end]
}

// children lists the members of an object in the order of their names: its own
// order is not kept, and RFC 9535 leaves it open.
func children(node any) []any {
	switch n := node.(type) {
	case []any:
		return n
	case map[string]any:
		values := make([]any, 0, len(n))
		for _, name := range slices.Sorted(maps.Keys(n)) {
			values = append(values, n[name])
		}
		return values
	}
	return nil
}

// isReference is true of a Reference Path: it can point at one value only.
// https://states-language.net/spec.html#ref-paths
func (p *path) isReference() bool { return !p.many }

// set returns a copy of root in which the path holds value, making the objects
// on its way. It fails where the way leads through something else.
func (p *path) set(root, value any) (any, bool) { return setSteps(p.steps, root, value) }

func setSteps(steps []step, node, value any) (any, bool) {
	if len(steps) == 0 {
		return value, true
	}
	if steps[0].kind == element {
		return setElement(steps, node, value)
	}
	object, ok := node.(map[string]any)
	if !ok {
		return nil, false
	}
	child, ok := object[steps[0].name]
	if !ok {
		child = map[string]any{}
	}
	child, ok = setSteps(steps[1:], child, value)
	if !ok {
		return nil, false
	}
	changed := maps.Clone(object)
	changed[steps[0].name] = child
	return changed, true
}

func setElement(steps []step, node, value any) (any, bool) {
	array, ok := node.([]any)
	if !ok || steps[0].start >= len(array) {
		return nil, false
	}
	child, ok := setSteps(steps[1:], array[steps[0].start], value)
	if !ok {
		return nil, false
	}
	changed := slices.Clone(array)
	changed[steps[0].start] = child
	return changed, true
}

// parsePath reads a path. Its errors are Refused and Invalid without a place.
func parsePath(text string) (*path, error) {
	p := &path{text: text}
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, invalid("%q is no path: it does not begin with $", text)
	}
	if rest, ok := strings.CutPrefix(rest, "$"); ok {
		p.context = true
		return p.parse(rest)
	}
	if rest != "" && rest[0] != '.' && rest[0] != '[' {
		return nil, refused("the variable in path %q", text)
	}
	return p.parse(rest)
}

func (p *path) parse(rest string) (*path, error) {
	for rest != "" {
		var err error
		switch {
		case strings.HasPrefix(rest, ".."):
			return nil, refused("the descendant operator .. in path %q", p.text)
		case rest[0] == '.':
			rest, err = p.dotted(rest[1:])
		case rest[0] == '[':
			rest, err = p.bracketed(rest[1:])
		default:
			err = invalid("%q is no path: unexpected %q", p.text, rest)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// notInName ends a name after a dot; whoever needs such a character writes
// the name in brackets and quotes.
const notInName = ".[]()'\"*?@,{}\\ \t\r\n"

func (p *path) dotted(rest string) (string, error) {
	end := strings.IndexAny(rest, notInName)
	if end < 0 {
		end = len(rest)
	}
	name, rest := rest[:end], rest[end:]
	switch {
	case name == "" && strings.HasPrefix(rest, "*"):
		p.add(step{kind: every})
		return rest[1:], nil
	case strings.HasPrefix(rest, "("):
		return "", refused("the function in path %q", p.text)
	case name == "":
		return "", invalid("%q is no path: a name is missing", p.text)
	}
	p.add(step{kind: member, name: name})
	return rest, nil
}

func (p *path) add(s step) {
	p.steps = append(p.steps, s)
	p.many = p.many || s.kind == slice || s.kind == every
}

func (p *path) bracketed(rest string) (string, error) {
	switch {
	case rest == "":
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	case rest[0] == '\'' || rest[0] == '"':
		return p.quoted(rest[1:], rest[0])
	case rest[0] == '?' || rest[0] == '(':
		return "", refused("the filter in path %q", p.text)
	}
	inner, rest, ok := strings.Cut(rest, "]")
	if !ok {
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	}
	s, err := p.index(inner)
	if err != nil {
		return "", err
	}
	p.add(s)
	return rest, nil
}

// quoted reads a name as it stands: AWS does not take a backslash as an escape
// (recorded in test_escape_sequence_parsing). What it makes of a backslash before
// the closing quote or another backslash is not recorded, so that is refused.
func (p *path) quoted(rest string, quote byte) (string, error) {
	end := strings.IndexByte(rest, quote)
	if end < 0 {
		return "", invalid("%q is no path: a quote is not closed", p.text)
	}
	name, rest := rest[:end], rest[end+1:]
	switch {
	case strings.HasSuffix(name, `\`) || strings.Contains(name, `\\`):
		return "", refused("the escaped character in path %q", p.text)
	case strings.HasPrefix(rest, ","):
		return "", refused("the union in path %q", p.text)
	case !strings.HasPrefix(rest, "]"):
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	}
	p.add(step{kind: member, name: name})
	return rest[1:], nil
}

func (p *path) index(inner string) (step, error) {
	if inner == "*" {
		return step{kind: every}, nil
	}
	start, end, isSlice := strings.Cut(inner, ":")
	switch {
	case strings.Contains(inner, ","):
		return step{}, refused("the union in path %q", p.text)
	case strings.Contains(inner, "-"):
		return step{}, refused("the index from the end in path %q", p.text)
	case strings.Contains(end, ":"):
		return step{}, refused("the slice with a step in path %q", p.text)
	case !isSlice:
		n, ok := parseIndex(start, -1)
		if !ok || n < 0 {
			return step{}, invalid("%q is no path: %q is no index", p.text, inner)
		}
		return step{kind: element, start: n}, nil
	}
	from, okFrom := parseIndex(start, 0)
	to, okTo := parseIndex(end, -1)
	if !okFrom || !okTo {
		return step{}, invalid("%q is no path: %q is no slice", p.text, inner)
	}
	return step{kind: slice, start: from, end: to}, nil
}

// parseIndex reads digits without a leading zero, as RFC 9535 has it.
func parseIndex(s string, missing int) (int, bool) {
	if s == "" {
		return missing, true
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && (s == "0" || s[0] != '0')
}
