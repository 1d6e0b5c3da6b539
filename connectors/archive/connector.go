package archive

import (
	"context"
	"fmt"

	"github.com/safeconduct/safeconduct/connectors"
)

// Connector is the archive as plans name it.
var Connector = connectors.Connector{
	Name:    "archive",
	Title:   "Portable archive",
	Summary: "A folder with a SQLite database and the attached files: the way to leave a platform without a new one.",
	Tested:  "files",
	Settings: []connectors.Setting{
		{Name: "path", Meaning: "the folder; as a target it is made by the first record", Required: true},
	},
	Source: func(ctx context.Context, s connectors.Settings) (connectors.Source, error) {
		path, err := folder(s)
		if err != nil {
			return nil, err
		}
		a, err := openToRead(ctx, path)
		if err != nil {
			return nil, err
		}
		return &source{a}, nil
	},
	Target: func(ctx context.Context, s connectors.Settings) (connectors.Target, error) {
		path, err := folder(s)
		if err != nil {
			return nil, err
		}
		return openTarget(ctx, path)
	},
}

func folder(decode connectors.Settings) (string, error) {
	var s struct {
		Path string `yaml:"path"`
	}
	if err := decode(&s); err != nil {
		return "", fmt.Errorf("archive: %w: %w", connectors.ErrSettings, err)
	}
	if s.Path == "" {
		return "", fmt.Errorf("archive: %w: path is missing", connectors.ErrSettings)
	}
	return s.Path, nil
}
