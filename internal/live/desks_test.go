//go:build live

package live

import (
	"context"
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
)

// A desk is a peer as a test uses it.
type desk struct {
	*peers.Peer
}

// open gives the test a peer, reset to the variant.
func open(t testing.TB, name, variant string) desk {
	t.Helper()
	p, err := peers.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	d := desk{p}
	d.reset(t, variant)
	return d
}

func (d desk) reset(t testing.TB, variant string) {
	t.Helper()
	if err := d.Reset(t.Context(), variant); err != nil {
		t.Fatal(err)
	}
}

// secretOf is what the program needs to log in to a peer.
func secretOf(name string) string {
	p, err := peers.At(name)
	if err != nil {
		return ""
	}
	return p.Password + p.Key
}

// side is the peer's section of a plan, reached at the address, which is the
// peer's own or that of a proxy before it.
func (d desk) side(address string, more string) side {
	if d.Name == peers.RT {
		return side(fmt.Sprintf("{connector: rt, url: %q, user: root, password: env:%s, marker_field: Safeconduct, queue: General, "+
			"agents_group: Agents, tags_field: Tags, class: General, silenced: true, hold: 2s%s}", address, rtPassword, more))
	}
	return side(fmt.Sprintf("{connector: redmine, url: %q, key: env:%s, marker_field: Safeconduct, project: help-desk, "+
		"tracker: Support, role: Developer, tags_field: Tags, silenced: true, hold: 2s%s}", address, redmineKey, more))
}

// recount counts what the peer's database holds.
func (d desk) recount(t testing.TB) recount.Desk {
	t.Helper()
	var held recount.Desk
	var err error
	if d.Name == peers.RT {
		held, err = recount.RT(context.WithoutCancel(t.Context()), d.Database)
	} else {
		held, err = recount.Redmine(context.WithoutCancel(t.Context()), d.Database, d.Files)
	}
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// rows counts the rows of all tables of the peer's database.
func (d desk) rows(t testing.TB) map[string]int {
	t.Helper()
	rows, err := recount.Rows(t.Context(), d.Database)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
