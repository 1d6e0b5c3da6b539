package rt

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// Connector is Request Tracker as plans name it.
var Connector = connectors.Connector{
	Name:     "rt",
	Title:    "Request Tracker",
	Summary:  "A Request Tracker 5 by REST 2.0: queues, users, tickets with messages and files.",
	Tested:   "live: Request Tracker 5.0.3",
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
	{Name: "url", Required: true, Meaning: "the address people open, as https://rt.example.org or https://example.org/rt"},
	{Name: "user", Required: true, Meaning: "name of an account with the right SuperUser"},
	{Name: "password", Required: true, Secret: true, Meaning: "its password, as env:RT_PASSWORD or file:PATH"},
	{Name: "marker_field", Default: "Safeconduct", Meaning: "target: custom field of tickets, users and queues that holds the marker of a migration"},
	{Name: "queue", Default: "General", Meaning: "target: queue for tickets without a group"},
	{Name: "agents_group", Meaning: "target: RT's group that agents join; it must have the right OwnTicket, or nobody owns a ticket"},
	{Name: "class", Meaning: "target: class of articles; without it articles are left out"},
	{Name: "article_field", Default: "Content", Meaning: "custom field of articles that holds their text"},
	{Name: "tags_field", Meaning: "custom field of tickets that holds tags, one a value"},
	{Name: "statuses", Meaning: "target: the statuses of the queues' lifecycle, if it is not RT's own"},
	{Name: "priorities", Meaning: "the words for priorities and the numbers that they begin at, if they are not RT's own: Low=0, Medium=50, High=100"},
	{Name: "language", Default: "en", Meaning: "target: language of the lines that say who wrote a message and when: en or de"},
	{Name: "silenced", Default: "false", Meaning: "target: true once RT's scrips that send mail are disabled: RT mails about what the API writes"},
	{Name: "hold", Default: "10s", Meaning: "target: the longest time that RT may go on with a request which was given up"},
	{Name: "connections", Default: "4", Meaning: "most requests at a time; it starts with one"},
	{Name: "per_minute", Meaning: "most requests a minute; no bound if not given"},
}

// settings is what a plan says of a Request Tracker.
type settings struct {
	URL          string            `yaml:"url"`
	User         string            `yaml:"user"`
	Password     connectors.Secret `yaml:"password"`
	MarkerField  string            `yaml:"marker_field"`
	Queue        string            `yaml:"queue"`
	AgentsGroup  string            `yaml:"agents_group"`
	Class        string            `yaml:"class"`
	ArticleField string            `yaml:"article_field"`
	TagsField    string            `yaml:"tags_field"`
	Statuses     []string          `yaml:"statuses"`
	Priorities   []string          `yaml:"priorities"`
	Language     string            `yaml:"language"`
	Silenced     bool              `yaml:"silenced"`
	Hold         string            `yaml:"hold"`
	Connections  int               `yaml:"connections"`
	PerMinute    int               `yaml:"per_minute"`
}

// A desk is a Request Tracker and what is known of it.
type desk struct {
	settings
	hold       time.Duration
	priorities []priority
	password   string
	client     *rest.Client
	session    session
	facts      facts
	people     people
	recent     recent
}

func open(decode connectors.Settings) (*desk, error) {
	s := settings{MarkerField: "Safeconduct", ArticleField: "Content", Queue: "General", Language: "en", Hold: "10s",
		Statuses: []string{"new", "open", "stalled", "resolved", "rejected"}, Priorities: ranks}
	if err := decode(&s); err != nil {
		return nil, fmt.Errorf("rt: %w: %w", connectors.ErrSettings, err)
	}
	if s.URL == "" || s.User == "" {
		return nil, fmt.Errorf("rt: %w: url or user is missing", connectors.ErrSettings)
	}
	if err := origin.CheckLanguage(s.Language); err != nil {
		return nil, fmt.Errorf("rt: %w", err)
	}
	hold, err := time.ParseDuration(s.Hold)
	if err != nil || hold < 0 {
		return nil, fmt.Errorf("rt: %w: hold: write a time such as 10s", connectors.ErrSettings)
	}
	d := &desk{settings: s, hold: hold}
	if d.priorities, err = parsePriorities(s.Priorities); err != nil {
		return nil, err
	}
	if d.password, err = s.Password.Reveal(); err != nil {
		return nil, fmt.Errorf("rt: password: %w", err)
	}
	base := strings.TrimRight(s.URL, "/")
	d.client, err = rest.New(rest.Options{Product: "Request Tracker", Base: base, Connections: s.Connections, PerMinute: s.PerMinute,
		Login: d.login, Authorize: d.authorize, Expired: expired})
	if err != nil {
		return nil, fmt.Errorf("rt: %w", err)
	}
	return d, nil
}

// A session is RT's cookie: to send the password with every request would cost
// RT 0.3 s of computing each (RT::User, bcrypt).
type session struct {
	mu     sync.Mutex
	cookie string
}

func (s *session) get() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cookie
}

func (s *session) set(cookie string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cookie = cookie
}

// authorize sends the session. RT refuses what would change something without a
// referrer of its own (RestrictReferrer).
func (d *desk) authorize(r *http.Request) {
	r.Header.Set("Referer", strings.TrimRight(d.URL, "/")+"/")
	if c := d.session.get(); c != "" {
		r.Header.Set("Cookie", c)
	}
}

// expired reports whether RT wants a login first. It takes whoever has a cookie for
// a browser, and sends them to its front page (RT::REST2::Middleware::Auth).
func expired(res *http.Response) bool {
	return res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusFound ||
		!strings.Contains(res.Request.URL.Path, api)
}

// login fills in the form that people fill in, for the REST API has none. RT
// answers 200 to a wrong password; whether it was right shows afterwards.
func (d *desk) login(ctx context.Context, c *rest.Client) error {
	d.session.set("")
	form := url.Values{"user": {d.User}, "pass": {d.password}}.Encode()
	answer, err := c.Plain(ctx, rest.Request{Method: http.MethodPost, Path: "/NoAuth/Login.html", Name: "rt: log in",
		ContentType: "application/x-www-form-urlencoded",
		Body:        func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(form))), nil }})
	if err != nil {
		return err
	}
	if answer.Status >= 500 || answer.Status == http.StatusTooManyRequests {
		return fmt.Errorf("rt: log in: %w: status %d", connectors.ErrUnavailable, answer.Status)
	}
	cookies := (&http.Response{Header: answer.Header}).Cookies()
	for _, cookie := range cookies {
		if strings.HasPrefix(cookie.Name, "RT_SID_") {
			d.session.set(cookie.Name + "=" + cookie.Value)
		}
	}
	if d.session.get() == "" {
		return noRT()
	}
	return d.admitted(ctx, c)
}

func noRT() error {
	return fmt.Errorf("rt: log in: %w", &connectors.Advice{Err: connectors.ErrSettings,
		Sentence: "What answers there is no Request Tracker: check the address in the plan, with the path at its end if RT has one."})
}

// admitted sees whether the session is a user's.
func (d *desk) admitted(ctx context.Context, c *rest.Client) error {
	answer, err := c.Plain(ctx, rest.Request{Method: http.MethodGet, Path: api + "/rt", Name: "rt: log in"})
	switch {
	case err != nil:
		return err
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusOK && !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json"):
		return fmt.Errorf("rt: log in: %w", &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "User or password is wrong, or the account is disabled."})
	case answer.Status == http.StatusNotFound:
		return noRT()
	case answer.Status != http.StatusOK:
		return fmt.Errorf("rt: log in: %w: status %d", connectors.ErrUnavailable, answer.Status)
	}
	return nil
}
