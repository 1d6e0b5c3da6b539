package embedded

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// BenchmarkADeltaInWhichNothingChanged is what a delta costs of a desk that tells what
// changed and what is gone: processor time, and calls of the source and the target. The
// census is not among it: it is done once an hour (migration.CensusEvery).
func BenchmarkADeltaInWhichNothingChanged(b *testing.B) {
	source, target := memory.New(memory.Options{Tombs: true, Tick: time.Second, PageSize: 4000}), memory.New(memory.Options{Batch: 100})
	source.Add(somebody("p1"))
	for i := range *tickets - 1 {
		r := something(fmt.Sprintf("t%07d", i), "p1")
		r.Ticket.Group, r.Ticket.Comments = "", r.Ticket.Comments[:1]
		source.Add(r)
	}
	r := open(b, b.TempDir(), parse(b), source.Source(), target.Target())
	began := time.Now()
	migrate(b, r)
	b.Logf("%d records moved in %s", *tickets, time.Since(began).Round(time.Second))
	quick := Request{Mode: migration.ModeDelta, Quick: true}
	if _, err := r.Migrate(b.Context(), quick); err != nil { // what the full run saw last comes again
		b.Fatal(err)
	}
	runtime.GC() // what it costs to collect two desks of a million records is not the delta's
	calls := func() (n int) {
		for _, op := range []string{memory.OpPage, memory.OpGet, memory.OpRoll, memory.OpCensus, memory.OpRead, memory.OpFind, memory.OpUpdate, memory.OpCreate} {
			n += source.Calls(op) + target.Calls(op)
		}
		return n
	}
	before, spent := calls(), cpu()
	for b.Loop() {
		if _, err := r.Migrate(b.Context(), quick); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-spent).Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(float64(calls()-before)/float64(b.N), "calls")
	if n := len(target.IDs(helpdesk.KindTicket)); n != *tickets-1 {
		b.Errorf("%d tickets are in the target", n)
	}
}
