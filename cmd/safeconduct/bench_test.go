package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/safeconduct/safeconduct/internal/sample"
)

var tickets = flag.Int("tickets", 100_000, "tickets that a benchmark moves; a second one moves twice as many")

// BenchmarkMigrate moves generated tickets of 5 KB with five comments from CSV
// into an archive by the real program, and again twice as many: tickets a
// second, CPU seconds for 100,000, and the peak of resident memory, which must
// not grow with the account.
func BenchmarkMigrate(b *testing.B) {
	program := filepath.Join(b.TempDir(), "safeconduct")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	for _, n := range []int{*tickets, 2 * *tickets} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			if err := sample.Large(filepath.Join(dir, "export"), n, 1); err != nil {
				b.Fatal(err)
			}
			plan := strings.ReplaceAll(testPlan, "EXPORT", filepath.Join(dir, "export"))
			if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(plan), 0o600); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for range b.N {
				move(b, program, dir, n)
			}
		})
	}
}

func move(b *testing.B, program, dir string, n int) {
	for _, made := range []string{".safeconduct", "archive", "reports"} {
		if err := os.RemoveAll(filepath.Join(dir, made)); err != nil {
			b.Fatal(err)
		}
	}
	c := exec.Command(program, "migrate", "-q")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("migrate: %v\n%s", err, out)
	}
	cpu := (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
	b.ReportMetric(cpu*100_000/float64(n), "cpu-s/100k")
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MiB")
	}
}
