package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// A Summary is a migration in a list.
type Summary struct {
	Migration string    `json:"migration"`
	State     string    `json:"state"` // of its last run; "planned" before the first
	Run       string    `json:"run,omitempty"`
	Changed   time.Time `json:"changed,omitzero"`
}

// A Status tells all about a migration that a person who waits wants to know.
type Status struct {
	Migration string `json:"migration"`
	PlanHash  string `json:"plan_hash,omitempty"`
	Runs      []Run  `json:"runs"` // oldest first
	// Records counts the records of the id map by kind and state.
	Records  map[string]map[string]int `json:"records"`
	Cursors  []Cursor                  `json:"cursors"`
	Active   *Progress                 `json:"active,omitempty"`
	Accounts []Account                 `json:"accounts,omitempty"` // that tell of a limit, while a run is at work
	Waiting  []Waiting                 `json:"waiting"`
	Schedule *Schedule                 `json:"schedule,omitempty"`
	Next     Next                      `json:"next"`
}

// A Run is a run as the ledger has it.
type Run struct {
	ID       string    `json:"id"`
	Mode     string    `json:"mode"`
	PlanHash string    `json:"plan_hash"`
	State    string    `json:"state"` // running, failed, finished, given_up
	Failure  string    `json:"failure,omitempty"`
	Message  string    `json:"message,omitempty"` // of the failure: references and codes; where the runtime knows it
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Sealed   *Seal     `json:"sealed,omitempty"`
}

// A Seal is what the end of a run destroyed.
type Seal struct {
	At      time.Time `json:"at"`
	Keys    []string  `json:"keys"`
	Objects int       `json:"objects"`
	Bytes   int64     `json:"bytes"`
	Left    int       `json:"left"`
}

// A RunStatus is one run, and how far it is.
type RunStatus struct {
	Run
	Migration string    `json:"migration"`
	Progress  *Progress `json:"progress,omitempty"`
	Waiting   []Waiting `json:"waiting"`
}

// A Cursor says until when a kind of the source has been moved. Where in the
// source that is stays in the ledger.
type Cursor struct {
	Kind  string    `json:"kind"`
	Run   string    `json:"run"`
	Moved time.Time `json:"moved"`
}

// Progress says how far a run has come.
type Progress struct {
	Run   string `json:"run"`
	Step  string `json:"step"` // function at work: plan, extract, anonymize, load, verify …
	Steps []Step `json:"steps"`
	// SecondsLeft is an estimate for the step at work; absent where nobody knows.
	SecondsLeft *int `json:"seconds_left,omitempty"`
}

// A Step counts the records that a step has done. Total is 0 while unknown.
type Step struct {
	Name  string `json:"name"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// Waiting is what a run waits for, and for whom.
type Waiting struct {
	Run   string    `json:"run"`
	For   string    `json:"for"`
	Whom  Role      `json:"whom,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// Reasons are the counts that somebody has to decide on, such as findings of
	// personal data by kind.
	Reasons map[string]int `json:"reasons,omitempty"`
}

// What a run can wait for.
const (
	WaitApproval = "approval"
	WaitHelpDesk = "help_desk"   // it does not answer, or asked for a pause
	WaitRun      = "another_run" // that holds the lease
)

// Next is what the state of a migration asks for.
type Next struct {
	Do  NextStep `json:"do"`
	Run string   `json:"run,omitempty"`
}

// A NextStep is one of a closed list, for which page and program have sentences.
type NextStep string

const (
	NextPlan    NextStep = "plan"    // upload a plan and look at the preview
	NextMigrate NextStep = "migrate" // start the first run
	NextWait    NextStep = "wait"    // a run is at work
	NextApprove NextStep = "approve" // a person has to decide
	NextResume  NextStep = "resume"  // mend the cause, then resume
	NextCorrect NextStep = "correct" // correct the plan, then start anew
	NextDelta   NextStep = "delta"   // all is moved; a further run moves what is new
)

// A Plan is an uploaded plan.
type Plan struct {
	Migration string `json:"migration"`
	// Hash names the text; a run's plan hash depends on the target too and is told
	// by the preview.
	Hash     string    `json:"hash"`
	Uploaded time.Time `json:"uploaded"`
	Text     string    `json:"text,omitempty"` // YAML; not in the answer to an upload
}

// PlanOf is the plan of a text that was uploaded at a time.
func PlanOf(m Migration, text []byte, at time.Time) Plan {
	sum := sha256.Sum256(text)
	return Plan{Migration: m.Name, Hash: hex.EncodeToString(sum[:8]), Uploaded: at.UTC().Truncate(time.Second), Text: string(text)}
}

// Modes of a run.
const (
	ModeFull  = "full"
	ModeDemo  = "demo"
	ModeDelta = "delta"
)

// A Start asks for a new run.
type Start struct {
	Mode     string `json:"mode"`
	Limit    int    `json:"limit,omitempty"`     // demo: tickets at most
	PlanHash string `json:"plan_hash,omitempty"` // refuse another plan than this
	NewRun   bool   `json:"new_run,omitempty"`   // give up an unfinished run
	Adopt    bool   `json:"adopt,omitempty"`     // the ledger was lost
	Quick    bool   `json:"quick,omitempty"`     // delta: see migration.Run

	Key string `json:"-"` // Idempotency-Key, already bound to tenant and path
}

// Started names a run that was started. A demo is a migration of its own.
type Started struct {
	Migration string `json:"migration"`
	Run       string `json:"run"`
}

// A Decision answers a gate.
type Decision struct {
	Decision string `json:"decision"` // approve or reject
	By       string `json:"-"`        // subject of the claims, for the audit log
}

// Decisions.
const (
	Approve = "approve"
	Reject  = "reject"
)

// An Action is what a task does.
type Action string

const (
	Preview  Action = "preview"
	Recheck  Action = "recheck"
	Rollback Action = "rollback"
	Closing  Action = "closing"
)

// States of a task.
const (
	TaskRunning = "running"
	TaskDone    = "done"
	TaskFailed  = "failed"
)

// A Task is a preview, recheck, rollback or closing, and what came of it: a
// migration.Forecast, a migration.RecheckResult, a list of migration.RolledBack, or an
// evidence.Closure, as JSON.
type Task struct {
	ID        string          `json:"id"`
	Migration string          `json:"migration"`
	Action    Action          `json:"action"`
	State     string          `json:"state"`
	Failure   string          `json:"failure,omitempty"` // name from the closed list
	Message   string          `json:"message,omitempty"` // references and codes
	Started   time.Time       `json:"started,omitzero"`
	Result    json.RawMessage `json:"result,omitempty"`
}

// A Schedule says when a migration runs by itself. One of Every and Cron is set.
type Schedule struct {
	Every string    `json:"every,omitempty"` // as 15m, 6h, 1d
	Cron  string    `json:"cron,omitempty"`  // five fields, UTC
	State string    `json:"state"`           // active or paused
	Next  time.Time `json:"next,omitzero"`   // where the runtime knows it
}

// States of a schedule.
const (
	ScheduleActive = "active"
	SchedulePaused = "paused"
)

// An UploadRequest asks for a place to put a file of a CSV source.
type UploadRequest struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	// Upload is the id of an upload that the file is to join; empty begins another.
	Upload string `json:"upload,omitempty"`
}

// An Upload is where to post a form: each field as it stands here, and last the
// file under the name "file".
type Upload struct {
	ID     string            `json:"id"`
	URL    string            `json:"url"`
	Fields map[string]string `json:"fields"`
	Until  time.Time         `json:"until"`
}
