package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Machine is a definition that was read and found fit to run. It holds no state
// of any execution and may run many at a time.
type Machine struct {
	flow    *flow
	timeout time.Duration // of a whole execution, 0: none
	digest  string        // of the definition, so that a journal is not resumed with another
}

// A flow is a StartAt and its States: the machine itself, a branch of a Parallel
// state, or what a Map state does with each item.
type flow struct {
	startAt string
	states  map[string]*state
}

// A state is one state of a definition. What all states share stands here; what
// differs is its work.
type state struct {
	name, kind string
	at         string // place in the definition
	next       string // "" where the flow ends

	input, output  *path // nil: the field was null, which means {}
	parameters     *template
	resultSelector *template
	resultPath     *path // nil: the result is thrown away
	retriers       []retrier
	catchers       []catcher
	work           work
}

// Parse reads a definition and refuses what it does not implement, all of it at
// once: the error joins [*Refused] and [*Invalid] errors.
//
// A Task state may call Lambda functions, by their ARN or as lambda:invoke. In the
// outermost flow it may wait for an answer (lambda:invoke.waitForTaskToken, see
// [Answers]) and start executions (states:startExecution, see [Execution.Start]).
// Any other Resource is refused unless it stands in accept, in full or, ending in
// *, by its beginning: whoever accepts one has [Tasks] that can do it, with the
// pattern (.sync, .waitForTaskToken) at its end.
func Parse(definition []byte, accept ...string) (*Machine, error) {
	decoded, err := decodeDefinition(definition)
	if err != nil {
		return nil, invalid("it is not JSON: %v", err)
	}
	object, ok := decoded.(map[string]any)
	if !ok {
		return nil, invalid("it is not a JSON object")
	}
	sum := sha256.Sum256(encode(decoded))
	m := &Machine{digest: hex.EncodeToString(sum[:])}
	var found problems
	p := &parser{problems: &found, accept: accept, names: map[string]bool{}}
	p.machine(m, newFields("", object, &found))
	if len(found) > 0 {
		return nil, found.err()
	}
	return m, nil
}

type parser struct {
	*problems
	accept []string
	names  map[string]bool // of all states: the language wants them unique
	depth  int             // of flows within flows
}

const longestTimeout = 99_999_999 // seconds, from the Step Functions quotas

func (p *parser) machine(m *Machine, f *fields) {
	if version := f.text("Version"); version != "" && version != "1.0" {
		p.invalid(f.at+"/Version", "version %q does not exist", version)
	}
	if !p.queryLanguage(f) {
		return
	}
	m.timeout = seconds(f.whole("TimeoutSeconds", 1, longestTimeout, 0))
	m.flow = p.flow(f)
	f.done()
}

// queryLanguage tells whether the rest can be read: another query language has
// other fields.
func (p *parser) queryLanguage(f *fields) bool {
	language := f.text("QueryLanguage")
	known := language == "" || language == "JSONPath"
	if !known {
		p.refuse(f.at+"/QueryLanguage", "the query language %q", language)
	}
	return known
}

// flow reads StartAt and States, which the caller's object has among others.
func (p *parser) flow(f *fields) *flow {
	p.depth++
	defer func() { p.depth-- }()
	f.comment()
	f.require("StartAt", "States")
	fl := &flow{startAt: f.text("StartAt"), states: map[string]*state{}}
	states := f.object("States")
	if states == nil {
		return fl
	}
	for _, name := range slices.Sorted(maps.Keys(states.left)) {
		if object := states.object(name); object != nil {
			p.checkName(object.at, name)
			fl.states[name] = p.state(name, object)
		}
	}
	p.checkTransitions(f.at, fl)
	return fl
}

func (p *parser) checkName(at, name string) {
	switch {
	case name == "" || len([]rune(name)) > 80:
		p.invalid(at, "the name of a state has 1 to 80 characters")
	case strings.ContainsAny(name, "/[]"):
		p.refuse(at, "a state's name with / [ or ]")
	case p.names[name]:
		p.invalid(at, "the name %q is used twice", name)
	}
	p.names[name] = true
}

// checkTransitions finds names that lead nowhere and states that nothing leads to.
func (p *parser) checkTransitions(at string, fl *flow) {
	reached := map[string]bool{}
	var visit func(from, name string)
	visit = func(from, name string) {
		s := fl.states[name]
		if s == nil {
			p.invalid(from, "there is no state %q", name)
		}
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, next := range s.targets() {
			visit(s.at, next)
		}
	}
	visit(at+"/StartAt", fl.startAt)
	if len(*p.problems) > 0 {
		return // a state that was not understood may well lead there
	}
	for _, name := range slices.Sorted(maps.Keys(fl.states)) {
		if !reached[name] {
			p.invalid(fl.states[name].at, "no state leads to %q", name)
		}
	}
}

// targets lists the states that may follow.
func (s *state) targets() []string {
	var all []string
	if s.next != "" {
		all = append(all, s.next)
	}
	for _, c := range s.catchers {
		all = append(all, c.next)
	}
	if c, ok := s.work.(*choice); ok {
		all = append(all, c.targets()...)
	}
	return all
}

// all goes over the states of the flow and of those within it.
func (fl *flow) all(yield func(*state) bool) { fl.each(yield) }

func (fl *flow) each(yield func(*state) bool) bool {
	for _, s := range fl.states {
		if !yield(s) {
			return false
		}
		for _, inner := range s.inner() {
			if !inner.each(yield) {
				return false
			}
		}
	}
	return true
}

// inner lists the flows of branches and items.
func (s *state) inner() []*flow {
	switch w := s.work.(type) {
	case *parallel:
		return w.branches
	case *mapState:
		return []*flow{w.flow}
	}
	return nil
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
