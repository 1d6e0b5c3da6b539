// Package ledger remembers what a migration did, in references only: leases,
// runs, the manifest of segments, intents and the id map, cursors.
//
// A [Ledger] is one migration's view of a [Store]. The store keeps rows; it is
// SQLite on a laptop and DynamoDB when deployed, and both pass the suite in
// storetest. Partitions:
//
//	mig#<tenant>#<migration>          lease, runs, cursors
//	run#<tenant>#<migration>#<run>    positions, segments, findings, results
//	map#<tenant>#<migration>#<kind>   one row a record: intent, target id, base
//	budget#<tenant>                   limits of accounts and what is left of them, reserves
//	                                  (package budget)
//
// What stands here is pseudonymous personal data (keyed references, ids of the
// target, digests), never a value of a record.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// ErrNotFound: there is no such run or row.
var ErrNotFound = errors.New("ledger: no such row")

// A Ledger is the rows of one migration.
type Ledger struct {
	store             Store
	tenant, migration string
	held              Lease
}

// New gives the ledger of a migration in a store.
func New(s Store, tenant, migration string) *Ledger {
	return &Ledger{store: s, tenant: tenant, migration: migration}
}

// Name tells the migration from all others.
func (l *Ledger) Name() string { return l.tenant + "/" + l.migration }

func (l *Ledger) partition(family string, more ...string) string {
	p := family + "#" + l.tenant + "#" + l.migration
	for _, m := range more {
		p += "#" + m
	}
	return p
}

func (l *Ledger) migrationKey(sort string) Key { return Key{l.partition("mig"), sort} }

func (l *Ledger) runKey(run, sort string) Key { return Key{l.partition("run", run), sort} }

// load decodes a row's data; it reports false for a row that is not there.
func load[T any](ctx context.Context, s Store, k Key) (value T, version int64, err error) {
	rows, err := s.Get(ctx, k)
	if err != nil || rows[0].Version == 0 {
		return value, 0, err
	}
	return value, rows[0].Version, decode(rows[0], &value)
}

func decode(r Row, into any) error {
	if err := json.Unmarshal(r.Data, into); err != nil {
		return fmt.Errorf("ledger: row %s: %w", r.Sort, err)
	}
	return nil
}

// put is the change that stores a value under a condition.
func put(k Key, expect int64, value any) Change {
	data, err := json.Marshal(value)
	if err != nil {
		panic("ledger: a row type can't be written as JSON: " + err.Error())
	}
	return Change{Key: k, Expect: expect, Data: data}
}

// listPage is how many rows one List asks for.
const listPage = 500

// list goes over the rows of a partition whose sort keys start with the prefix.
func list[T any](ctx context.Context, s Store, partition, prefix string) iter.Seq2[T, error] {
	return listAfter[T](ctx, s, partition, prefix, "")
}

// listAfter goes over those that come after a sort key.
func listAfter[T any](ctx context.Context, s Store, partition, prefix, after string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for after := after; ; {
			rows, err := s.List(ctx, partition, prefix, after, listPage)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, r := range rows {
				var value T
				err := decode(r, &value)
				if !yield(value, err) || err != nil {
					return
				}
				after = r.Sort
			}
			if len(rows) < listPage {
				return
			}
		}
	}
}
