package redmine

import (
	"context"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// Addresses is the one of the issue.
func (d *desk) Addresses(ticket string) []string {
	return []string{strings.TrimRight(d.URL, "/") + "/issues/" + ticket}
}

// Survey names what a Redmine has; its API counts none of it.
func (s *source) Survey(context.Context) ([]connectors.Switch, error) {
	return []connectors.Switch{
		{Kind: connectors.SwitchAddresses, Count: connectors.NotCounted, Where: "rdm-mailhandler or rake redmine:email in the mail server and in cron"},
		{Kind: connectors.SwitchWebhooks, Count: connectors.NotCounted, Where: "Administration, Settings, Repositories; plugins"},
		{Kind: connectors.SwitchAutomations, Count: connectors.NotCounted, Where: "Administration, Settings, Email notifications; rake redmine:send_reminders in cron"},
	}, nil
}
