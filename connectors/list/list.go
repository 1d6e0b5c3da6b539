// Package list names every connector, a line each.
package list

import (
	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/connectors/redmine"
	"github.com/safeconduct/safeconduct/connectors/rt"
)

// All lists the connectors in the order in which people are shown them.
func All() []connectors.Connector {
	return []connectors.Connector{
		csv.Connector,
		archive.Connector,
		rt.Connector,
		redmine.Connector,
		memory.Connector, // for tests
	}
}

// Find returns the connector of that name, as plans write it.
func Find(name string) (connectors.Connector, bool) {
	for _, c := range All() {
		if c.Name == name {
			return c, true
		}
	}
	return connectors.Connector{}, false
}
