package freshdesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// Connector is Freshdesk as plans name it.
var Connector = connectors.Connector{
	Name:     "freshdesk",
	Title:    "Freshdesk",
	Summary:  "A Freshdesk by its API: groups, companies, contacts and agents, tickets with conversations and files.",
	Tested:   "simulated: 31 behaviours of Freshdesk, 9 of them unverified",
	Settings: settingsHelp,
	Source: func(ctx context.Context, decode connectors.Settings) (connectors.Source, error) {
		d, err := open(ctx, decode, nil)
		if err != nil {
			return nil, err
		}
		return &source{d}, nil
	},
	Target: func(ctx context.Context, decode connectors.Settings) (connectors.Target, error) {
		d, err := open(ctx, decode, nil)
		if err != nil {
			return nil, err
		}
		return &target{d}, nil
	},
}

var settingsHelp = []connectors.Setting{
	{Name: "url", Required: true, Meaning: "the address people open, as https://acme.freshdesk.com"},
	{Name: "key", Required: true, Secret: true, Meaning: "API key of an administrator (Profile settings), as env:FRESHDESK_KEY or file:PATH"},
	{Name: "page", Default: "100", Meaning: "source: tickets and people of a page, up to 100"},
	{Name: "marker_field", Default: "Safeconduct", Meaning: "target: custom text field of tickets and companies that holds the marker of a migration"},
	{Name: "language", Default: "en", Meaning: "target: language of the lines that say who wrote a comment and when: en or de"},
	{Name: "silenced", Default: "false", Meaning: "target: true once the notifications of Freshdesk are off: it mails requesters about what the API creates"},
	{Name: "hold", Default: "2m", Meaning: "target: the longest time that Freshdesk may go on with a request whose answer was lost"},
	{Name: "connections", Default: "4", Meaning: "most requests at a time; it starts with one"},
	{Name: "per_minute", Meaning: "most requests a minute; Freshdesk's own limit if not given"},
}

// settings is what a plan says of a Freshdesk.
type settings struct {
	URL         string            `yaml:"url"`
	Key         connectors.Secret `yaml:"key"`
	Page        int               `yaml:"page"`
	MarkerField string            `yaml:"marker_field"`
	Language    string            `yaml:"language"`
	Silenced    bool              `yaml:"silenced"`
	Hold        string            `yaml:"hold"`
	Connections int               `yaml:"connections"`
	PerMinute   int               `yaml:"per_minute"`
}

// A desk is a Freshdesk and what is known of it.
type desk struct {
	settings
	hold   time.Duration
	client *rest.Client
	facts  facts
}

// open makes a desk; transport is nil but for tests.
func open(ctx context.Context, decode connectors.Settings, transport http.RoundTripper) (*desk, error) {
	s := settings{Page: perPage, MarkerField: "Safeconduct", Language: "en", Hold: "2m", Connections: 4}
	if err := decode(&s); err != nil {
		return nil, fmt.Errorf("freshdesk: %w: %w", connectors.ErrSettings, err)
	}
	if s.URL == "" || s.MarkerField == "" {
		return nil, fmt.Errorf("freshdesk: %w: url and marker_field must not be empty", connectors.ErrSettings)
	}
	if s.Page < 1 || s.Page > perPage {
		return nil, fmt.Errorf("freshdesk: %w: page is a number from 1 to %d", connectors.ErrSettings, perPage)
	}
	if err := origin.CheckLanguage(s.Language); err != nil {
		return nil, fmt.Errorf("freshdesk: %w", err)
	}
	hold, err := time.ParseDuration(s.Hold)
	if err != nil || hold < 0 {
		return nil, fmt.Errorf("freshdesk: %w: hold: write a time such as 2m", connectors.ErrSettings)
	}
	key, err := s.Key.Reveal()
	if err != nil {
		return nil, fmt.Errorf("freshdesk: key: %w", err)
	}
	base := strings.TrimRight(s.URL, "/")
	client, err := rest.New(rest.Options{Product: "Freshdesk", Base: base, Budget: connectors.BudgetOf(ctx, "Freshdesk", base), Readings: readings, Connections: s.Connections, PerMinute: s.PerMinute,
		Authorize: func(r *http.Request) { r.SetBasicAuth(key, "X") }, Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("freshdesk: %w", err)
	}
	return &desk{settings: s, hold: hold, client: client, facts: facts{one: semaphore.NewWeighted(1)}}, nil
}
