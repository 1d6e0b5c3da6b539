// Package embedded wires the flow for one machine: SQLite for the ledger, a
// folder for staging, a local key, files for the audit log, and
// internal/workflow in the place of AWS Step Functions. The state machine, the
// steps and their handlers are the same as in AWS.
//
// Everything of a migration lies in one folder, its home:
//
//	ledger.db          what was done, in references
//	keyring/           the local key and the keys that it wraps
//	staging/           sealed segments and blobs, empty after the seal
//	audit/             the log, chained
//	executions/        what makes a killed run go on, one journal a run
//	plans/             the plan of each run, sealed by the local key
//	lock               held while a process works on the migration
//
// Beside the homes lies budgets.db: what the accounts of help desks answer, shared out
// among all processes that ask them.
package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

// Keys are all rights over the keys of a migration. The steps are each given
// their own.
type Keys interface {
	keyring.Maker
	keyring.Sealer
	keyring.Opener
	keyring.Forgetter
	keyring.Indexer
	keyring.Pseudonymizer
}

// Parts are what a runtime is made of. A test wraps them to stop before and
// after each side effect.
type Parts struct {
	Rows      ledger.Store
	Staging   staging.Store
	Keys      Keys
	Log       audit.Store
	Plans     Plans
	Desks     *Desks
	Documents migration.Documents
	Journal   func(run string) (workflow.Journal, error)
	Clock     workflow.Clock
	Tool      string // name and version of this program
	// Erase removes what is kept of runs besides ledger, keys and audit log: plans and
	// journals. Nil where nothing is.
	Erase func() error
}

// Plans keeps the plan that each run was started with.
type Plans interface {
	migration.Plans
	migration.Kept
	Keep(ctx context.Context, r migration.Run, p *plan.Plan) error
}

// A Runtime runs one migration on this machine.
type Runtime struct {
	Parts
	Plan     *plan.Plan
	Observe  func(workflow.Event)
	Progress func(Progress) // told after each invocation; nil for nobody
	Budgets  *Budgets       // of the accounts that it asks; nil where it shares none

	steps   function.Steps
	resume  migration.Resume
	machine *workflow.Machine
	closers []func() error
}

// ErrLocked: another process is at work on the migration.
var ErrLocked = errors.New("another safeconduct is at work on this migration")

// Options say where a runtime keeps its things.
type Options struct {
	Home       string // folder that holds a folder for each migration
	Reports    string // folder for the documents of runs
	Passphrase func() ([]byte, error)
	Tool       string
	// Wait waits for another process to let go of the home, until the context ends.
	Wait bool
	// NoSync gives up durability against power loss, for tests that crash a
	// migration thousands of times.
	NoSync bool
}

// Open opens the home of a plan's migration, and makes it at the first time. It
// returns ErrLocked while another process has it open.
func Open(ctx context.Context, p *plan.Plan, o Options) (r *Runtime, err error) {
	home, err := filepath.Abs(filepath.Join(o.Home, p.Migration))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	var closers []func() error
	defer func() {
		if err != nil {
			closeAll(closers)
		}
	}()
	shared := OpenBudgets(o.Home)
	closers = append(closers, shared.Close)
	lock := flock.New(filepath.Join(home, "lock"), flock.SetPermissions(0o600))
	if err := take(ctx, lock, o.Wait); err != nil {
		return nil, err
	}
	closers = append(closers, lock.Unlock)
	parts, opened, err := openParts(ctx, home, o)
	parts.Desks = &Desks{budgets: shared}
	closers = append(closers, opened...)
	if err != nil {
		return nil, err
	}
	r, err = New(p, parts)
	if err != nil {
		return nil, err
	}
	r.Budgets, r.closers = shared, append(closers, parts.Desks.Close)
	return r, nil
}

// lockPoll is how often a process that waits for the lock looks again.
const lockPoll = 20 * time.Millisecond

func take(ctx context.Context, lock *flock.Flock, wait bool) error {
	try := lock.TryLock
	if wait {
		try = func() (bool, error) { return lock.TryLockContext(ctx, lockPoll) }
	}
	if ok, err := try(); err != nil || !ok {
		return errors.Join(ErrLocked, err)
	}
	return nil
}

func openParts(ctx context.Context, home string, o Options) (parts Parts, closers []func() error, err error) {
	var rowOptions []sqlite.Option
	var stagingOptions []staging.FolderOption
	var auditOptions []audit.FolderOption
	if o.NoSync {
		rowOptions, stagingOptions, auditOptions = append(rowOptions, sqlite.WithoutSync()),
			append(stagingOptions, staging.WithoutSync()), append(auditOptions, audit.WithoutSync())
	}
	rows, err := sqlite.Open(filepath.Join(home, "ledger.db"), rowOptions...)
	if err != nil {
		return parts, closers, err
	}
	closers = append(closers, rows.Close)
	folder, err := staging.NewFolder(filepath.Join(home, "staging"), stagingOptions...)
	if err != nil {
		return parts, closers, err
	}
	closers = append(closers, folder.Close)
	if err := os.MkdirAll(filepath.Join(home, "keyring"), 0o700); err != nil {
		return parts, closers, err
	}
	keys, err := local.Open(ctx, filepath.Join(home, "keyring"), o.Passphrase)
	if err != nil {
		return parts, closers, err
	}
	closers = append(closers, keys.Close)
	log, err := audit.NewFolder(filepath.Join(home, "audit"), auditOptions...)
	if err != nil {
		return parts, closers, err
	}
	closers = append(closers, log.Close)
	return Parts{Rows: rows, Staging: folder, Keys: keys, Log: log, Tool: o.Tool,
		Plans:     SealedPlans{filepath.Join(home, "plans"), keys.Key},
		Documents: Folder(o.Reports), Journal: journals(filepath.Join(home, "executions")),
		Erase: func() error {
			return errors.Join(os.RemoveAll(filepath.Join(home, "executions")), os.RemoveAll(filepath.Join(home, "plans")))
		}}, closers, nil
}

// journals opens the journal of a run.
func journals(dir string) func(run string) (workflow.Journal, error) {
	return func(run string) (workflow.Journal, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
		return workflow.OpenJournal(filepath.Join(dir, run+".jsonl"))
	}
}

// Close closes what the runtime holds, the lock last.
func (r *Runtime) Close() error { return closeAll(r.closers) }

func closeAll(closers []func() error) error {
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i]())
	}
	return errors.Join(errs...)
}

// New wires the steps over the parts and checks the state machine.
func New(p *plan.Plan, parts Parts) (*Runtime, error) {
	r := &Runtime{Parts: parts, Plan: p}
	r.steps = r.wire()
	r.resume = migration.Resume{Base: r.steps.Finish.Base}
	var err error
	r.machine, err = machine(statemachine.Migrate, r.steps)
	return r, err
}

// machine is a definition with the functions of this machine put in.
func machine(definition []byte, steps function.Steps) (*workflow.Machine, error) {
	all := map[string]string{"StagingBucket": bucket, "MigrateStateMachineArn": "arn:aws:states:local:000000000000:stateMachine:migrate"}
	for name := range steps.Handlers() {
		all[variable(name)] = "arn:aws:lambda:local:000000000000:function:" + name
	}
	arns := map[string]string{}
	for name, value := range all {
		if bytes.Contains(definition, []byte("${"+name+"}")) {
			arns[name] = value
		}
	}
	definition, err := workflow.Substitute(definition, arns)
	if err != nil {
		return nil, err
	}
	return workflow.Parse(definition)
}

// bucket is what the definition calls the staging bucket.
const bucket = "staging"

// variable is the name under which the definition knows a function: "load" is
// ${LoadFunctionArn}.
func variable(name string) string { return string(name[0]-'a'+'A') + name[1:] + "FunctionArn" }

func (r *Runtime) now() time.Time {
	if r.Clock != nil {
		return r.Clock.Now()
	}
	return time.Now()
}

// wire gives each step what it needs and no more.
func (r *Runtime) wire() function.Steps {
	index := justIndex{r.Keys}
	base := migration.Base{Plans: r.Plans, Rows: r.Rows, Staging: r.Staging, Audit: r.log(), Now: r.now}
	return function.Steps{
		Plan: migration.Plan{Base: base, Sources: r.Desks, Targets: r.Desks, Keys: justMake{r.Keys}, Index: index,
			Forecasts: forecasts{r.Documents}, Workers: runtime.GOMAXPROCS(0), Tested: here.Tested},
		Extract: migration.Extract{Base: base, Desks: r.Desks, Keys: justSeal{r.Keys}},
		Anonymize: migration.Anonymize{Base: base, Desks: r.Desks, Sources: r.Desks, Raw: keyring.Only(r.Keys, keyring.Raw), Clean: justSeal{r.Keys},
			Index: index, Pseudonyms: justPseudonyms{r.Keys}, Directory: &migration.Directory{}},
		Gate:   migration.Gate{Base: base},
		Load:   migration.Load{Base: base, Desks: r.Desks, Clean: keyring.Only(r.Keys, keyring.Clean), Index: index, Standing: &migration.Standing{}},
		Verify: migration.Verify{Base: base, Desks: r.Desks, Clean: keyring.Only(r.Keys, keyring.Clean), Index: index, Standing: &migration.Standing{}},
		Commit: migration.Commit{Base: base},
		Seal:   migration.Seal{Base: base, Keys: justForget{r.Keys}, Kept: r.Plans, Scrub: scrub(r.Rows)},
		Report: migration.Report{Base: base, Out: r.Documents, Log: r.log(), Render: html.Render, Tool: r.Tool},
		Finish: migration.Finish{Base: base},
	}
}

// scrub takes away what a store keeps of what was deleted, where it keeps something.
func scrub(rows ledger.Store) func(context.Context) error {
	s, ok := rows.(interface{ Scrub(context.Context) error })
	if !ok {
		return nil
	}
	return s.Scrub
}

// log is the audit log of this machine, whoever's the migration is.
func (r *Runtime) log() migration.Log {
	return migration.Log{Store: func(string) audit.Store { return r.Log }, Rows: r.Rows, Tool: r.Tool}
}

// One right each: what a step holds can't be turned into another right.
type (
	justMake       struct{ keyring.Maker }
	justSeal       struct{ keyring.Sealer }
	justForget     struct{ keyring.Forgetter }
	justIndex      struct{ keyring.Indexer }
	justPseudonyms struct{ keyring.Pseudonymizer }
)

// tasks are the functions as the interpreter calls them. note is told the first
// failure of each invocation.
func (r *Runtime) tasks(note func(error), each func(name string, output json.RawMessage)) workflow.Functions {
	fs := workflow.Functions{}
	for name, h := range r.steps.Handlers() {
		fs[name] = func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
			output, err := call(h, ctx, input)
			if err != nil {
				note(err)
			} else {
				each(name, output)
			}
			return output, err
		}
	}
	return fs
}

// call names a step's failure as Step Functions would see it.
func call(h function.Handler, ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
	output, err := h(ctx, input)
	var failure *migration.Failure
	if errors.As(err, &failure) {
		return nil, &workflow.Failure{Name: string(failure.Name), Cause: failure.Message}
	}
	return output, err
}
