package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// Desks opens source and target of a plan once and keeps them open.
type Desks struct {
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
	c, ok := list.Find(p.Source.Connector)
	if !ok || c.Source == nil {
		return nil, fmt.Errorf("%w: no connector %q can be a source", connectors.ErrSettings, p.Source.Connector)
	}
	source, err := c.Source(ctx, p.SettingsOf("source", p.Source))
	if err != nil {
		return nil, settings(err)
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
	c, ok := list.Find(p.Target.Connector)
	if !ok || c.Target == nil {
		return nil, fmt.Errorf("%w: no connector %q can be a target", connectors.ErrSettings, p.Target.Connector)
	}
	target, err := c.Target(ctx, p.SettingsOf("target", p.Target))
	if err != nil {
		return nil, settings(err)
	}
	d.target = target
	return target, nil
}

// settings makes sure that what keeps a desk from opening is told as such.
func settings(err error) error {
	if errors.Is(err, connectors.ErrSettings) || errors.Is(err, connectors.ErrDenied) || errors.Is(err, connectors.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", connectors.ErrSettings, err)
}

// Close closes what is open.
func (d *Desks) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := errors.Join(connectors.Close(d.source), connectors.Close(d.target))
	d.source, d.target = nil, nil
	return err
}

func tested(connector string) string {
	c, _ := list.Find(connector)
	return c.Tested
}

// SealedPlans keeps plans in a folder, each sealed by the local key: a plan maps
// people by their addresses.
type SealedPlans struct {
	dir string
	key tink.AEADWithContext
}

func (s SealedPlans) file(r migration.Run) string { return filepath.Join(s.dir, r.ID+".sealed") }

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

// A recorder writes the audit log with a shard for each step of each segment.
type recorder struct{ r *Runtime }

// Record appends events and returns the head of their shard.
func (a recorder) Record(ctx context.Context, r migration.Run, shard string, events ...audit.Event) (audit.Head, error) {
	w := audit.NewWriter(a.r.Log, r.Path()+shard)
	for i := range events {
		e := &events[i]
		e.Tenant, e.Migration, e.Run = r.Tenant, r.Migration, r.ID
		if e.Actor == (audit.Actor{}) {
			e.Actor = audit.Actor{Kind: audit.Function, ID: "safeconduct", Version: a.r.Tool}
		}
	}
	if err := w.Append(ctx, events...); err != nil {
		return audit.Head{}, err
	}
	return w.Flush(ctx)
}

// A prover checks the log against the heads that the ledger holds.
type prover struct{ r *Runtime }

// Prove reports whether the log is whole and its witness agrees.
func (a prover) Prove(ctx context.Context, r migration.Run) (evidence.Audit, error) {
	var heads []audit.Head
	l := ledger.New(a.r.Rows, r.Tenant, r.Migration)
	for h, err := range ledger.Notes[audit.Head](ctx, l, r.ID, "head#") {
		if err != nil {
			return evidence.Audit{}, err
		}
		heads = append(heads, h)
	}
	report, err := audit.Verify(ctx, a.r.Log, strings.TrimSuffix(r.Path(), "/"), heads...)
	var fault *audit.Fault
	if err != nil && !errors.As(err, &fault) {
		return evidence.Audit{}, err
	}
	sum := sha256.New()
	for _, h := range report.Heads {
		fmt.Fprintf(sum, "%s %d %s\n", h.Shard, h.Seq, h.Hash)
	}
	return evidence.Audit{Shards: report.Shards, Events: report.Events, Intact: fault == nil, Heads: hex.EncodeToString(sum.Sum(nil))}, nil
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
