package embedded

import (
	"context"
	"flag"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

var tickets = flag.Int("tickets", 100_000, "tickets that a benchmark moves")

// BenchmarkExtract reads generated tickets of 5 KB with five comments from CSV and
// stages them sealed, fsync included.
func BenchmarkExtract(b *testing.B) {
	dir := b.TempDir()
	if err := sample.Large(filepath.Join(dir, "export"), *tickets, 1); err != nil {
		b.Fatal(err)
	}
	p, err := plan.Parse([]byte(planText), dir)
	if err != nil {
		b.Fatal(err)
	}
	p.Source = plan.Desk{Connector: "csv", Settings: map[string]any{"path": "export"}}
	p.Target = plan.Desk{Connector: "archive", Settings: map[string]any{"path": "archive"}}
	b.ResetTimer()
	before := cpu()
	for range b.N {
		extractAll(b, p)
	}
	b.ReportMetric(float64(*tickets)*float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N)*100_000/float64(*tickets), "cpu-s/100k")
}

func extractAll(b *testing.B, p *plan.Plan) {
	ctx := context.Background()
	r, err := Open(ctx, p, Options{Home: b.TempDir(), Reports: b.TempDir(), Tool: "safeconduct/bench"})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	run := r.Run("r0001", migration.ModeFull)
	if err := r.Plans.Keep(ctx, run, p); err != nil {
		b.Fatal(err)
	}
	out, err := r.steps.Plan.Do(ctx, migration.PlanInput{Run: run})
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range out.Kinds {
		for done := false; !done; {
			read, err := r.steps.Extract.Do(ctx, migration.ExtractInput{Run: run, Kind: k})
			if err != nil {
				b.Fatal(err)
			}
			done = read.Done
		}
	}
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
