// Package cost says what a migration costs at AWS: before it, from the size of a
// help desk, and after it, from what was counted.
//
// [Predict] counts the calls of a run from what the steps do; [Table.Bill] prices
// calls by a list of prices with a date. Nothing is rounded up to make room, and
// no free tier is taken off. docs/cost.md shows the outcome; a test writes it.
//
// Names of calls are those of internal/usage. Besides:
//
//	states      Transitions: of executions and of the children of Distributed Maps;
//	            GetObject, PutObject: manifests read and results written by Maps
//	lambda      Invocations; MegabyteMs: memory times duration
//	s3          ByteHours: what is stored, times how long
//	internet    Bytes: sent out of AWS
//	logs        Bytes: taken in
//	cloudwatch  MetricHours: custom metrics, times the hours in which they are written
//	xray        Traces
//	month       what is there and costs by the month, whether anything runs or not
package cost

import "github.com/safeconduct/safeconduct/internal/usage"

// Calls are how often what is billed happens.
type Calls = usage.Counts

// A tally adds up calls, which may be parts of one on average.
type tally map[string]float64

func (t tally) add(name string, n float64) { t[name] += n }

// calls rounds to whole calls.
func (t tally) calls() Calls {
	c := Calls{}
	for name, n := range t {
		if whole := int64(n + 0.5); whole > 0 {
			c[name] = whole
		}
	}
	return c
}
