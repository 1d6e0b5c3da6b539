// Package zendesk stands in for a Zendesk account: Support and Guide, by their
// HTTP API, on a clock of its own. What it does, and where that is known from,
// is listed in [Behaviours].
//
// It keeps what the API shows as the objects of its JSON, so that a field nobody
// thought of travels all the same. What agents do meanwhile, in the browser, is
// in agents.go; it counts for no limit of the API.
package zendesk
