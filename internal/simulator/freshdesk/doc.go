// Package freshdesk stands in for a Freshdesk account by its HTTP API, on a clock of
// its own. What it does, and where that is known from, is listed in [Behaviours].
// What agents do meanwhile, in the browser, is in agents.go.
package freshdesk
