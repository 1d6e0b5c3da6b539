package workflow

import (
	"maps"
	"slices"
	"strings"
)

// An expression has a value that depends on a state's data: a path, an intrinsic
// function, or a constant among a function's arguments.
type expression interface {
	eval(view) (any, error)
}

// literal is a constant.
type literal struct{ value any }

func (l literal) eval(view) (any, error) { return l.value, nil }

// parseExpression reads what may stand behind a field whose name ends in ".$".
func parseExpression(text string) (expression, error) {
	if strings.HasPrefix(text, "$") {
		return parsePath(text)
	}
	if strings.HasPrefix(text, "States.") {
		return parseCall(text)
	}
	return nil, invalid("%q is neither a path nor an intrinsic function", text)
}

// A template is a payload template: JSON in which fields whose name ends in ".$"
// get their value from a path or an intrinsic function.
// https://states-language.net/spec.html#payload-template
type template struct {
	constant any                  // what holds no expression below it
	members  map[string]*template // of an object that does
	elements []*template          // of an array that does
	dynamic  expression
}

func (t *template) eval(v view) (any, error) {
	switch {
	case t.dynamic != nil:
		return t.dynamic.eval(v)
	case t.members != nil:
		return t.object(v)
	case t.elements != nil:
		return t.array(v)
	}
	return t.constant, nil
}

func (t *template) object(v view) (any, error) {
	result := make(map[string]any, len(t.members))
	for _, name := range slices.Sorted(maps.Keys(t.members)) {
		value, err := t.members[name].eval(v)
		if err != nil {
			return nil, err
		}
		result[name] = value
	}
	return result, nil
}

func (t *template) array(v view) (any, error) {
	result := make([]any, len(t.elements))
	for i, e := range t.elements {
		value, err := e.eval(v)
		if err != nil {
			return nil, err
		}
		result[i] = value
	}
	return result, nil
}

// isConstant is true of a template without expressions, kept as one value.
func (t *template) isConstant() bool {
	return t.dynamic == nil && t.members == nil && t.elements == nil
}

// names lists the fields of the object that the template makes.
func (t *template) names() []string {
	if object, ok := t.constant.(map[string]any); ok {
		return slices.Sorted(maps.Keys(object))
	}
	return slices.Sorted(maps.Keys(t.members))
}

// member is the constant value of a field of that object; nil if it has none.
func (t *template) member(name string) any {
	if object, ok := t.constant.(map[string]any); ok {
		return object[name]
	}
	if m := t.members[name]; m != nil {
		return m.constant
	}
	return nil
}

func parseTemplate(at string, node any, p *problems) *template {
	t := &template{constant: node}
	switch n := node.(type) {
	case map[string]any:
		t.parseMembers(at, n, p)
	case []any:
		t.parseElements(at, n, p)
	}
	return t
}

func (t *template) parseMembers(at string, object map[string]any, p *problems) {
	members := make(map[string]*template, len(object))
	constant := true
	for _, key := range slices.Sorted(maps.Keys(object)) {
		name, dynamic := strings.CutSuffix(key, ".$")
		if _, twice := members[name]; twice {
			p.invalid(at, "field %q stands both with and without .$", name)
		}
		if dynamic {
			members[name] = parseDynamic(at+"/"+key, object[key], p)
		} else {
			members[name] = parseTemplate(at+"/"+key, object[key], p)
		}
		constant = constant && members[name].isConstant()
	}
	if !constant {
		t.constant, t.members = nil, members
	}
}

func (t *template) parseElements(at string, array []any, p *problems) {
	elements := make([]*template, len(array))
	constant := true
	for i, e := range array {
		elements[i] = parseTemplate(at, e, p)
		constant = constant && elements[i].isConstant()
	}
	if !constant {
		t.constant, t.elements = nil, elements
	}
}

func parseDynamic(at string, value any, p *problems) *template {
	text, ok := value.(string)
	if !ok {
		p.invalid(at, "the value is neither a path nor an intrinsic function")
		return &template{dynamic: literal{}}
	}
	e, err := parseExpression(text)
	if err != nil {
		p.add(at, err)
		return &template{dynamic: literal{}}
	}
	return &template{dynamic: e}
}
