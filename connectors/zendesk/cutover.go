package zendesk

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// Addresses are the one in the agents' workspace and the one that customers are mailed.
func (d *desk) Addresses(ticket string) []string {
	base := strings.TrimRight(d.URL, "/")
	return []string{base + "/agent/tickets/" + ticket, base + "/hc/requests/" + ticket, base + "/tickets/" + ticket}
}

// Survey counts by the first page of each list. A list that the plan of the account
// does not have is one of nothing.
// https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/
func (s *source) Survey(ctx context.Context) (all []connectors.Switch, err error) {
	for _, list := range []struct {
		kind  connectors.SwitchKind
		path  string
		where string
	}{
		{connectors.SwitchAddresses, "/recipient_addresses", "Admin Center, Channels, Email"},
		{connectors.SwitchTriggers, "/triggers/active", "Admin Center, Objects and rules, Triggers"},
		{connectors.SwitchAutomations, "/automations/active", "Admin Center, Objects and rules, Automations"},
		{connectors.SwitchMacros, "/macros/active", "Admin Center, Workspaces, Macros"},
		{connectors.SwitchTargets, "/slas/policies", "Admin Center, Objects and rules, Service level agreements"},
	} {
		var page struct {
			Count int `json:"count"`
		}
		err := s.get(ctx, "count "+string(list.kind), list.path, url.Values{"per_page": {"1"}}, &page)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) && !errors.Is(err, connectors.ErrDenied) {
			return nil, err
		}
		if errors.Is(err, connectors.ErrDenied) {
			page.Count = connectors.NotCounted
		}
		all = append(all, connectors.Switch{Kind: list.kind, Count: page.Count, Where: list.where})
	}
	return append(all, connectors.Switch{Kind: connectors.SwitchChannels, Count: connectors.NotCounted, Where: "Admin Center, Channels"},
		connectors.Switch{Kind: connectors.SwitchWebhooks, Count: connectors.NotCounted, Where: "Admin Center, Apps and integrations, Webhooks"}), nil
}
