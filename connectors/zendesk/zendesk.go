package zendesk

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

// Connector is Zendesk as plans name it.
var Connector = connectors.Connector{
	Name:     "zendesk",
	Title:    "Zendesk",
	Summary:  "A Zendesk by its API: groups, organizations, people, tickets with comments and files, articles of its help center.",
	Tested:   "simulated: 74 behaviours of Zendesk, 22 of them unverified",
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
		return &target{desk: d}, nil
	},
}

var settingsHelp = []connectors.Setting{
	{Name: "url", Required: true, Meaning: "the address people open, as https://acme.zendesk.com"},
	{Name: "email", Required: true, Meaning: "address of the administrator in whose name the token is used"},
	{Name: "token", Required: true, Secret: true, Meaning: "API token (Admin Center, Apps and integrations, APIs), as env:ZENDESK_TOKEN or file:PATH"},
	{Name: "page", Default: "100", Meaning: "source: tickets, people and organizations of a page, up to 1000"},
	{Name: "organizations", Default: "default", Meaning: "source: all reads every organization of a person, with a request for each; default reads the default one"},
	{Name: "agents", Default: "false", Meaning: "target: true lets agents be agents, each of whom takes a seat; otherwise they are end users, and no ticket is assigned"},
	{Name: "section", Default: "Imported/Imported", Meaning: "target: category and section of articles that have none"},
	{Name: "language", Default: "en", Meaning: "target: language of the lines that say when a late comment was written: en or de"},
	{Name: "silenced", Default: "false", Meaning: "target: true once triggers and automations that mail customers leave out what this account changes"},
	{Name: "hold", Default: "10m", Meaning: "target: the longest time that Zendesk may go on with a job whose answer was lost"},
	{Name: "connections", Default: "4", Meaning: "most requests at a time; it starts with one"},
	{Name: "per_minute", Meaning: "most requests a minute; Zendesk's own limit if not given"},
}

// settings is what a plan says of a Zendesk.
type settings struct {
	URL           string            `yaml:"url"`
	Email         string            `yaml:"email"`
	Token         connectors.Secret `yaml:"token"`
	Page          int               `yaml:"page"`
	Organizations string            `yaml:"organizations"`
	Agents        bool              `yaml:"agents"`
	Section       string            `yaml:"section"`
	Language      string            `yaml:"language"`
	Silenced      bool              `yaml:"silenced"`
	Hold          string            `yaml:"hold"`
	Connections   int               `yaml:"connections"`
	PerMinute     int               `yaml:"per_minute"`
}

func (s settings) check() error {
	switch {
	case s.URL == "" || s.Email == "":
		return fmt.Errorf("zendesk: %w: url and email must be given", connectors.ErrSettings)
	case s.Page < 1 || s.Page > 1000:
		return fmt.Errorf("zendesk: %w: page is a number from 1 to 1000", connectors.ErrSettings)
	case s.Organizations != "default" && s.Organizations != "all":
		return fmt.Errorf("zendesk: %w: organizations is default or all", connectors.ErrSettings)
	case strings.Contains("/"+s.Section+"/", "//"):
		return fmt.Errorf("zendesk: %w: section: write a path, as Help/Articles", connectors.ErrSettings)
	}
	if err := origin.CheckLanguage(s.Language); err != nil {
		return fmt.Errorf("zendesk: %w", err)
	}
	return nil
}

// A desk is a Zendesk and what is known of it.
type desk struct {
	settings
	hold   time.Duration
	client *rest.Client
	facts  facts
}

// open makes a desk; transport is nil but for tests.
func open(ctx context.Context, decode connectors.Settings, transport http.RoundTripper) (*desk, error) {
	s := settings{Page: 100, Organizations: "default", Section: "Imported/Imported", Language: "en", Hold: "10m", Connections: 4}
	if err := decode(&s); err != nil {
		return nil, fmt.Errorf("zendesk: %w: %w", connectors.ErrSettings, err)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	hold, err := time.ParseDuration(s.Hold)
	if err != nil || hold < 0 {
		return nil, fmt.Errorf("zendesk: %w: hold: write a time such as 10m", connectors.ErrSettings)
	}
	token, err := s.Token.Reveal()
	if err != nil {
		return nil, fmt.Errorf("zendesk: token: %w", err)
	}
	base := strings.TrimRight(s.URL, "/")
	client, err := rest.New(rest.Options{Product: "Zendesk", Base: base, Budget: connectors.BudgetOf(ctx, "Zendesk", base), Readings: readings, Connections: s.Connections, PerMinute: s.PerMinute,
		Authorize: func(r *http.Request) { r.SetBasicAuth(s.Email+"/token", token) }, Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("zendesk: %w", err)
	}
	return &desk{settings: s, hold: hold, client: client, facts: facts{one: semaphore.NewWeighted(1)}}, nil
}
