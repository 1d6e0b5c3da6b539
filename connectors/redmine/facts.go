package redmine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
)

// facts are what does not change while a migration runs; they are asked once.
type facts struct {
	mu    sync.Mutex
	known bool

	me         user
	fields     []customField
	statuses   []status
	trackers   []named
	priorities []priority
	activities []priority
	roles      map[string]role // those that the settings name, by name
	project    *project        // that the settings name
}

type customField struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Of       string `json:"customized_type"` // issue, user, project, …
	Format   string `json:"field_format"`
	Multiple bool   `json:"multiple"`
	Filter   bool   `json:"is_filter"`
	Required bool   `json:"is_required"`
	Values   []struct {
		Value string `json:"value"`
	} `json:"possible_values"`
	Trackers []named `json:"trackers"`
}

type priority struct {
	named
	Default bool `json:"is_default"`
}

type role struct {
	ID          int64    `json:"id"`
	Name        string   `json:"name"`
	Assignable  bool     `json:"assignable"`
	Permissions []string `json:"permissions"`
}

func (d *desk) learn(ctx context.Context) (*facts, error) {
	f := &d.facts
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known {
		return f, ctx.Err()
	}
	for _, step := range []func(context.Context, *facts) error{d.learnAccount, d.learnWords, d.learnRoles, d.learnProject} {
		if err := step(ctx, f); err != nil {
			return nil, err
		}
	}
	f.known = true
	return f, nil
}

func (d *desk) learnAccount(ctx context.Context, f *facts) error {
	var answer struct {
		User user `json:"user"`
	}
	err := d.get(ctx, "read account", "/users/current.json", nil, &answer)
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	if answer.User.ID == 0 {
		return fmt.Errorf("redmine: read account: %w", &connectors.Advice{Err: connectors.ErrSettings,
			Sentence: "What answers there is no Redmine: check the address in the plan."})
	}
	f.me = answer.User
	if !f.me.Admin {
		return fmt.Errorf("redmine: read account: %w", &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The API key must be an administrator's: only those see all people, private notes and custom fields."})
	}
	return nil
}

// demoted tells whether a refusal is because the account is no administrator any
// more: Redmine then refuses records, and not the account.
func (d *desk) demoted(ctx context.Context) error {
	if err := d.learnAccount(ctx, &facts{}); errors.Is(err, connectors.ErrDenied) {
		return err
	}
	return nil
}

func (d *desk) learnWords(ctx context.Context, f *facts) error {
	for path, into := range map[string]any{
		"custom_fields": &struct {
			All *[]customField `json:"custom_fields"`
		}{&f.fields},
		"issue_statuses": &struct {
			All *[]status `json:"issue_statuses"`
		}{&f.statuses},
		"trackers": &struct {
			All *[]named `json:"trackers"`
		}{&f.trackers},
		"enumerations/issue_priorities": &struct {
			All *[]priority `json:"issue_priorities"`
		}{&f.priorities},
		"enumerations/time_entry_activities": &struct {
			All *[]priority `json:"time_entry_activities"`
		}{&f.activities},
	} {
		if err := d.get(ctx, "list "+path, "/"+path+".json", nil, into); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) learnRoles(ctx context.Context, f *facts) error {
	f.roles = map[string]role{}
	if d.Role == "" && d.ContactRole == "" {
		return nil
	}
	var all struct {
		Roles []named `json:"roles"`
	}
	if err := d.get(ctx, "list roles", "/roles.json", nil, &all); err != nil {
		return err
	}
	for _, r := range all.Roles {
		if r.Name != d.Role && r.Name != d.ContactRole {
			continue
		}
		var one struct {
			Role role `json:"role"`
		}
		if err := d.get(ctx, "read role", "/roles/"+id(r.ID)+".json", nil, &one); err != nil {
			return err
		}
		f.roles[r.Name] = one.Role
	}
	return nil
}

func (d *desk) learnProject(ctx context.Context, f *facts) error {
	if d.Project == "" {
		return nil
	}
	return each(ctx, d, "list projects", "/projects.json", "projects", nil, func(p project) bool {
		if p.Identifier == d.Project {
			f.project = &p
		}
		return f.project == nil
	})
}

// field is the custom field of that name on issues, users or projects.
func (f *facts) field(of, name string) *customField {
	for i := range f.fields {
		if f.fields[i].Of == of && f.fields[i].Name == name {
			return &f.fields[i]
		}
	}
	return nil
}

// marks is the custom field that holds markers on objects of the type.
func (d *desk) marks(f *facts, of string) (int64, error) {
	if c := f.field(of, d.MarkerField); c != nil {
		return c.ID, nil
	}
	return 0, fmt.Errorf("redmine: %w: there is no custom field of %ss that holds markers", connectors.ErrSettings, of)
}

// unprepared lists what an administrator has to do before a run.
func (d *desk) unprepared(f *facts) (all []string) {
	for _, of := range []string{"issue", "user", "project"} {
		c := f.field(of, d.MarkerField)
		switch {
		case c == nil:
			all = append(all, fmt.Sprintf("Add a custom field %q of format Text for %ss: Administration, Custom fields, New custom field; "+
				"for issues tick For all projects, Used as a filter, and every tracker.", d.MarkerField, of))
		case of == "issue" && (!c.Filter || len(c.Trackers) < len(f.trackers)):
			all = append(all, fmt.Sprintf("Tick Used as a filter and every tracker in custom field %q of issues: Administration, Custom fields.", d.MarkerField))
		}
	}
	if !d.Silenced {
		all = append(all, "Switch off every box in Administration, Settings, Email notifications, for Redmine mails about what the API writes; then write silenced: true into the plan.")
	}
	if f.project == nil {
		all = append(all, "Write the identifier of a project into the plan, as project: help-desk, for tickets without a group; make it if there is none.")
	}
	if d.Tracker != "" && !slices.ContainsFunc(f.trackers, func(t named) bool { return t.Name == d.Tracker }) {
		all = append(all, fmt.Sprintf("There is no tracker %q: correct tracker in the plan.", d.Tracker))
	}
	return append(all, d.unpreparedRoles(f)...)
}

// writerRights are the permissions that people need to write in their own name.
// Those of agents hold for private notes too: of those that Redmine does not
// permit it makes public ones, and says nothing.
var writerRights = []string{"view_issues", "add_issues", "add_issue_notes"}

const privateRight = "set_notes_private"

func (d *desk) unpreparedRoles(f *facts) (all []string) {
	for _, name := range []string{d.Role, d.ContactRole} {
		r, ok := f.roles[name]
		switch {
		case name == "":
			continue
		case !ok:
			all = append(all, fmt.Sprintf("There is no role %q: correct role or contact_role in the plan.", name))
			continue
		case !d.impersonates():
			continue
		}
		needs := slices.Clone(writerRights)
		if name == d.Role {
			needs = append(needs, privateRight)
		}
		lacks := slices.DeleteFunc(needs, func(p string) bool { return slices.Contains(r.Permissions, p) })
		if len(lacks) > 0 {
			all = append(all, fmt.Sprintf("Give role %q, while the migration lasts, the permissions %s: Administration, Roles and permissions. "+
				"Without them people can't be the authors of what they wrote.", name, strings.Join(lacks, ", ")))
		}
	}
	return all
}
