package migration

import (
	"context"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A Mode is what a run is for.
type Mode string

const (
	ModeFull Mode = "full"
	ModeDemo Mode = "demo" // a few records, masked, in a migration of its own
	// ModeDelta takes over what changed in the source since the last commit.
	ModeDelta Mode = "delta"
)

// A Run names one run; every state passes it on.
type Run struct {
	Tenant    string `json:"tenant"`
	Migration string `json:"migration"`
	ID        string `json:"id"`
	Mode      Mode   `json:"mode"`
	Limit     int    `json:"limit,omitempty"` // demo: tickets at most
	// Adopt: the ledger was lost; each record is looked for in the target first.
	Adopt bool `json:"adopt,omitempty"`
	// Quick: a delta takes no roll of the source and no census of the target, which
	// cost calls by the number of all records.
	Quick bool `json:"quick,omitempty"`
	// Waits: while another run is under way it waits for that to end.
	Waits bool `json:"waits,omitempty"`
}

// CensusEvery is how often deltas that follow each other by themselves take a roll
// and a census.
const CensusEvery = time.Hour

// Path is the run's place below that of its migration.
func (r Run) Path() string { return r.Tenant + "/" + r.Migration + "/" + r.ID + "/" }

// Prefix starts the names of all staged objects of the run. They lie apart from
// what else a bucket holds, plans and uploads, because a lifecycle rule and a
// policy can only name what names start with, and no tenant may be named so that
// the two meet. What a demo stages lies apart as well: it lives a day at most, in
// case the demo never comes to its seal. No tenant's name begins with _.
func (r Run) Prefix() string {
	if r.Mode == ModeDemo {
		return "runs/_demos/" + r.Path()
	}
	return "runs/" + r.Path()
}

func (r Run) scope(side keyring.Side) keyring.Scope {
	return keyring.Scope{Tenant: r.Tenant, Migration: r.Migration, Run: r.ID, Side: side}
}

func (r Run) label(side keyring.Side, object string) staging.Label {
	return staging.Label{Tenant: r.Tenant, Migration: r.Migration, Run: r.ID, Side: side, Object: object}
}

// Plans gives the plan that a run was started with.
type Plans interface {
	Plan(ctx context.Context, r Run) (*plan.Plan, error)
}

// Sources and Targets open the desks of a plan. What they return is shared by
// the invocations of a process and closed by the runtime.
type Sources interface {
	Source(ctx context.Context, p *plan.Plan) (connectors.Source, error)
}

// Targets opens the target of a plan.
type Targets interface {
	Target(ctx context.Context, p *plan.Plan) (connectors.Target, error)
}

// A Recorder appends events to the audit log under a shard and returns the
// shard's head. An event without an actor is the program's own.
type Recorder interface {
	Record(ctx context.Context, r Run, shard string, events ...audit.Event) (audit.Head, error)
}

// Base is what every step holds.
type Base struct {
	Plans   Plans
	Rows    ledger.Store
	Staging staging.Store
	Audit   Recorder
	Now     func() time.Time
}

func (b Base) ledger(r Run) *ledger.Ledger { return ledger.New(b.Rows, r.Tenant, r.Migration) }

// open reads the plan of a run and sees that the run still holds the lease.
func (b Base) open(ctx context.Context, r Run) (*plan.Plan, *ledger.Ledger, error) {
	l := b.ledger(r)
	lease, err := l.Lease(ctx)
	if err != nil {
		return nil, nil, ofStorage("read the lease", err)
	}
	if lease.Run != r.ID {
		return nil, nil, failf(LeaseLost, "run %s does not hold the lease any more", r.ID)
	}
	p, err := b.Plans.Plan(ctx, r)
	if err != nil {
		return nil, nil, ofStorage("read the plan", err)
	}
	return p, l, nil
}

// recent is since when tickets are those that the run moves; the zero time for all.
func (b Base) recent(ctx context.Context, p *plan.Plan, l *ledger.Ledger, r Run) (since time.Time, err error) {
	if p.Run.Express == "" || r.Mode != ModeFull {
		return since, nil
	}
	run, err := l.Run(ctx, r.ID)
	return run.Express, ofStorage("read the run", err)
}

// record appends one event about a segment or the run. The shard's head goes
// into the ledger: a second witness, kept elsewhere than the log.
func (b Base) record(ctx context.Context, r Run, shard string, op audit.Op, object string, counts map[string]int64) error {
	outcome := audit.OK
	if op == audit.GateFailed || op == audit.RunFailed {
		outcome = audit.Failed
	}
	return b.recordBy(ctx, r, shard, audit.Event{At: b.Now().UTC(), Op: op,
		Object: audit.Object{Type: "segment", Ref: object}, Counts: counts, Outcome: outcome})
}

// recordBy appends an event that names its actor, or leaves it to the Recorder.
func (b Base) recordBy(ctx context.Context, r Run, shard string, e audit.Event) error {
	head, err := b.Audit.Record(ctx, r, shard, e)
	if err != nil {
		return ofStorage("write the audit log", err)
	}
	return ofStorage("witness the audit log", b.ledger(r).PutNote(ctx, r.ID, "head#"+shard, head))
}

// spare is how long before its deadline a step stops and returns a checkpoint.
const spare = 15 * time.Second

// short reports whether it is time to stop: the deadline is near.
func short(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < spare
}

// segmentOf gives an item's segment its kind; the manifest holds nothing else.
type segmentInput struct {
	Run     Run            `json:"run"`
	Segment ledger.Segment `json:"segment"`
}

// A cleanLine is one line of a clean segment: the record as the policy leaves
// it, with what was done to it.
type cleanLine struct {
	Record helpdesk.Record `json:"record"`
	Source string          `json:"source"` // digest of the record as it was read
	Marks  map[string]mark `json:"marks,omitempty"`
	// Parts are digests of the record's fields and lists as they were read, Said those
	// of its comments: what a delta compares, whatever mapping and policy make of them.
	Parts map[string]string `json:"parts,omitempty"`
	Said  []string          `json:"said,omitempty"`
	// Gone stands in the place of a record that the source has no more.
	Gone *goneLine `json:"gone,omitempty"`

	// Again: see rawLine.
	Again bool `json:"again,omitempty"`

	at string // where in the run it stands
}

// A goneLine tells, by refs, what is gone and what it was merged into.
type goneLine struct {
	Ref  string `json:"ref"`
	Into string `json:"into,omitempty"`
}

// A mark says by which rule a field is not what the source holds. It is what
// verify needs instead of the raw value.
type mark struct {
	Rule  string `json:"rule"`
	Class string `json:"class"` // one of the verification's classes
}

// A rawLine is one line of a raw segment.
type rawLine struct {
	Record *helpdesk.Record   `json:"record,omitempty"`
	Broken *connectors.Broken `json:"broken,omitempty"`
	Gone   *connectors.Gone   `json:"gone,omitempty"`
	// Named is a person or group whom the records behind it name. It is not moved; the
	// policy has to know whom to look for.
	Named *helpdesk.Record `json:"named,omitempty"`
	// Key is one of a roll.
	Key string `json:"key,omitempty"`
	// Erased stands in the place of a record that is gone since it was read, by its
	// reference: keys are often addresses.
	Erased *goneLine `json:"erased,omitempty"`
	// Again: the record was read again because somebody is erased whom it held. If it was
	// loaded before, that version is staged no more.
	Again bool `json:"again,omitempty"`
}
