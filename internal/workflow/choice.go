package workflow

import (
	"context"
)

// choice goes on with the first of its rules that holds.
// https://states-language.net/spec.html#choice-state
type choice struct {
	rules    []choiceRule
	fallback string // Default
}

type choiceRule struct {
	holds condition
	next  string
}

func (c *choice) targets() []string {
	var all []string
	for _, r := range c.rules {
		all = append(all, r.next)
	}
	if c.fallback != "" {
		all = append(all, c.fallback)
	}
	return all
}

func (c *choice) do(_ context.Context, v *visit, input any) (any, error) {
	for _, r := range c.rules {
		holds, err := r.holds(v.see(input))
		if err != nil {
			return nil, err
		}
		if holds {
			v.next = r.next
			return input, nil
		}
	}
	if c.fallback == "" {
		return nil, failure(errNoChoice, "The state '%s' has no rule that holds, and no Default.", v.state.name)
	}
	v.next = c.fallback
	return input, nil
}

func (p *parser) choice(f *fields) work {
	f.require("Choices")
	c := &choice{fallback: f.text("Default")}
	rules := f.objects("Choices")
	if len(rules) == 0 {
		p.invalid(f.at, "field \"Choices\" must list at least one rule")
	}
	for _, r := range rules {
		r.require("Next")
		next := r.text("Next")
		c.rules = append(c.rules, choiceRule{holds: p.condition(r), next: next})
	}
	return c
}

// A condition is a rule's test, or several joined by And, Or and Not.
type condition func(view) (bool, error)

func (p *parser) condition(f *fields) condition {
	defer f.done()
	f.comment()
	switch {
	case f.has("And"):
		return p.joined(f, "And", false)
	case f.has("Or"):
		return p.joined(f, "Or", true)
	case f.has("Not"):
		return p.negated(f)
	}
	return p.test(f)
}

// joined evaluates until one of the conditions decides.
func (p *parser) joined(f *fields, name string, decides bool) condition {
	var all []condition
	for _, o := range f.objects(name) {
		all = append(all, p.condition(o))
	}
	if len(all) == 0 {
		p.invalid(f.at, "field %q must list at least one rule", name)
	}
	return func(v view) (bool, error) {
		for _, c := range all {
			if holds, err := c(v); err != nil || holds == decides {
				return holds, err
			}
		}
		return !decides, nil
	}
}

func (p *parser) negated(f *fields) condition {
	o := f.object("Not")
	if o == nil {
		return nil
	}
	c := p.condition(o)
	return func(v view) (bool, error) {
		holds, err := c(v)
		return !holds, err
	}
}
