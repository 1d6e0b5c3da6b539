package audit

// An Op is what was done, from a closed list.
type Op string

// The ops of a run, in the order of its states.
const (
	RunStarted       Op = "run.started"
	PlanAccepted     Op = "plan.accepted"
	KeysMade         Op = "keys.made"
	ExtractSegment   Op = "extract.segment"
	AnonymizeSegment Op = "anonymize.segment"
	DestroySegment   Op = "destroy.segment" // staged objects that held somebody who was erased
	InventoryDone    Op = "inventory.done"
	GatePassed       Op = "gate.passed"
	GateFailed       Op = "gate.failed"
	GateWaived       Op = "gate.waived"
	GateAsked        Op = "gate.asked"
	GateApproved     Op = "gate.approved"
	GateRejected     Op = "gate.rejected"
	LoadSegment      Op = "load.segment"
	VerifySegment    Op = "verify.segment"
	CensusTaken      Op = "census.taken"
	Quarantined      Op = "record.quarantined"
	Withheld         Op = "record.withheld"
	Committed        Op = "commit"
	SealKeys         Op = "seal.keys"
	SealObjects      Op = "seal.objects"
	ReportIssued     Op = "report.issued"
	RunFinished      Op = "run.finished"
	RunFailed        Op = "run.failed"
	RunStopped       Op = "run.stopped"
	RollbackRemoved  Op = "rollback.removed"
	ReviewDecided    Op = "review.decided"
)

// The ops of a migration and of the people in it.
const (
	MigrationClosed  Op = "migration.closed"
	ConsentRecorded  Op = "consent.recorded"
	ConsentWithdrawn Op = "consent.withdrawn"
	RequestOpened    Op = "request.opened"
	RequestVerified  Op = "request.verified"
	RequestExecuted  Op = "request.executed"
	RequestClosed    Op = "request.closed"
	RetentionApplied Op = "retention.applied"
)

// Ops lists them all.
func Ops() []Op {
	return []Op{
		RunStarted, PlanAccepted, KeysMade, ExtractSegment, AnonymizeSegment, DestroySegment, InventoryDone,
		GatePassed, GateFailed, GateWaived, GateAsked, GateApproved, GateRejected, LoadSegment, VerifySegment, CensusTaken, Quarantined, Withheld,
		Committed, SealKeys, SealObjects, ReportIssued, RunFinished, RunFailed, RunStopped, RollbackRemoved, ReviewDecided,
		MigrationClosed, ConsentRecorded, ConsentWithdrawn, RequestOpened, RequestVerified,
		RequestExecuted, RequestClosed, RetentionApplied,
	}
}
