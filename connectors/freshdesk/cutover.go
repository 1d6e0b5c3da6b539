package freshdesk

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// Addresses are the one in the agents' portal and the one of the customers'.
func (d *desk) Addresses(ticket string) []string {
	base := strings.TrimRight(d.URL, "/")
	return []string{base + "/a/tickets/" + ticket, base + "/support/tickets/" + ticket, base + "/helpdesk/tickets/" + ticket}
}

// The kinds of rules that Freshdesk keeps by number.
// https://developers.freshdesk.com/api/#automations
const (
	rulesOnCreate = "1"
	rulesByTime   = "3"
	rulesOnUpdate = "4"
)

// Survey counts lists of which Freshdesk gives a page each; an account has few.
func (s *source) Survey(ctx context.Context) (all []connectors.Switch, err error) {
	for _, list := range []struct {
		kind  connectors.SwitchKind
		paths []string
		where string
	}{
		{connectors.SwitchAddresses, []string{"/email_configs"}, "Admin, Channels, Email"},
		{connectors.SwitchTriggers, []string{"/automations/" + rulesOnCreate + "/rules", "/automations/" + rulesOnUpdate + "/rules"}, "Admin, Workflows, Automations"},
		{connectors.SwitchAutomations, []string{"/automations/" + rulesByTime + "/rules"}, "Admin, Workflows, Automations, hourly triggers"},
		{connectors.SwitchTargets, []string{"/sla_policies"}, "Admin, Workflows, SLA policies"},
	} {
		w := connectors.Switch{Kind: list.kind, Where: list.where}
		for _, path := range list.paths {
			n, err := s.active(ctx, list.kind, path)
			if err != nil {
				return nil, err
			}
			if w.Count += n; n == connectors.NotCounted {
				w.Count = n
				break
			}
		}
		all = append(all, w)
	}
	return append(all, connectors.Switch{Kind: connectors.SwitchChannels, Count: connectors.NotCounted, Where: "Admin, Channels"},
		connectors.Switch{Kind: connectors.SwitchMacros, Count: connectors.NotCounted, Where: "Admin, Agent productivity, Canned responses and scenarios"},
		connectors.Switch{Kind: connectors.SwitchWebhooks, Count: connectors.NotCounted, Where: "Admin, Workflows, Automations"}), nil
}

// active counts what is on in a list. One that the plan of the account does not have is
// one of nothing.
func (s *source) active(ctx context.Context, kind connectors.SwitchKind, path string) (n int, err error) {
	var list []struct {
		Active *bool `json:"active"`
	}
	err = s.get(ctx, "list "+string(kind), path, url.Values{"per_page": {"100"}}, &list)
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		return 0, nil
	case errors.Is(err, connectors.ErrDenied):
		return connectors.NotCounted, nil
	}
	for _, one := range list {
		if one.Active == nil || *one.Active {
			n++
		}
	}
	return n, err
}
