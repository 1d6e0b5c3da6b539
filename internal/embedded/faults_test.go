package embedded

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// A killer ends a process at its nth point: before or after one of its side
// effects. From then on nothing of the process takes effect any more.
type killer struct {
	mu    sync.Mutex
	at    int // 0: never
	point int
	where string
	dead  bool
	stop  context.CancelFunc

	// copies, if there is one, is asked at each point for a copy of what there is,
	// and gives what to do with it. No side effect takes place meanwhile. fresh says
	// whether one took place since the point before.
	copies   func(n int, where string, fresh bool) func()
	effects  sync.RWMutex
	effected atomic.Bool
}

// pass is one point; it returns an error if the process dies here or is dead.
func (k *killer) pass(where string) error {
	hand, err := k.arrive(where)
	if hand != nil {
		hand()
	}
	return err
}

func (k *killer) arrive(where string) (hand func(), err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead {
		return nil, context.Canceled
	}
	k.point++
	if k.copies != nil {
		k.effects.Lock()
		defer k.effects.Unlock()
		fresh := k.effected.Swap(false) || strings.HasPrefix(where, after)
		return k.copies(k.point, where, fresh), nil
	}
	if k.point != k.at {
		return nil, nil
	}
	k.dead, k.where = true, where
	k.stop()
	return nil, context.Canceled
}

// after begins the names of points after a side effect.
const after = "after "

// do is a side effect with a point before and a point after it.
func (k *killer) do(what string, effect func() error) error {
	if err := k.pass("before " + what); err != nil {
		return err
	}
	k.effects.RLock()
	err := effect()
	k.effected.Store(true)
	k.effects.RUnlock()
	if err != nil {
		return err
	}
	return k.pass(after + what)
}

// wrap puts the killer around every part that has side effects.
func (k *killer) wrap(p *Parts) {
	p.Rows = dyingRows{p.Rows, k}
	p.Staging = dyingStaging{p.Staging, k}
	p.Keys = dyingKeys{p.Keys, k}
	p.Log = dyingLog{p.Log, k}
	p.Plans = dyingPlans{p.Plans, k}
	p.Documents = dyingDocuments{p.Documents, k}
	open := p.Journal
	p.Journal = func(run string) (workflow.Journal, error) {
		j, err := open(run)
		return dyingJournal{j, k}, err
	}
}

// hooks kills the process around the requests that change a desk.
func (k *killer) hooks() memory.Hooks {
	changes := map[string]bool{memory.OpDraft: true, memory.OpCreate: true, memory.OpAppend: true, memory.OpLink: true,
		memory.OpRemove: true, memory.OpUpdate: true, memory.OpFinish: true}
	return memory.Hooks{
		Before: func(op memory.Operation) error {
			if !changes[op.Name] {
				return nil
			}
			return k.pass("before " + op.Name)
		},
		After: func(op memory.Operation) error {
			if !changes[op.Name] {
				return nil
			}
			return k.pass(after + op.Name)
		},
	}
}

type dyingRows struct {
	ledger.Store
	k *killer
}

func (d dyingRows) Commit(ctx context.Context, changes ...ledger.Change) error {
	return d.k.do("ledger "+changes[0].Sort, func() error { return d.Store.Commit(ctx, changes...) })
}

// Each also dies in the midst of the changes, which are writes of their own.
func (d dyingRows) Each(ctx context.Context, changes ...ledger.Change) error {
	for part := range slices.Chunk(changes, max(1, len(changes)/2)) {
		if err := d.Commit(ctx, part...); err != nil {
			return err
		}
	}
	return nil
}

type dyingStaging struct {
	staging.Store
	k *killer
}

func (d dyingStaging) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	return d.k.do("put "+name, func() error { return d.Store.Put(ctx, name, write) })
}

func (d dyingStaging) Delete(ctx context.Context, names ...string) error {
	for _, n := range names {
		if err := d.k.do("delete "+n, func() error { return d.Store.Delete(ctx, n) }); err != nil {
			return err
		}
	}
	return nil
}

type dyingKeys struct {
	Keys
	k *killer
}

func (d dyingKeys) Make(ctx context.Context, s keyring.Scope) error {
	return d.k.do("make key", func() error { return d.Keys.Make(ctx, s) })
}

func (d dyingKeys) Forget(ctx context.Context, s keyring.Scope) error {
	return d.k.do("forget key", func() error { return d.Keys.Forget(ctx, s) })
}

func (d dyingKeys) Index(ctx context.Context, tenant, migration string) (index keyring.Index, err error) {
	err = d.k.do("index key", func() error { index, err = d.Keys.Index(ctx, tenant, migration); return err })
	return index, err
}

func (d dyingKeys) Pseudonyms(ctx context.Context, tenant, migration string) (p keyring.Pseudonyms, err error) {
	err = d.k.do("pseudonym key", func() error { p, err = d.Keys.Pseudonyms(ctx, tenant, migration); return err })
	return p, err
}

type dyingLog struct {
	audit.Store
	k *killer
}

func (d dyingLog) Put(ctx context.Context, shard string, seq int, bundle []byte) error {
	return d.k.do("audit "+shard, func() error { return d.Store.Put(ctx, shard, seq, bundle) })
}

type dyingPlans struct {
	Plans
	k *killer
}

func (d dyingPlans) Keep(ctx context.Context, r migration.Run, p *plan.Plan) error {
	return d.k.do("keep plan", func() error { return d.Plans.Keep(ctx, r, p) })
}

type dyingDocuments struct {
	migration.Documents
	k *killer
}

func (d dyingDocuments) Write(ctx context.Context, r migration.Run, name string, content []byte) (path string, err error) {
	err = d.k.do("document "+name, func() error { path, err = d.Documents.Write(ctx, r, name, content); return err })
	return path, err
}

type dyingJournal struct {
	workflow.Journal
	k *killer
}

func (d dyingJournal) Append(ctx context.Context, e workflow.Entry) error {
	return d.k.do("journal", func() error { return d.Journal.Append(ctx, e) })
}

// Close closes the journal's file, as the end of a process would.
func (d dyingJournal) Close() error {
	closeJournal(d.Journal)
	return nil
}
