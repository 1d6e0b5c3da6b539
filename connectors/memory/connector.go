package memory

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
)

// Connector is the desk as plans name it, for tests.
var Connector = connectors.Connector{
	Name:    "memory",
	Title:   "Desk in memory (for tests)",
	Summary: "A help desk that lives as long as the process, to try migrations and their faults.",
	Tested:  "in memory",
	Settings: []connectors.Setting{
		{Name: "desk", Meaning: "a desk that the program shared under this name"},
		{Name: "file", Meaning: "a txtar file to read a new desk from, if none was shared"},
	},
	Source: func(_ context.Context, s connectors.Settings) (connectors.Source, error) {
		d, err := desk(s)
		if err != nil {
			return nil, err
		}
		return d.Source(), nil
	},
	Target: func(_ context.Context, s connectors.Settings) (connectors.Target, error) {
		d, err := desk(s)
		if err != nil {
			return nil, err
		}
		return d.Target(), nil
	},
}

var shared sync.Map // name → *Desk

// Share makes a desk known to [Connector] under a name, for as long as the
// process lives.
func Share(name string, d *Desk) { shared.Store(name, d) }

type settings struct {
	Desk    string `yaml:"desk"`
	File    string `yaml:"file"`
	Options `yaml:",inline"`
}

func desk(decode connectors.Settings) (*Desk, error) {
	var s settings
	if err := decode(&s); err != nil {
		return nil, fmt.Errorf("memory: %w: %w", connectors.ErrSettings, err)
	}
	if d, ok := shared.Load(s.Desk); ok {
		return d.(*Desk), nil
	}
	if s.File == "" {
		return nil, fmt.Errorf("memory: %w: no desk of that name is shared, and no file is named", connectors.ErrSettings)
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		return nil, fmt.Errorf("memory: %w: %w", connectors.ErrSettings, err)
	}
	d, err := Parse(s.Options, text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", connectors.ErrSettings, err)
	}
	if s.Desk != "" {
		Share(s.Desk, d)
	}
	return d, nil
}
