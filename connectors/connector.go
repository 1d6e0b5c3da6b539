package connectors

import (
	"context"
	"io"
)

// A Connector describes one platform and opens it. Source or Target is nil if
// the platform can't be that.
type Connector struct {
	Name    string // as plans write it: "csv"
	Title   string // as people read it: "CSV files"
	Summary string // one sentence
	// Tested says what the connector has run against, honestly: "files",
	// "live: Request Tracker 5.0.3", "simulated".
	Tested   string
	Settings []Setting
	Source   func(context.Context, Settings) (Source, error)
	Target   func(context.Context, Settings) (Target, error)
}

// A Setting describes one setting of a connector: `connectors describe` and
// `init` print it.
type Setting struct {
	Name     string
	Meaning  string
	Default  string
	Required bool
	Secret   bool // a [Secret]: the plan names the place where it stands
}

// Settings decodes the plan's settings for a connector into a struct with yaml
// tags. It fails for a setting that the struct does not have.
type Settings func(into any) error

// Close closes a source or target that holds files or connections.
func Close(desk any) error {
	if c, ok := desk.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Find returns the connector of that name in a list.
func Find(list []Connector, name string) (Connector, bool) {
	for _, c := range list {
		if c.Name == name {
			return c, true
		}
	}
	return Connector{}, false
}
