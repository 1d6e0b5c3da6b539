package livetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
)

// A Desk is a peer as a test uses it.
type Desk struct {
	*peers.Peer
}

// Open gives the test a peer, reset to the variant.
func Open(t testing.TB, name, variant string) Desk {
	t.Helper()
	p, err := peers.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	d := Desk{p}
	d.Fresh(t, variant)
	return d
}

// Fresh resets the peer to the variant.
func (d Desk) Fresh(t testing.TB, variant string) {
	t.Helper()
	if err := d.Reset(t.Context(), variant); err != nil {
		t.Fatal(err)
	}
}

// SecretOf is what the program needs to log in to a peer.
func SecretOf(name string) string {
	p, err := peers.At(name)
	if err != nil {
		return ""
	}
	return p.Password + p.Key
}

// Side is the peer's section of a plan, reached at the address, which is the
// peer's own or that of a proxy before it.
func (d Desk) Side(address string, more string) Side {
	if d.Name == peers.RT {
		return Side(fmt.Sprintf("{connector: rt, url: %q, user: root, password: env:%s, marker_field: Safeconduct, queue: General, "+
			"agents_group: Agents, tags_field: Tags, class: General, silenced: true, hold: 2s%s}", address, RTPassword, more))
	}
	return Side(fmt.Sprintf("{connector: redmine, url: %q, key: env:%s, marker_field: Safeconduct, project: help-desk, "+
		"tracker: Support, role: Developer, tags_field: Tags, silenced: true, hold: 2s%s}", address, RedmineKey, more))
}

// Recount counts what the peer's database holds.
func (d Desk) Recount(t testing.TB) recount.Desk {
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

// Rows counts the rows of all tables of the peer's database.
func (d Desk) Rows(t testing.TB) map[string]int {
	t.Helper()
	rows, err := recount.Rows(t.Context(), d.Database)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
