package workflow

import (
	"maps"
	"slices"
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
