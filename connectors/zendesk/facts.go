package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/safeconduct/safeconduct/connectors"
)

// facts are what does not change while a migration runs; they are asked once.
type facts struct {
	// one learns at a time; whoever waits for it can be told to stop.
	one *semaphore.Weighted

	mu    sync.Mutex // guards what follows, which is written once
	known bool

	me       user
	fields   []field
	statuses []customStatus
	brands   []brand
	locales  []string // of the help center; none: there is no help center
	labels   bool     // articles can have labels
	readers  int64    // who may read new articles is everybody; who may edit them
}

// A field is a custom field of tickets, people or organizations.
type field struct {
	ID        int64  `json:"id"`
	Key       string `json:"key"` // of people and organizations
	Type      string `json:"type"`
	Title     string `json:"title"`
	Required  bool   `json:"required"`
	Removable *bool  `json:"removable"` // of tickets: false for Zendesk's own
	Active    *bool  `json:"active"`
	Tag       string `json:"tag"` // of a box
	Options   []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"custom_field_options"`
	scope string
}

type customStatus struct {
	ID       int64  `json:"id"`
	Category string `json:"status_category"`
	Label    string `json:"agent_label"`
	Default  bool   `json:"default"`
	Active   *bool  `json:"active"`
}

type brand struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Default bool   `json:"default"`
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
	fresh := facts{}
	for _, step := range []func(context.Context, *facts) error{d.learnAccount, d.learnFields, d.learnWords, d.learnGuide} {
		if err := step(ctx, &fresh); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.me, f.fields, f.statuses, f.brands = fresh.me, fresh.fields, fresh.statuses, fresh.brands
	f.locales, f.labels, f.readers, f.known = fresh.locales, fresh.labels, fresh.readers, true
	return f, nil
}

func (d *desk) learnAccount(ctx context.Context, f *facts) error {
	var answer struct {
		User *user `json:"user"`
	}
	err := d.get(ctx, "read account", "/users/me.json", nil, &answer)
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	switch {
	case answer.User == nil:
		return fmt.Errorf("zendesk: read account: %w", &connectors.Advice{Err: connectors.ErrSettings,
			Sentence: "What answers there is no Zendesk: check the address in the plan."})
	case answer.User.ID == 0: // Zendesk tells whom it does not know that he is nobody
		return fmt.Errorf("zendesk: read account: %w", &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The token or its address is wrong, or access by token is off: see Admin Center, Apps and integrations, APIs, in Zendesk."})
	case answer.User.Role != "admin":
		return fmt.Errorf("zendesk: read account: %w", &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The address must be an administrator's: only those may export and import tickets."})
	}
	f.me = *answer.User
	return nil
}

func (d *desk) learnFields(ctx context.Context, f *facts) error {
	for _, scope := range []string{"ticket", "user", "organization"} {
		list := scope + "_fields"
		err := each(ctx, d, "list "+list, "/"+list+".json", list, nil, func(c field) bool {
			if c.Removable == nil || *c.Removable {
				c.scope = map[string]string{"user": "person"}[scope]
				if c.scope == "" {
					c.scope = scope
				}
				f.fields = append(f.fields, c)
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// learnWords asks for what not every plan has.
func (d *desk) learnWords(ctx context.Context, f *facts) error {
	err := each(ctx, d, "list brands", "/brands.json", "brands", nil, func(b brand) bool {
		f.brands = append(f.brands, b)
		return true
	})
	if err := absent(err); err != nil {
		return err
	}
	return absent(each(ctx, d, "list custom statuses", "/custom_statuses.json", "custom_statuses", nil, func(s customStatus) bool {
		if !s.Default {
			f.statuses = append(f.statuses, s)
		}
		return true
	}))
}

// absent takes a feature that the plan does not have for none of its objects.
func absent(err error) error {
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) {
		return nil
	}
	return err
}

func (d *desk) learnGuide(ctx context.Context, f *facts) error {
	var answer struct {
		Locales []string `json:"locales"`
	}
	if err := d.get(ctx, "list languages", "/help_center/locales.json", nil, &answer); err != nil || len(answer.Locales) == 0 {
		return absent(err)
	}
	f.locales = answer.Locales
	err := d.get(ctx, "list labels", "/help_center/articles/labels.json", nil, &struct {
		Labels json.RawMessage `json:"labels"`
	}{})
	if f.labels = err == nil; absent(err) != nil {
		return err
	}
	return absent(each(ctx, d, "list permission groups", "/guide/permission_groups.json", "permission_groups", nil, func(g struct {
		ID int64 `json:"id"`
	}) bool {
		f.readers = g.ID
		return false
	}))
}

// field is the custom field of that title.
func (f *facts) field(scope, title string) *field {
	for i := range f.fields {
		if f.fields[i].scope == scope && f.fields[i].Title == title {
			return &f.fields[i]
		}
	}
	return nil
}

// status is a ticket's status as people know it, by what the API calls it.
func (f *facts) status(t *ticket) string {
	for _, s := range f.statuses {
		if s.ID == t.CustomStatus {
			return s.Label
		}
	}
	return t.Status
}

// categories are the statuses that every Zendesk has. The first is what a draft of
// no status gets.
var categories = []string{"open", "new", "pending", "hold", "solved", "closed"}

func (f *facts) statusWords() []string {
	words := slices.Clone(categories)
	for _, s := range f.statuses {
		if (s.Active == nil || *s.Active) && !slices.Contains(words, s.Label) {
			words = append(words, s.Label)
		}
	}
	return words
}

// locale is a language of the help center for that of an article: the same, one
// of the same language, or its first.
func (f *facts) locale(wanted string) string {
	wanted = strings.ToLower(wanted)
	language, _, _ := strings.Cut(wanted, "-")
	for _, fits := range []func(string) bool{
		func(l string) bool { return l == wanted },
		func(l string) bool { return l == language || strings.HasPrefix(l, language+"-") },
	} {
		if i := slices.IndexFunc(f.locales, fits); i >= 0 && wanted != "" {
			return f.locales[i]
		}
	}
	return f.locales[0]
}
