package csv

import (
	"context"

	"github.com/safeconduct/safeconduct/connectors"
)

// Connector is the connector as plans name it.
var Connector = connectors.Connector{
	Name:     "csv",
	Title:    "CSV files",
	Summary:  "A folder of CSV files, as any help desk exports them; as a target, the way to leave with everything.",
	Tested:   "files",
	Settings: settingsHelp,
	Source: func(_ context.Context, decode connectors.Settings) (connectors.Source, error) {
		var s sourceSettings
		if err := decode(&s); err != nil {
			return nil, settingsError("%w", err)
		}
		return openSource(&s)
	},
	Target: func(ctx context.Context, decode connectors.Settings) (connectors.Target, error) {
		var s targetSettings
		if err := decode(&s); err != nil {
			return nil, settingsError("%w", err)
		}
		return openTarget(ctx, &s)
	},
}
