package redmine

import (
	"context"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
)

// places are the projects that were asked for.
type places struct {
	mu    sync.Mutex
	known map[string]bool
}

// place sees that there is a project with that id.
func (d *desk) place(ctx context.Context, key string) error {
	d.places.mu.Lock()
	known := d.places.known[key]
	d.places.mu.Unlock()
	if known {
		return nil
	}
	if err := numeric("read project", key); err != nil {
		return err
	}
	if err := d.get(ctx, "read project", "/projects/"+key+".json", nil, nil); err != nil {
		return err
	}
	d.places.mu.Lock()
	defer d.places.mu.Unlock()
	if d.places.known == nil {
		d.places.known = map[string]bool{}
	}
	d.places.known[key] = true
	return nil
}

// unknown turns ErrNotFound about a reference into what is wrong with the record.
func unknown(field string) error {
	return &connectors.Rejected{Reason: "unknown_reference", Field: field}
}
