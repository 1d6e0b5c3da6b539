// Package mapping says what the words of one help desk are called in the other:
// statuses, priorities, types, groups, tags, people and custom fields.
//
// The rules are data in the plan. A value that the target does not take and that
// no rule names is Unmapped: it is reported with the line to add, and nothing is
// guessed.
package mapping

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Drop as the right side of a rule leaves the value out.
const Drop = "-"

// Rules are the map section of a plan.
type Rules struct {
	Statuses   map[string]string `yaml:"statuses,omitempty" json:"statuses,omitempty"`
	Priorities map[string]string `yaml:"priorities,omitempty" json:"priorities,omitempty"`
	Types      map[string]string `yaml:"types,omitempty" json:"types,omitempty"`
	Channels   map[string]string `yaml:"channels,omitempty" json:"channels,omitempty"`
	Groups     map[string]string `yaml:"groups,omitempty" json:"groups,omitempty"`
	Tags       map[string]string `yaml:"tags,omitempty" json:"tags,omitempty"`
	// States of articles: draft and published.
	States map[string]string `yaml:"states,omitempty" json:"states,omitempty"`
	// People gives persons the e-mail address of their account in the target.
	People map[string]string `yaml:"people,omitempty" json:"people,omitempty"`
	// Fields renames custom fields.
	Fields map[string]string `yaml:"fields,omitempty" json:"fields,omitempty"`
	// Values maps what tickets hold in a custom field, by the field's name in the
	// target.
	Values map[string]map[string]string `yaml:"values,omitempty" json:"values,omitempty"`
	// NumberTo keeps the ticket's old number in this custom field of the target.
	NumberTo string `yaml:"number_to,omitempty" json:"number_to,omitempty"`
}

// A Mapping applies rules to records for one target.
type Mapping struct {
	rules      Rules
	words      map[string]map[string]string // field name → value → value
	vocabulary map[string][]string          // field name → what the target takes
}

// New checks the rules against the words that the target takes, by field name;
// a field that is not named takes any.
func New(r Rules, vocabulary map[string][]string) (*Mapping, error) {
	m := &Mapping{rules: r, vocabulary: vocabulary, words: map[string]map[string]string{
		"ticket.status": r.Statuses, "ticket.priority": r.Priorities, "ticket.type": r.Types,
		"ticket.channel": r.Channels, "comment.channel": r.Channels,
		"ticket.tags": r.Tags, "person.tags": r.Tags, "organization.tags": r.Tags,
		"group.name": r.Groups, "article.state": r.States,
	}}
	for name, words := range r.Values {
		m.words["ticket.custom."+name] = words
	}
	for _, field := range slices.Sorted(maps.Keys(m.words)) {
		for _, from := range slices.Sorted(maps.Keys(m.words[field])) {
			if to := m.words[field][from]; to != Drop && !m.takes(field, to) {
				return nil, fmt.Errorf("map.%s: the target has no %q; it has %s",
					section(field), to, strings.Join(vocabulary[field], ", "))
			}
		}
	}
	return m, nil
}

func (m *Mapping) takes(field, value string) bool {
	words, closed := m.vocabulary[field]
	return !closed || slices.Contains(words, value)
}

// section names the part of the plan that holds the words of a field.
func section(field string) string {
	switch field {
	case "ticket.status":
		return "statuses"
	case "ticket.priority":
		return "priorities"
	case "ticket.type":
		return "types"
	case "ticket.channel", "comment.channel":
		return "channels"
	case "group.name":
		return "groups"
	case "article.state":
		return "states"
	case "ticket.tags", "person.tags", "organization.tags":
		return "tags"
	}
	if name, ok := strings.CutPrefix(field, "ticket.custom."); ok {
		return "values." + name
	}
	return ""
}

// An Unmapped is a value that the target does not take and no rule names.
type Unmapped struct {
	Field string
	Value string
}

// Line is what to add to the plan.
func (u Unmapped) Line(vocabulary map[string][]string) string {
	s := section(u.Field)
	if name, ok := strings.CutPrefix(s, "values."); ok {
		return fmt.Sprintf("map: {values: {%q: {%q: ...}}}   # one of %s, or - to leave it out",
			name, u.Value, strings.Join(vocabulary[u.Field], ", "))
	}
	if s == "" {
		return fmt.Sprintf("%s: the target takes only %s, and the source has %q",
			u.Field, strings.Join(vocabulary[u.Field], ", "), u.Value)
	}
	return fmt.Sprintf("map: {%s: {%q: ...}}   # one of %s, or - to leave it out",
		s, u.Value, strings.Join(vocabulary[u.Field], ", "))
}

// Compare orders Unmapped by field and value.
func (u Unmapped) Compare(v Unmapped) int {
	return cmp.Or(cmp.Compare(u.Field, v.Field), cmp.Compare(u.Value, v.Value))
}

// An Effect is what the mapping did to a field.
type Effect string

const (
	Changed Effect = "map"  // another word
	Left    Effect = "drop" // a rule leaves the value out
)

// Apply maps a record in place. It reports each field that it changed by its
// path in the record as it then is, and returns what it could not map; these
// values stay as they are.
func (m *Mapping) Apply(r *helpdesk.Record, report func(path string, e Effect)) (unmapped []Unmapped) {
	m.people(r, report)
	m.custom(r, report)
	for v := range r.Values() {
		unmapped = append(unmapped, m.value(v, report)...)
	}
	return unmapped
}

func (m *Mapping) value(v helpdesk.Value, report func(string, Effect)) (unmapped []Unmapped) {
	words, ruled := m.words[v.Name()]
	_, closed := m.vocabulary[v.Name()]
	if !ruled && !closed || v.Empty() {
		return nil
	}
	was := v.Strings()
	is := make([]string, 0, len(was))
	for _, w := range was {
		to, ok := words[w]
		switch {
		case ok && to == Drop:
		case ok:
			is = append(is, to)
		default:
			if !m.takes(v.Name(), w) {
				unmapped = append(unmapped, Unmapped{v.Name(), w})
			}
			is = append(is, w)
		}
	}
	return append(unmapped, set(v, was, is, report)...)
}

func set(v helpdesk.Value, was, is []string, report func(string, Effect)) []Unmapped {
	if slices.Equal(was, is) {
		return nil
	}
	if err := v.Set(is); err != nil {
		return []Unmapped{{v.Name(), strings.Join(was, ";")}}
	}
	effect := Changed
	if len(is) < len(was) {
		effect = Left
	}
	report(v.Path(), effect)
	return nil
}

// people gives a person the address of the account that stands for it.
func (m *Mapping) people(r *helpdesk.Record, report func(string, Effect)) {
	if r.Person == nil {
		return
	}
	to, ok := m.rules.People[r.Key]
	for _, e := range r.Person.Emails {
		if !ok {
			to, ok = m.rules.People[strings.ToLower(e)]
		}
	}
	if ok {
		r.Person.Emails = []string{to}
		report("emails", Changed)
	}
}

// custom renames and drops custom fields and keeps the old number in one.
func (m *Mapping) custom(r *helpdesk.Record, report func(string, Effect)) {
	for _, list := range customOf(r) {
		kept := (*list)[:0]
		for _, c := range *list {
			to, ok := m.rules.Fields[c.Name]
			switch {
			case ok && to == Drop:
				report("custom["+c.Name+"]", Left)
				continue
			case ok:
				c.Name = to
				report("custom["+to+"]", Changed)
			}
			kept = append(kept, c)
		}
		*list = kept
	}
	if d := r.Definition; d != nil {
		if to, ok := m.rules.Fields[d.Title]; ok && to != Drop {
			d.Title = to
			report("title", Changed)
		}
	}
	if t := r.Ticket; t != nil && m.rules.NumberTo != "" && t.Number != "" {
		t.Custom = append(t.Custom, helpdesk.CustomValue{Name: m.rules.NumberTo, Values: []string{t.Number}})
		report("custom["+m.rules.NumberTo+"]", Changed)
	}
}

func customOf(r *helpdesk.Record) (lists []*[]helpdesk.CustomValue) {
	switch {
	case r.Ticket != nil:
		lists = append(lists, &r.Ticket.Custom)
	case r.Person != nil:
		lists = append(lists, &r.Person.Custom)
	case r.Organization != nil:
		lists = append(lists, &r.Organization.Custom)
	}
	return lists
}
