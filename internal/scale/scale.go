// Package scale computes how large a migration the deployed form can move, and
// what bounds it. docs/scale.md shows the outcome; tests write it, and run the
// real definition with stubs to see that what is computed here is what happens.
package scale

import (
	"math"

	"github.com/safeconduct/safeconduct/internal/cost"
)

// A Quota is a limit of AWS that a run could meet.
type Quota struct {
	Name   string
	Limit  float64
	Unit   string
	Source string
}

// The quotas, by AWS's documentation.
var (
	History  = Quota{"history of an execution", 25_000, "events", "Step Functions quotas"}
	Payload  = Quota{"input or output of a state", 256 << 10, "bytes", "Step Functions quotas"}
	Items    = Quota{"items of a Distributed Map", 100_000_000, "items", "Step Functions, MaxItems"}
	Children = Quota{"children of a Map side by side", 10_000, "executions", "Step Functions quotas"}
	MapRuns  = Quota{"open Map runs of an account", 1_000, "runs", "Step Functions quotas"}
	Duration = Quota{"duration of an execution", 365 * 24, "hours", "Step Functions quotas"}
	Item     = Quota{"item of DynamoDB", 400 << 10, "bytes", "DynamoDB quotas"}
	Actions  = Quota{"actions of a transaction", 100, "rows", "DynamoDB quotas"}
	Together = Quota{"size of a transaction", 4 << 20, "bytes", "DynamoDB quotas"}
	Written  = Quota{"writes to one partition", 1_000, "units a second", "DynamoDB, partitions"}
	Object   = Quota{"object that a Map reads", 10 << 30, "bytes", "Step Functions, ItemReader; not verified"}
	Working  = Quota{"one invocation", 300, "seconds", "infra/functions.yaml"}
)

// Sizes of what grows with a migration, in bytes; tests of this package measure
// them.
const (
	manifestLine = 400 // a segment in a manifest
	personInside = 600 // a person in anonymize's directory: 300 as on record, 300 in the engine's
	marker       = 8   // a record in the census: what is expected, and what is found
)

// A Migration is what a workload makes of the quotas.
type Migration struct {
	Workload cost.Workload
	Segments int
	// Hours by the target's limit: to load, to read back.
	Loading, Reading float64
	Loops            int // of extract
	Parts            int // executions that follow each other to read the source
	Rows             int64
	Manifest         int64   // bytes of the largest
	Directory        int64   // bytes that anonymize holds of people
	Census           int64   // bytes that the census holds of the tickets
	WrittenPerSecond float64 // rows of one partition, at the target's limit
	CensusSeconds    float64 // to list the id map
	SealSeconds      float64 // to delete what was staged
}

// What the flow does and how fast AWS answers.
const (
	perSegment       = 100
	perInvocation    = 285   // seconds after which extract returns
	loopsOfAPart     = 200   // statemachine/migrate.asl.json, MoreToRead
	pageSeconds      = 0.35  // until a help desk answers
	fileSeconds      = 0.5   // for a file
	listSeconds      = 0.015 // for 500 rows of DynamoDB
	rowsOfAList      = 500
	deleteSeconds    = 0.5 // for a thousand objects of S3
	objectsOfADelete = 1000
)

// Of computes a migration.
func Of(w cost.Workload) Migration {
	calls := cost.Predict(w)
	files := float64(w.Tickets) * w.Attachments
	tickets := math.Ceil(float64(w.Tickets) / perSegment)
	segments := math.Ceil(float64(w.Tickets)/perSegment) + math.Ceil(float64(w.People)/perSegment)
	loops := int((tickets*pageSeconds+files*fileSeconds)/perInvocation) + 1
	m := Migration{Workload: w, Segments: int(segments), Loops: loops, Parts: (loops + loopsOfAPart - 1) / loopsOfAPart,
		Rows: int64(w.Tickets) + int64(w.People), Manifest: int64(segments) * manifestLine, Directory: int64(w.People) * personInside,
		Census: int64(w.Tickets) * marker * 2, CensusSeconds: float64(w.Tickets) / rowsOfAList * listSeconds,
		SealSeconds: (files + 2*segments) / objectsOfADelete * deleteSeconds}
	if w.PerMinute > 0 {
		perHour := float64(w.PerMinute) * 60
		m.Loading, m.Reading = w.Writes()/perHour, w.Reads()/perHour
		m.WrittenPerSecond = float64(calls.Of("dynamodb", "WriteUnits")) / ((m.Loading + m.Reading) * 3600)
	}
	return m
}
