package redmine

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// Connector is Redmine as plans name it.
var Connector = connectors.Connector{
	Name:     "redmine",
	Title:    "Redmine",
	Summary:  "A Redmine 5 by its REST API: projects, people, issues with notes and files, wiki pages.",
	Tested:   "live: Redmine 5.0.4",
	Settings: settingsHelp,
	Source: func(_ context.Context, decode connectors.Settings) (connectors.Source, error) {
		d, err := open(decode)
		if err != nil {
			return nil, err
		}
		return &source{d}, nil
	},
	Target: func(_ context.Context, decode connectors.Settings) (connectors.Target, error) {
		d, err := open(decode)
		if err != nil {
			return nil, err
		}
		return &target{desk: d}, nil
	},
}

var settingsHelp = []connectors.Setting{
	{Name: "url", Required: true, Meaning: "the address people open, as https://redmine.example.org"},
	{Name: "key", Required: true, Secret: true, Meaning: "API key of an administrator (My account, API access key), as env:REDMINE_KEY or file:PATH"},
	{Name: "marker_field", Default: "Safeconduct", Meaning: "target: custom field of issues, users and projects that holds the marker of a migration"},
	{Name: "project", Meaning: "target: identifier of the project for tickets without a group"},
	{Name: "tracker", Meaning: "target: tracker of tickets without a type; the first of Redmine's if not given"},
	{Name: "role", Meaning: "target: role that agents get in the projects they work in, as Developer"},
	{Name: "contact_role", Meaning: "target: role that contacts get in the projects they write in; with it and role, people " +
		"are the authors of what they wrote, without it a line in the text names them"},
	{Name: "tags_field", Meaning: "custom field of issues that holds tags, separated by commas"},
	{Name: "language", Default: "en", Meaning: "target: language of the lines that say who wrote a comment and when: en or de"},
	{Name: "silenced", Default: "false", Meaning: "target: true once Administration, Settings, Email notifications has every box off: " +
		"Redmine mails about what the API writes"},
	{Name: "hold", Default: "25s", Meaning: "target: the longest time that Redmine may go on with a request which was given up; SQLite waits 20 s for a lock"},
	{Name: "connections", Default: "4", Meaning: "most requests at a time; it starts with one"},
	{Name: "per_minute", Meaning: "most requests a minute; no bound if not given"},
}

// settings is what a plan says of a Redmine.
type settings struct {
	URL         string            `yaml:"url"`
	Key         connectors.Secret `yaml:"key"`
	MarkerField string            `yaml:"marker_field"`
	Project     string            `yaml:"project"`
	Tracker     string            `yaml:"tracker"`
	Role        string            `yaml:"role"`
	ContactRole string            `yaml:"contact_role"`
	TagsField   string            `yaml:"tags_field"`
	Language    string            `yaml:"language"`
	Silenced    bool              `yaml:"silenced"`
	Hold        string            `yaml:"hold"`
	Connections int               `yaml:"connections"`
	PerMinute   int               `yaml:"per_minute"`
}

// impersonates reports whether people are to be the authors of what they wrote.
func (s settings) impersonates() bool { return s.Role != "" && s.ContactRole != "" }

// A desk is a Redmine and what is known of it.
type desk struct {
	settings
	hold   time.Duration
	client *rest.Client
	facts  facts
	people people
	places places
}

func open(decode connectors.Settings) (*desk, error) {
	s := settings{MarkerField: "Safeconduct", Language: "en", Hold: "25s"}
	if err := decode(&s); err != nil {
		return nil, fmt.Errorf("redmine: %w: %w", connectors.ErrSettings, err)
	}
	if s.URL == "" {
		return nil, fmt.Errorf("redmine: %w: url is missing", connectors.ErrSettings)
	}
	if err := origin.CheckLanguage(s.Language); err != nil {
		return nil, fmt.Errorf("redmine: %w", err)
	}
	hold, err := time.ParseDuration(s.Hold)
	if err != nil || hold < 0 {
		return nil, fmt.Errorf("redmine: %w: hold: write a time such as 25s", connectors.ErrSettings)
	}
	key, err := s.Key.Reveal()
	if err != nil {
		return nil, fmt.Errorf("redmine: key: %w", err)
	}
	client, err := rest.New(rest.Options{Product: "Redmine", Base: strings.TrimRight(s.URL, "/"), Connections: s.Connections, PerMinute: s.PerMinute,
		Authorize: func(r *http.Request) { r.Header.Set("X-Redmine-API-Key", key) }})
	if err != nil {
		return nil, fmt.Errorf("redmine: %w", err)
	}
	return &desk{settings: s, hold: hold, client: client}, nil
}
