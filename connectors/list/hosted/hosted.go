// Package hosted names the connectors that work wherever the flow runs, a line
// each. It is apart from the list of all so that the deployed functions carry no
// database engine.
package hosted

import (
	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/connectors/redmine"
	"github.com/safeconduct/safeconduct/connectors/rt"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
)

// All lists the connectors in the order in which people are shown them.
func All() []connectors.Connector {
	return []connectors.Connector{
		csv.Connector,
		rt.Connector,
		redmine.Connector,
		zendesk.Connector,
		freshdesk.Connector,
		memory.Connector, // for tests
	}
}

// Find returns the connector of that name, as plans write it.
func Find(name string) (connectors.Connector, bool) { return connectors.Find(All(), name) }
