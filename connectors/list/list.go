// Package list names every connector: those that work anywhere stand in package
// hosted below, those that need a machine of their own here.
package list

import (
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/connectors/list/hosted"
)

// All lists the connectors in the order in which people are shown them. The
// archive, a folder with a database, comes behind the other files.
func All() []connectors.Connector {
	return slices.Insert(hosted.All(), 1, archive.Connector)
}

// Find returns the connector of that name, as plans write it.
func Find(name string) (connectors.Connector, bool) { return connectors.Find(All(), name) }
