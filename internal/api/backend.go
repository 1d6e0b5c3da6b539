package api

import (
	"context"
	"encoding/json"
	"time"
)

// A Backend is what a runtime offers, one power each. A power that it does not
// have is nil; a request for it is answered by 404 with the sentence of Instead.
//
// All errors are either a [Refusal], whose sentence a person may read, or
// anything else, of which the caller learns nothing but the request's id.
type Backend struct {
	Watch     Watcher
	Plans     Planner
	Runs      Runner
	Approvals Approver
	Reports   Reporter
	Costs     Coster
	Tasks     Tasker
	Schedules Scheduler
	Uploads   Uploader
	Budgets   Budgeter

	// Instead says what to do where a power is missing, by its name in lower
	// case: "schedules".
	Instead map[string]string
}

// A Migration names a migration of a tenant. Both parts have been checked to be
// short names of a-z, 0-9 and -.
type Migration struct{ Tenant, Name string }

// A Watcher tells how migrations stand. It is asked every few seconds: nothing it
// does may cost more than a few reads.
type Watcher interface {
	// Migrations lists the tenant's migrations by name.
	Migrations(ctx context.Context, tenant string) ([]Summary, error)

	// Status returns ErrNotFound for a migration without a plan and without a run.
	Status(ctx context.Context, m Migration) (Status, error)
}

// A Planner keeps the plan of a migration as it was last uploaded. A run keeps a
// copy of its own.
type Planner interface {
	// PutPlan checks and stores the text of a plan, YAML. It returns ErrInvalid with
	// what is wrong, also for a plan of another migration or tenant, and for one
	// that needs what only another machine has (env:, file:).
	PutPlan(ctx context.Context, m Migration, text []byte) (Plan, error)

	// Plan returns the plan, or ErrNotFound.
	Plan(ctx context.Context, m Migration) (Plan, error)
}

// A Runner starts runs and lets them go on. Neither waits for the run.
type Runner interface {
	// Start returns ErrNotFound where there is no plan, and ErrConflict while a run
	// is under way, or unfinished and not to be given up. A request with the same
	// non-empty Key starts one run, however often it comes.
	Start(ctx context.Context, m Migration, s Start) (Started, error)

	// Resume lets a run go on that was stopped or failed. It returns ErrNotFound for
	// a run that there is not, and ErrConflict for one that is under way, finished
	// or sealed.
	Resume(ctx context.Context, m Migration, run string) error
}

// An Approver answers the gate of a run that waits for a person.
type Approver interface {
	// Decide returns ErrConflict for a run that does not wait, or was answered by
	// another decision before. The same decision again changes nothing.
	Decide(ctx context.Context, m Migration, run string, d Decision) error
}

// A Reporter hands out what a run left.
type Reporter interface {
	// Report is report.json of a run as internal/evidence writes it. It returns
	// ErrNotFound before there is one.
	Report(ctx context.Context, m Migration, run string) (json.RawMessage, error)

	// Documents lists the names of a run's documents.
	Documents(ctx context.Context, m Migration, run string) ([]string, error)

	// Document returns a document, or ErrNotFound. The name has been checked to be
	// one of a file without a folder.
	Document(ctx context.Context, m Migration, run, name string) (Document, error)
}

// A Coster tells what a run cost: {run, taken, bill}, where taken is a cost.Taken
// and bill a cost.Bill.
type Coster interface {
	// Cost returns ErrNotFound for a run that there is not.
	Cost(ctx context.Context, m Migration, run string) (json.RawMessage, error)
}

// A Tasker does what takes long and is no run: previews, rechecks, rollbacks, closings.
type Tasker interface {
	// Begin starts a task and returns its id without waiting for it. It returns
	// ErrNotFound where there is no plan, and ErrConflict while a run or a rollback
	// is under way that the task can't stand beside.
	Begin(ctx context.Context, m Migration, a Action, key string) (id string, err error)

	// Task returns how a task stands and, once it is done, what came of it. It
	// returns ErrNotFound for an id that is not one of the migration and the action.
	Task(ctx context.Context, m Migration, a Action, id string) (Task, error)
}

// A Scheduler keeps the schedule of a migration: one or none.
type Scheduler interface {
	// Schedule returns the schedule, or ErrNotFound.
	Schedule(ctx context.Context, m Migration) (Schedule, error)

	// PutSchedule makes or changes it. The times have been checked (Schedule.Check);
	// ErrNotFound says that there is no plan.
	PutSchedule(ctx context.Context, m Migration, s Schedule) (Schedule, error)

	// DeleteSchedule removes it; one that is not there is removed already.
	DeleteSchedule(ctx context.Context, m Migration) error
}

// An Uploader lets a source's CSV files be put into staging without passing
// through the API.
type Uploader interface {
	// Upload returns where a form with exactly one file of exactly this name and no
	// more than this size can be posted, and until when.
	Upload(ctx context.Context, m Migration, u UploadRequest) (Upload, error)
}

// A Document is a document of a run. A runtime whose documents lie in a bucket
// gives a URL that works for some minutes instead of the content.
type Document struct {
	Name    string
	Content []byte
	URL     string
	Until   time.Time
}
