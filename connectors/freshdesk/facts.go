package freshdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// facts are what does not change while a migration runs; they are asked once.
type facts struct {
	// one learns at a time; whoever waits for it can be told to stop.
	one *semaphore.Weighted

	mu    sync.Mutex // guards what follows, which is written once
	known bool

	fields   []field // custom
	statuses map[int]string
	types    []string
	agents   map[string]string // id → name
}

func (d *desk) learn(ctx context.Context) (*facts, error) {
	f := &d.facts
	if err := f.one.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer f.one.Release(1)
	if f.known {
		return f, ctx.Err()
	}
	var me agent
	if err := d.get(ctx, "read account", "/agents/me", nil, &me); err != nil {
		return nil, err
	}
	if me.ID == 0 {
		return nil, fmt.Errorf("freshdesk: read account: %w", &connectors.Advice{Err: connectors.ErrSettings,
			Sentence: "What answers there is no Freshdesk: check the address in the plan."})
	}
	fresh := facts{statuses: map[int]string{}, agents: map[string]string{}}
	if err := d.learnFields(ctx, &fresh); err != nil {
		return nil, err
	}
	err := each(ctx, d, "list agents", "/agents", nil, func(a agent) bool {
		fresh.agents[rest.ID(a.ID)] = a.Contact.Name
		return true
	})
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fields, f.statuses, f.types, f.agents, f.known = fresh.fields, fresh.statuses, fresh.types, fresh.agents, true
	return f, nil
}

func (d *desk) learnFields(ctx context.Context, f *facts) error {
	f.statuses = map[int]string{}
	for path, scope := range map[string]string{"ticket": "ticket", "contact": "person", "company": "organization"} {
		var all []field
		if err := d.get(ctx, "list "+path+" fields", "/"+path+"_fields", nil, &all); err != nil {
			return err
		}
		for _, c := range all {
			c.scope = scope
			switch {
			case c.Type == "default_status":
				f.statuses = c.statuses()
			case c.Type == "default_ticket_type":
				f.types = c.words()
			case strings.HasPrefix(c.Type, "custom_"):
				f.fields = append(f.fields, c)
			}
		}
	}
	slices.SortFunc(f.fields, func(a, b field) int { return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.ID, b.ID)) })
	return nil
}

// statuses are the account's own words; agents see the first of each.
func (c *field) statuses() map[int]string {
	var choices map[string][]string
	all := map[int]string{}
	_ = json.Unmarshal(c.Choices, &choices)
	for number, words := range choices {
		if n, err := strconv.Atoi(number); err == nil && len(words) > 0 {
			all[n] = words[0]
		}
	}
	return all
}

func (c *field) words() (all []string) {
	_ = json.Unmarshal(c.Choices, &all)
	return all
}

// field is the custom field of that label.
func (f *facts) field(scope, label string) *field {
	for i := range f.fields {
		if f.fields[i].scope == scope && f.fields[i].Label == label {
			return &f.fields[i]
		}
	}
	return nil
}

// statusWords are the statuses in the order of their numbers.
func (f *facts) statusWords() (words []string) {
	for n := range 100 {
		if word, ok := f.statuses[n]; ok {
			words = append(words, word)
		}
	}
	return words
}

// opened is the status of a new ticket.
const opened = 2

func (f *facts) statusNumber(word string) (int, bool) {
	for n, w := range f.statuses {
		if w == word {
			return n, true
		}
	}
	return 0, false
}

// categories are those of Freshdesk's own statuses; others of the account are taken
// for open.
var categories = map[int]string{opened: helpdesk.StatusOpen, 3: helpdesk.StatusPending, 4: helpdesk.StatusSolved, 5: helpdesk.StatusClosed}

// priorities by their numbers, from 1.
var priorities = []string{"Low", "Medium", "High", "Urgent"}

// channels by the numbers of sources.
var channels = map[int]string{1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback widget", 10: "outbound email"}

// values are what a record holds in a custom field.
func (c *field) values(v any) []string {
	switch v := v.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case bool:
		if v {
			return []string{"true"}
		}
	case json.Number:
		return []string{v.String()}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	}
	return nil
}

// separator joins values: a field takes one.
const separator = ", "

// shown are values as the field keeps them.
func (c *field) shown(values []string) []string {
	switch {
	case c.Type == "custom_checkbox":
		if slices.Contains(values, "true") {
			return []string{"true"}
		}
		return nil
	case len(values) < 2:
		return values
	}
	return []string{strings.Join(values, separator)}
}

// given is what the API takes for values.
func (c *field) given(values []string) (any, bool) {
	values = c.shown(values)
	switch {
	case len(values) == 0:
		return nil, true
	case c.Type == "custom_checkbox":
		return true, true
	case c.Type == "custom_number" || c.Type == "custom_decimal":
		_, err := strconv.ParseFloat(values[0], 64)
		return json.Number(values[0]), err == nil
	case c.Type == "custom_dropdown":
		return values[0], slices.Contains(c.words(), values[0])
	}
	return values[0], true
}

// takes reports whether the field keeps values as they are given.
func (c *field) takes() bool {
	return slices.Contains([]string{"custom_text", "custom_paragraph", "custom_dropdown", "custom_checkbox", "custom_number", "custom_decimal", "custom_date"}, c.Type)
}

// custom are the custom values of a record, but for the marker.
func (f *facts) custom(scope, marker string, held map[string]any) (all []helpdesk.CustomValue) {
	for i := range f.fields {
		c := &f.fields[i]
		if values := c.values(held[c.Name]); c.scope == scope && c.Label != marker && len(values) > 0 {
			all = append(all, helpdesk.CustomValue{Name: c.Label, Values: values})
		}
	}
	return all
}
