package embedded

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// zendeskSettings are those of a plan for a simulated account.
func zendeskSettings(t *testing.T, desk *zendesk.Desk, more string) connectors.Settings {
	t.Setenv("SAFECONDUCT_TEST_ZENDESK_TOKEN", zendesk.Token)
	text := "url: " + desk.Serve(t) + "\nemail: " + zendesk.Account + "\ntoken: env:SAFECONDUCT_TEST_ZENDESK_TOKEN\n" + more
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

func zendeskTarget(t *testing.T, desk *zendesk.Desk) connectors.Target {
	t.Helper()
	c, _ := list.Find("zendesk")
	target, err := c.Target(t.Context(), zendeskSettings(t, desk, "silenced: true\nagents: true\nhold: 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func zendeskSource(t *testing.T, desk *zendesk.Desk) connectors.Source {
	t.Helper()
	c, _ := list.Find("zendesk")
	source, err := c.Source(t.Context(), zendeskSettings(t, desk, "page: 10\n"))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// zendeskWords are what the words of the sample account are called in Zendesk.
const zendeskWords = `
map:
  statuses: {Closed: closed, Merged: closed, New: new, On hold: hold, Solved: solved, waiting for supplier: hold}
`

func TestAnAccountMovesIntoZendeskAndNobodyIsMailed(t *testing.T) {
	source, desk := fill(t, memory.Options{}, sample.Crash()), zendesk.New(zendesk.Options{})
	r := open(t, t.TempDir(), parse(t, zendeskWords), source.Source(), zendeskTarget(t, desk))
	report := migrate(t, r)
	t.Log(report.Summary("en"))
	for _, f := range report.Findings {
		t.Logf("%+v", f)
	}
	_ = helpdesk.KindTicket
	_ = simulator.Lose
	_ = time.Second
	if mails := desk.Outbox.Mails(); len(mails) > 0 {
		t.Errorf("%d mails were sent, the first by a %s", len(mails), mails[0].Why)
	}
}
