package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// Desks opens source and target of a plan once and keeps them open.
type Desks struct {
	budgets budget.Rows // what accounts answer is shared out here; nil: it is not

	mu     sync.Mutex
	source connectors.Source
	target connectors.Target
}

// NewDesks gives desks that are open already.
func NewDesks(s connectors.Source, t connectors.Target) *Desks { return &Desks{source: s, target: t} }

// Source opens the plan's source.
func (d *Desks) Source(ctx context.Context, p *plan.Plan) (connectors.Source, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.source != nil {
		return d.source, nil
	}
	source, err := d.runtime(p).Source(ctx, p)
	if err != nil {
		return nil, err
	}
	d.source = source
	return source, nil
}

// Target opens the plan's target.
func (d *Desks) Target(ctx context.Context, p *plan.Plan) (connectors.Target, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.target != nil {
		return d.target, nil
	}
	target, err := d.runtime(p).Target(ctx, p)
	if err != nil {
		return nil, err
	}
	d.target = target
	return target, nil
}

// Alone gives desks that share what their accounts answer with nobody, and the rows
// in which they do: for a look at both sides.
func Alone() (*Desks, budget.Rows) {
	rows := budget.InMemory()
	return &Desks{budgets: rows}, rows
}

func (d *Desks) runtime(p *plan.Plan) plan.Runtime {
	r := here
	if d.budgets != nil {
		r.Budgets = budget.New(d.budgets, p.Tenant, p.Migration, p.Reserved())
	}
	return r
}

// Close closes what is open.
func (d *Desks) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := errors.Join(connectors.Close(d.source), connectors.Close(d.target))
	d.source, d.target = nil, nil
	return err
}

// here opens desks with all connectors, and secrets of this machine.
var here = plan.Runtime{Find: list.Find}

// SealedPlans keeps plans in a folder, each sealed by the local key: a plan maps
// people by their addresses.
type SealedPlans struct {
	dir string
	key tink.AEADWithContext
}

const sealedEnd = ".sealed"

func (s SealedPlans) file(r migration.Run) string { return filepath.Join(s.dir, r.ID+sealedEnd) }

func (s SealedPlans) label(r migration.Run) []byte { return []byte("plan of run " + r.Path()) }

// A keptPlan is a plan with the folder that its paths start from.
type keptPlan struct {
	Folder string `json:"folder"`
	Text   []byte `json:"text"`
}

// Keep seals the plan of a run.
func (s SealedPlans) Keep(ctx context.Context, r migration.Run, p *plan.Plan) error {
	text, err := p.Write()
	if err != nil {
		return err
	}
	doc, err := json.Marshal(keptPlan{p.Folder(), text})
	if err != nil {
		return err
	}
	sealed, err := s.key.EncryptWithContext(ctx, doc, s.label(r))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(s.file(r), sealed, 0o600)
}

// Plan opens the plan that a run was started with.
func (s SealedPlans) Plan(ctx context.Context, r migration.Run) (*plan.Plan, error) {
	sealed, err := os.ReadFile(s.file(r))
	if err != nil {
		return nil, err
	}
	doc, err := s.key.DecryptWithContext(ctx, sealed, s.label(r))
	if err != nil {
		return nil, fmt.Errorf("the plan of run %s can't be opened with this local key", r.ID)
	}
	var kept keptPlan
	if err := json.Unmarshal(doc, &kept); err != nil {
		return nil, err
	}
	return plan.Parse(kept.Text, kept.Folder)
}

// IDs lists the runs that have a plan, and what is none.
func (s SealedPlans) IDs(context.Context, migration.Run) (ids []string, err error) {
	files, err := os.ReadDir(s.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if id, ok := strings.CutSuffix(f.Name(), sealedEnd); ok {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Folder keeps the documents of runs: <folder>/<migration>/<run>/<name>.
type Folder string

// Write writes a document over an older one of its name.
func (f Folder) Write(_ context.Context, r migration.Run, name string, content []byte) (string, error) {
	path := filepath.Join(string(f), r.Migration, r.ID, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, content, 0o600)
}

// objects shows staging to the interpreter's Distributed Maps as the bucket it is
// in AWS.
type objects struct{ store staging.Store }

func (o objects) Get(ctx context.Context, _, key string) (io.ReadCloser, error) {
	return o.store.Open(ctx, key)
}

// Put writes a Map's results: counts and references, as state data is.
func (o objects) Put(ctx context.Context, _, key string, body []byte) error {
	if err := o.store.Delete(ctx, key); err != nil {
		return err
	}
	return o.store.Put(ctx, key, func(w io.Writer) error { _, err := w.Write(body); return err })
}

func (o objects) List(ctx context.Context, _, prefix string) (found []workflow.Object, err error) {
	for item, err := range o.store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		found = append(found, workflow.Object{Key: item.Name, Size: item.Size})
	}
	return found, nil
}

// forecasts keeps forecasts among the documents of a run.
type forecasts struct{ out migration.Documents }

func (f forecasts) Keep(ctx context.Context, r migration.Run, forecast *migration.Forecast) error {
	content, err := json.MarshalIndent(forecast, "", "  ")
	if err != nil {
		return err
	}
	_, err = f.out.Write(ctx, r, "forecast.json", content)
	return err
}
