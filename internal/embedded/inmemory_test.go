package embedded

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// inMemory are the parts of a runtime that lie in this process, for tests that run
// migrations by the thousand. What a part holds outlives the runtimes that are made
// of it, as files do.
func inMemory(key tink.AEADWithContext, clock workflow.Clock) func(s connectors.Source, d connectors.Target) Parts {
	keys := keyring.NewRing(&keyRows{rows: map[keyring.Scope][2][]byte{}}, key)
	rows, objects := &rowsInMemory{partitions: map[string]map[string]ledger.Row{}}, &objectsInMemory{all: map[string][]byte{}}
	log, plans, journals := &logInMemory{}, &plansInMemory{all: map[string]*plan.Plan{}}, map[string]*journalInMemory{}
	return func(s connectors.Source, d connectors.Target) Parts {
		return Parts{Rows: rows, Staging: objects, Keys: keys, Log: log, Plans: plans, Desks: NewDesks(s, d), Documents: nowhere{}, Clock: clock,
			Tool: "safeconduct/test", Journal: func(run string) (workflow.Journal, error) {
				if journals[run] == nil {
					journals[run] = &journalInMemory{}
				}
				return journals[run], nil
			}}
	}
}

type rowsInMemory struct {
	mu         sync.Mutex
	partitions map[string]map[string]ledger.Row
}

func (m *rowsInMemory) Get(_ context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := make([]ledger.Row, len(keys))
	for i, k := range keys {
		rows[i] = m.partitions[k.Partition][k.Sort]
		rows[i].Key = k
	}
	return rows, nil
}

func (m *rowsInMemory) List(_ context.Context, partition, prefix, after string, limit int) (rows []ledger.Row, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, sort := range slices.Sorted(maps.Keys(m.partitions[partition])) {
		if strings.HasPrefix(sort, prefix) && sort > after && len(rows) < limit {
			rows = append(rows, m.partitions[partition][sort])
		}
	}
	return rows, nil
}

func (m *rowsInMemory) Commit(_ context.Context, changes ...ledger.Change) error {
	if err := ledger.CheckChanges(changes); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		if c.Expect != ledger.Any && c.Expect != m.partitions[c.Partition][c.Sort].Version {
			return ledger.ErrConflict
		}
	}
	for _, c := range changes {
		switch {
		case c.Check:
		case c.Delete:
			delete(m.partitions[c.Partition], c.Sort)
		default:
			if m.partitions[c.Partition] == nil {
				m.partitions[c.Partition] = map[string]ledger.Row{}
			}
			m.partitions[c.Partition][c.Sort] = ledger.Row{Key: c.Key, Version: m.partitions[c.Partition][c.Sort].Version + 1, Data: c.Data}
		}
	}
	return nil
}

func (m *rowsInMemory) Each(ctx context.Context, changes ...ledger.Change) error {
	for _, c := range changes {
		if err := m.Commit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

type objectsInMemory struct {
	mu  sync.Mutex
	all map[string][]byte
}

func (m *objectsInMemory) Put(_ context.Context, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.all[name]; taken {
		return staging.ErrExists
	}
	m.all[name] = b.Bytes()
	return nil
}

func (m *objectsInMemory) Open(_ context.Context, name string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.all[name]
	if !ok {
		return nil, staging.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

func (m *objectsInMemory) List(_ context.Context, prefix string) iter.Seq2[staging.Object, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []staging.Object
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if strings.HasPrefix(name, prefix) {
			found = append(found, staging.Object{Name: name, Size: int64(len(m.all[name]))})
		}
	}
	return func(yield func(staging.Object, error) bool) {
		for _, o := range found {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (m *objectsInMemory) Delete(_ context.Context, names ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range names {
		delete(m.all, n)
	}
	return nil
}

type logInMemory struct {
	mu  sync.Mutex
	all []audit.Stored
}

func (m *logInMemory) Put(_ context.Context, shard string, seq int, bundle []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.ContainsFunc(m.all, func(s audit.Stored) bool { return s.Shard == shard && s.Seq == seq }) {
		return audit.ErrExists
	}
	m.all = append(m.all, audit.Stored{Shard: shard, Seq: seq, Bytes: bytes.Clone(bundle)})
	return nil
}

func (m *logInMemory) Read(_ context.Context, prefix string) iter.Seq2[audit.Stored, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []audit.Stored
	for _, s := range m.all {
		if prefix == "" || s.Shard == prefix || strings.HasPrefix(s.Shard, prefix+"/") {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b audit.Stored) int {
		return strings.Compare(fmt.Sprintf("%s %06d", a.Shard, a.Seq), fmt.Sprintf("%s %06d", b.Shard, b.Seq))
	})
	return func(yield func(audit.Stored, error) bool) {
		for _, s := range found {
			if !yield(s, nil) {
				return
			}
		}
	}
}

type plansInMemory struct{ all map[string]*plan.Plan }

func (m *plansInMemory) Keep(_ context.Context, r migration.Run, p *plan.Plan) error {
	m.all[r.ID] = p
	return nil
}

func (m *plansInMemory) IDs(context.Context, migration.Run) ([]string, error) {
	return slices.Collect(maps.Keys(m.all)), nil
}

func (m *plansInMemory) Plan(_ context.Context, r migration.Run) (*plan.Plan, error) {
	if m.all[r.ID] == nil {
		return nil, staging.ErrNotFound
	}
	return m.all[r.ID], nil
}

type journalInMemory struct {
	mu  sync.Mutex
	all []workflow.Entry
}

func (m *journalInMemory) Append(_ context.Context, e workflow.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, e)
	return nil
}

func (m *journalInMemory) Entries(context.Context) iter.Seq2[workflow.Entry, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.all)
	return func(yield func(workflow.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// nowhere keeps no document.
type nowhere struct{}

func (nowhere) Write(context.Context, migration.Run, string, []byte) (string, error) { return "", nil }

type keyRows struct {
	mu   sync.Mutex
	rows map[keyring.Scope][2][]byte // public and wrapped half
}

func (m *keyRows) Put(_ context.Context, s keyring.Scope, public, wrapped []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.rows[s]; !there {
		m.rows[s] = [2][]byte{public, wrapped}
	}
	return nil
}

func (m *keyRows) half(s keyring.Scope, n int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, there := m.rows[s]
	if !there {
		return nil, keyring.ErrForgotten
	}
	return row[n], nil
}

func (m *keyRows) Public(_ context.Context, s keyring.Scope) ([]byte, error)  { return m.half(s, 0) }
func (m *keyRows) Wrapped(_ context.Context, s keyring.Scope) ([]byte, error) { return m.half(s, 1) }

func (m *keyRows) Erase(_ context.Context, s keyring.Scope) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, s)
	return nil
}

func (m *keyRows) EraseMigration(context.Context, string, string) error { return nil }
