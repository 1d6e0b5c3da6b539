package workflow

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// fields reads one object of a definition. Every reader takes its field out, so
// what is left in the end is what nobody knew: done refuses it.
type fields struct {
	at   string // place in the definition, as AWS writes it
	left map[string]any
	p    *problems
}

func newFields(at string, object map[string]any, p *problems) *fields {
	return &fields{at: at, left: maps.Clone(object), p: p}
}

func (f *fields) done() {
	for _, name := range slices.Sorted(maps.Keys(f.left)) {
		f.p.refuse(f.at+"/"+name, "field %q", name)
	}
}

func (f *fields) has(name string) bool {
	_, ok := f.left[name]
	return ok
}

func (f *fields) take(name string) (any, bool) {
	v, ok := f.left[name]
	delete(f.left, name)
	return v, ok
}

// require reports fields that must be there.
func (f *fields) require(names ...string) {
	for _, name := range names {
		if !f.has(name) {
			f.p.invalid(f.at, "field %q is required", name)
		}
	}
}

// oneOf reports when not exactly one of the fields is there.
func (f *fields) oneOf(names ...string) {
	if f.count(names) != 1 {
		f.p.invalid(f.at, "exactly one of the fields %q is required", names)
	}
}

// atMostOneOf reports when several of the fields are there.
func (f *fields) atMostOneOf(names ...string) {
	if f.count(names) > 1 {
		f.p.invalid(f.at, "only one of the fields %q may be used", names)
	}
}

func (f *fields) count(names []string) int {
	n := 0
	for _, name := range names {
		if f.has(name) {
			n++
		}
	}
	return n
}

// comment takes the field that may stand almost anywhere and means nothing.
func (f *fields) comment() { f.text("Comment") }

// as takes a field of type T; ok is false when it is absent or of another type.
func as[T any](f *fields, name, kind string) (value T, ok bool) {
	v, present := f.take(name)
	if !present {
		return value, false
	}
	if value, ok = v.(T); !ok {
		f.p.invalid(f.at+"/"+name, "field %q must be %s", name, kind)
	}
	return value, ok
}

func (f *fields) text(name string) string {
	s, _ := as[string](f, name, "a string")
	return s
}

func (f *fields) flag(name string) bool {
	b, _ := as[bool](f, name, "true or false")
	return b
}

// whole takes an integer between low and high; other is for an absent field.
func (f *fields) whole(name string, low, high, other int) int {
	n, ok := as[json.Number](f, name, "a number")
	if !ok {
		return other
	}
	i, err := strconv.Atoi(string(n))
	if err != nil || i < low || i > high {
		f.p.invalid(f.at+"/"+name, "field %q must be an integer from %d to %d", name, low, high)
		return other
	}
	return i
}

func (f *fields) float(name string, low, high, other float64) float64 {
	n, ok := as[json.Number](f, name, "a number")
	if !ok {
		return other
	}
	x, err := n.Float64()
	if err != nil || x < low || x > high {
		f.p.invalid(f.at+"/"+name, "field %q must be a number from %g to %g", name, low, high)
		return other
	}
	return x
}

// object takes an object; nil when there is none.
func (f *fields) object(name string) *fields {
	o, ok := as[map[string]any](f, name, "an object")
	if !ok {
		return nil
	}
	return newFields(f.at+"/"+name, o, f.p)
}

// objects takes an array of objects.
func (f *fields) objects(name string) []*fields {
	array, _ := as[[]any](f, name, "an array")
	var all []*fields
	for i, e := range array {
		at := f.at + "/" + name + "/" + strconv.Itoa(i)
		o, ok := e.(map[string]any)
		if !ok {
			f.p.invalid(at, "each of %q must be an object", name)
			continue
		}
		all = append(all, newFields(at, o, f.p))
	}
	return all
}

// texts takes an array of strings with at least one.
func (f *fields) texts(name string) []string {
	array, ok := as[[]any](f, name, "an array")
	var all []string
	for _, e := range array {
		if s, isText := e.(string); isText {
			all = append(all, s)
		}
	}
	if ok && (len(all) == 0 || len(all) < len(array)) {
		f.p.invalid(f.at+"/"+name, "field %q must list strings, and at least one", name)
	}
	return all
}

// path takes a path; nil when there is none.
func (f *fields) path(name string) *path {
	text, ok := as[string](f, name, "a path")
	if !ok {
		return nil
	}
	p, err := parsePath(text)
	if err != nil {
		f.p.add(f.at+"/"+name, err)
		return nil
	}
	return p
}

// reference takes a path that can find one value only.
func (f *fields) reference(name string) *path {
	p := f.path(name)
	if p != nil && !p.isReference() {
		f.p.invalid(f.at+"/"+name, "%q may find many values: a Reference Path is required", p.text)
	}
	return p
}

// pathOrNull takes a path that is $ when absent, and nil when null.
func (f *fields) pathOrNull(name string) *path {
	if v, ok := f.left[name]; ok && v == nil {
		f.take(name)
		return nil
	}
	if p := f.path(name); p != nil {
		return p
	}
	return whole
}

// template takes a payload template; nil when there is none.
func (f *fields) template(name string) *template {
	object, ok := as[map[string]any](f, name, "an object")
	if !ok {
		return nil
	}
	return parseTemplate(f.at+"/"+name, object, f.p)
}
