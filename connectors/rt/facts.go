package rt

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
)

// facts are what does not change while a migration runs; they are asked once.
type facts struct {
	mu    sync.Mutex
	known bool

	version string
	fields  []definition
	queue   loose // number of the queue that the settings name
	group   loose // number of the group of agents
}

// A definition is a custom field.
type definition struct {
	ID      loose  `json:"id"`
	Object  string `json:"type"` // "customfield"; without it Go would take it for Type
	Name    string `json:"Name"`
	Of      string `json:"LookupType"` // "RT::Queue-RT::Ticket"
	Type    string `json:"Type"`       // Freeform, Select, Text, …
	Most    loose  `json:"MaxValues"`  // 0: any number
	options []string
}

// Lookup types of custom fields.
const (
	ofTickets  = "RT::Queue-RT::Ticket"
	ofUsers    = "RT::User"
	ofQueues   = "RT::Queue"
	ofArticles = "RT::Class-RT::Article"
)

func (d *desk) learn(ctx context.Context) (*facts, error) {
	f := &d.facts
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known {
		return f, ctx.Err()
	}
	var about struct {
		Version string `json:"Version"`
	}
	if err := d.get(ctx, "read version", "/rt", nil, &about); err != nil {
		return nil, err
	}
	f.version, _, _ = strings.Cut(about.Version, "+")
	for _, step := range []func(context.Context, *facts) error{d.learnFields, d.learnQueue, d.learnGroup} {
		if err := step(ctx, f); err != nil {
			return nil, err
		}
	}
	f.known = true
	return f, nil
}

func (d *desk) learnFields(ctx context.Context, f *facts) error {
	f.fields = nil
	err := each(ctx, d, list{name: "list custom fields", path: "/customfields", query: url.Values{"fields": {"Name,LookupType,Type,MaxValues"}},
		where: []condition{{"id", ">", 0}}}, func(c definition) bool { f.fields = append(f.fields, c); return true })
	if err != nil {
		return err
	}
	for i := range f.fields {
		c := &f.fields[i]
		if c.Type != "Select" {
			continue
		}
		err := each(ctx, d, list{name: "list values", path: "/customfield/" + string(c.ID) + "/values", query: url.Values{"fields": {"Name"}}},
			func(v struct {
				Name string `json:"Name"`
			}) bool {
				c.options = append(c.options, v.Name)
				return true
			})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) learnQueue(ctx context.Context, f *facts) error {
	return each(ctx, d, list{name: "list queues", path: "/queues", query: url.Values{"fields": {"Name"}},
		where: []condition{{"Name", "=", d.Queue}}}, func(q queue) bool { f.queue = q.ID; return false })
}

func (d *desk) learnGroup(ctx context.Context, f *facts) error {
	if d.AgentsGroup == "" {
		return nil
	}
	return each(ctx, d, list{name: "list groups", path: "/groups", query: url.Values{"fields": {"Name"}},
		where: []condition{{"Name", "=", d.AgentsGroup}, {"Domain", "=", "UserDefined"}}},
		func(g ref) bool { f.group = g.ID; return false })
}

// field is the custom field of that name.
func (f *facts) field(of, name string) *definition {
	for i := range f.fields {
		if f.fields[i].Of == of && f.fields[i].Name == name {
			return &f.fields[i]
		}
	}
	return nil
}

// unprepared lists what an administrator has to do before a run.
func (d *desk) unprepared(f *facts) (all []string) {
	for of, what := range map[string]string{ofTickets: "Tickets", ofUsers: "Users", ofQueues: "Queues", ofArticles: "Articles"} {
		if f.field(of, d.MarkerField) == nil && (of != ofArticles || d.Class != "") {
			all = append(all, fmt.Sprintf("Add a custom field %q: Admin, Custom Fields, Create; Type: Enter one value; Applies to: %s; "+
				"then apply it globally under Applies to.", d.MarkerField, what))
		}
	}
	slices.Sort(all)
	if !d.Silenced {
		all = append(all, "Disable the scrips that send mail, for RT mails about what the API writes: Admin, Scrips (or, on RT's server, "+
			"set $MailCommand to testfile in RT_SiteConfig.pm and restart); then write silenced: true into the plan.")
	}
	if f.queue == "" {
		all = append(all, "Write the name of a queue into the plan, as queue: General, for tickets without a group.")
	}
	if d.Class != "" && f.field(ofArticles, d.ArticleField) == nil {
		all = append(all, fmt.Sprintf("There is no custom field %q of articles, for their text: add it, or name another as article_field.", d.ArticleField))
	}
	if d.AgentsGroup != "" && f.group == "" {
		all = append(all, fmt.Sprintf("There is no group %q: make it under Admin, Groups, and give it the right OwnTicket.", d.AgentsGroup))
	}
	return all
}

// A custom value that RT has no field for is dropped without a word, so that only
// those that it has are sent.
func (d *desk) customBody(f *facts, of string, marker string, all map[string][]string) (map[string]any, error) {
	if f.field(of, d.MarkerField) == nil {
		return nil, fmt.Errorf("rt: %w: there is no custom field that holds markers", connectors.ErrSettings)
	}
	body := map[string]any{d.MarkerField: marker}
	for name, values := range all {
		c := f.field(of, name)
		switch {
		case c == nil || name == d.MarkerField || len(values) == 0:
		case c.Most.int() == 1:
			body[name] = strings.Join(values, separator)
		default:
			body[name] = values
		}
	}
	return body, nil
}

// separator stands between the values that a field which takes one is given.
const separator = ", "
