// Package metertest counts what the deployed adapters would ask of AWS, from what
// a run asks of the ports: the same calls, and DynamoDB's units by its rules
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html).
// It lets a run on one machine check the model of internal/cost.
package metertest

import (
	"context"
	"io"
	"iter"
	"sync"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// A Meter counts for one run.
type Meter struct {
	mu     sync.Mutex
	counts usage.Counts
	sizes  map[ledger.Key]int
}

// New returns a meter that stands at zero.
func New() *Meter { return &Meter{counts: usage.Counts{}, sizes: map[ledger.Key]int{}} }

// Counts is what was counted so far.
func (m *Meter) Counts() usage.Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts.Plus(nil)
}

func (m *Meter) count(service, operation string, n int) {
	m.counts[service+"."+operation] += int64(n)
}

func (m *Meter) dynamo(operation string, written, read int) {
	m.count(usage.DynamoDB, operation, 1)
	m.count(usage.DynamoDB, usage.WriteUnits, written)
	m.count(usage.DynamoDB, usage.ReadUnits, read)
}

// What an item holds besides its keys and data: names of attributes, the version
// and the sign of its writer.
const attributes = 20

func units(bytes, each int) int { return max(1, (bytes+each-1)/each) }

const (
	writeUnit = 1 << 10
	readUnit  = 4 << 10
)

func sizeOf(k ledger.Key, data []byte) int {
	return len(k.Partition) + len(k.Sort) + len(data) + attributes
}

// Rows counts at the ledger's store.
func (m *Meter) Rows(s ledger.Store) ledger.Store { return &rows{s, m} }

type rows struct {
	ledger.Store
	m *Meter
}

func (r *rows) Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	found, err := r.Store.Get(ctx, keys...)
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	once := map[ledger.Key]int{}
	for _, f := range found {
		once[f.Key] = units(sizeOf(f.Key, f.Data), readUnit)
	}
	read := 0
	for _, n := range once {
		read += n
	}
	for left := len(once); left > 0; left -= 100 {
		operation := "BatchGetItem"
		if left == 1 {
			operation = "GetItem"
		}
		r.m.dynamo(operation, 0, read)
		read = 0
	}
	return found, err
}

func (r *rows) List(ctx context.Context, partition, prefix, after string, limit int) ([]ledger.Row, error) {
	found, err := r.Store.List(ctx, partition, prefix, after, limit)
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	size := 0
	for _, f := range found {
		size += sizeOf(f.Key, f.Data)
	}
	r.m.dynamo("Query", 0, units(size, readUnit))
	return found, err
}

// written is what writing a row takes, by the larger of what it was and is.
func (r *rows) written(c ledger.Change) int {
	was, is := r.m.sizes[c.Key], sizeOf(c.Key, c.Data)
	r.m.sizes[c.Key] = is
	return units(max(was, is), writeUnit)
}

func (r *rows) Commit(ctx context.Context, changes ...ledger.Change) error {
	err := r.Store.Commit(ctx, changes...)
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if len(changes) == 1 && changes[0].Expect != ledger.Any && !changes[0].Delete && !changes[0].Check {
		r.m.dynamo("UpdateItem", r.written(changes[0]), 0)
		return err
	}
	units := 0
	for _, c := range changes {
		units += 2 * r.written(c)
	}
	if len(changes) > 0 {
		r.m.dynamo("TransactWriteItems", units, 0)
	}
	return err
}

func (r *rows) Each(ctx context.Context, changes ...ledger.Change) error {
	for _, c := range changes {
		if err := r.Commit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// Object counts a call of S3 that no store of ours makes.
func (m *Meter) Object(operation string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count("s3", operation, 1)
}

// Objects counts at the staging store.
func (m *Meter) Objects(s staging.Store) staging.Store { return objects{s, m} }

type objects struct {
	staging.Store
	m *Meter
}

func (o objects) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	o.m.Object("PutObject")
	return o.Store.Put(ctx, name, write)
}

func (o objects) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	o.m.Object("GetObject")
	return o.Store.Open(ctx, name)
}

func (o objects) List(ctx context.Context, prefix string) iter.Seq2[staging.Object, error] {
	o.m.Object("ListObjectsV2")
	return o.Store.List(ctx, prefix)
}

func (o objects) Delete(ctx context.Context, names ...string) error {
	if len(names) > 0 {
		o.m.Object("DeleteObjects")
	}
	return o.Store.Delete(ctx, names...)
}

// Log counts at the audit log's store.
func (m *Meter) Log(s audit.Store) audit.Store { return bundles{s, m} }

type bundles struct {
	audit.Store
	m *Meter
}

func (b bundles) Put(ctx context.Context, shard string, seq int, bundle []byte) error {
	b.m.mu.Lock()
	b.m.dynamo("PutItem", units(len(shard)+len(bundle)+attributes, writeUnit), 0)
	b.m.mu.Unlock()
	return b.Store.Put(ctx, shard, seq, bundle)
}

// Read asks for the shard, and then for those below it.
func (b bundles) Read(ctx context.Context, prefix string) iter.Seq2[audit.Stored, error] {
	return func(yield func(audit.Stored, error) bool) {
		size := 0
		defer func() {
			b.m.mu.Lock()
			defer b.m.mu.Unlock()
			b.m.dynamo("Query", 0, units(size, readUnit))
			b.m.dynamo("Query", 0, 1)
		}()
		for s, err := range b.Store.Read(ctx, prefix) {
			size += len(s.Shard) + len(s.Bytes) + attributes
			if !yield(s, err) {
				return
			}
		}
	}
}
