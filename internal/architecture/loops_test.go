package architecture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestEveryLoopCanEnd: AWS ends an execution after 25,000 events, a year or the
// definition's own time-out, each of them a failure in the middle of a migration.
func TestEveryLoopCanEnd(t *testing.T) { holds(t, loops) }

// loops wants of each loop a Choice that leads out of it and asks for something
// that the loop itself changes.
func loops(t *tree) (broken []string) {
	for _, f := range t.flows() {
		seen := map[string]bool{}
		for _, name := range f.names() {
			loop := f.loop(name)
			if len(loop) == 0 || seen[loop[0]] {
				continue
			}
			seen[loop[0]] = true
			if !slices.ContainsFunc(loop, func(n string) bool { return f.leaves(n, loop) }) {
				broken = append(broken, fmt.Sprintf("%s: the loop %s can't end: none of its Choice states leads out on something that the loop "+
					"itself changes. Ask for a field of the task's result, as MoreToLoad does, or count, as NextPhase does", f.at, strings.Join(loop, " → ")))
			}
		}
	}
	return broken
}

// next lists the states that may follow one.
func (f flow) next(name string) (names []string) {
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				add(x)
			}
		case map[string]any:
			if n, ok := v["Next"].(string); ok {
				names = append(names, n)
			}
		}
	}
	fields := f.states[name].fields
	add(fields)
	add(fields["Choices"])
	add(fields["Catch"])
	if n, ok := fields["Default"].(string); ok {
		names = append(names, n)
	}
	return names
}

func (f flow) reach(from string) map[string]bool {
	reached := map[string]bool{}
	for todo := f.next(from); len(todo) > 0; todo = todo[1:] {
		if !reached[todo[0]] {
			reached[todo[0]] = true
			todo = append(todo, f.next(todo[0])...)
		}
	}
	return reached
}

// loop lists the states from which one can be reached that can be reached from
// it, in order; none if it is in no loop.
func (f flow) loop(name string) (names []string) {
	there := f.reach(name)
	for _, n := range f.names() {
		if there[n] && f.reach(n)[name] {
			names = append(names, n)
		}
	}
	return names
}

// leaves reports whether a Choice leads out of the loop on a variable that the
// loop changes.
func (f flow) leaves(name string, loop []string) bool {
	choice := f.states[name]
	out := slices.ContainsFunc(f.next(name), func(n string) bool { return !slices.Contains(loop, n) })
	if choice.text("Type") != "Choice" || !out {
		return false
	}
	return slices.ContainsFunc(variables(choice.fields["Choices"]), func(v string) bool {
		return slices.ContainsFunc(loop, func(n string) bool { return f.states[n].changes(v) })
	})
}

func variables(v any) (found []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			found = append(found, variables(x)...)
		}
	case map[string]any:
		for key, x := range v {
			if text, ok := x.(string); ok && key == "Variable" {
				found = append(found, text)
			}
			found = append(found, variables(x)...)
		}
	}
	return found
}

// changes reports whether a state puts something new under a path: a Task its
// result, a Pass what an intrinsic function makes of the old value.
func (s state) changes(variable string) bool {
	result, given := s.fields["ResultPath"]
	if !given {
		result = "$"
	}
	under, _ := result.(string)
	rest, within := strings.CutPrefix(variable+".", under+".")
	if !within || under == "" {
		return false
	}
	if s.text("Type") != "Pass" {
		return s.text("Type") == "Task"
	}
	value := s.fields["Parameters"]
	for key := range strings.SplitSeq(strings.TrimSuffix(rest, "."), ".") {
		object, _ := value.(map[string]any)
		if value = object[key]; value == nil {
			value = object[key+".$"]
		}
	}
	text, _ := value.(string)
	return strings.HasPrefix(text, "States.")
}
