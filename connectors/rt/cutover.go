package rt

import (
	"context"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// Addresses are those in the agents' interface and in SelfService.
func (d *desk) Addresses(ticket string) []string {
	base := strings.TrimRight(d.URL, "/")
	return []string{base + "/Ticket/Display.html?id=" + ticket, base + "/SelfService/Display.html?id=" + ticket}
}

// Survey names what an RT has; its API counts none of it.
func (s *source) Survey(context.Context) ([]connectors.Switch, error) {
	return []connectors.Switch{
		{Kind: connectors.SwitchAddresses, Count: connectors.NotCounted, Where: "rt-mailgate in the mail server's aliases; Admin, Queues, reply and comment address"},
		{Kind: connectors.SwitchTriggers, Count: connectors.NotCounted, Where: "Admin, Global and Queues, Scrips"},
		{Kind: connectors.SwitchAutomations, Count: connectors.NotCounted, Where: "rt-crontool in cron"},
		{Kind: connectors.SwitchMacros, Count: connectors.NotCounted, Where: "Articles that agents insert into answers"},
		{Kind: connectors.SwitchTargets, Count: connectors.NotCounted, Where: "ServiceAgreements in RT_SiteConfig"},
	}, nil
}
