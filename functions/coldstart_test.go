package functions_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// starts is how often each function is started: the bar asks for 20.
const starts = 41

// empty is the function that does nothing.
const empty = "empty"

// BenchmarkColdStart measures the time from the start of each program to its first
// poll of the Runtime API, which is all of a cold start that is ours, and compares
// it with that of a function that does nothing. Programs take turns, in another
// order each time, so that whatever else the machine does hits all alike. The
// figures are for docs/performance.md; none fails anything.
func BenchmarkColdStart(b *testing.B) {
	bin := b.TempDir()
	ship(b, bin, nil, "./...", "./testdata/"+empty)
	all := programs(b, bin, 11)
	took := map[string][]time.Duration{}
	for b.Loop() {
		for round := range starts + 1 {
			rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			for _, program := range all {
				d, name := toFirstPoll(b, program), filepath.Base(program)
				if round > 0 { // the first reads the program from the disk
					took[name] = append(took[name], d)
				}
			}
		}
	}
	fmt.Print("\n" + table(took)) // b.Log cuts off
}

// toFirstPoll starts a program, waits for its first poll, and ends it.
func toFirstPoll(b *testing.B, program string) time.Duration {
	b.Helper()
	api, polled := runtimeAPI(b)
	c := exec.Command(program)
	c.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + api, "AWS_REGION=us-east-1"}
	began := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	select {
	case at := <-polled:
		return at.Sub(began)
	case <-time.After(patience):
		b.Fatalf("%s does not poll", filepath.Base(program))
	}
	return 0
}

func table(took map[string][]time.Duration) string {
	names := make([]string, 0, len(took))
	for name, all := range took {
		slices.Sort(all)
		names = append(names, name)
	}
	at := func(name string, part float64) time.Duration { return took[name][int(part*float64(len(took[name])-1))] }
	slices.SortFunc(names, func(x, y string) int { return int(at(x, .5) - at(y, .5)) })
	var t strings.Builder
	fmt.Fprintf(&t, "| function | median | 90 %% | × %s |\n|---|---|---|---|\n", empty)
	for _, name := range names {
		fmt.Fprintf(&t, "| %s | %.1f ms | %.1f ms | %.2f |\n", name, 1e3*at(name, .5).Seconds(), 1e3*at(name, .9).Seconds(),
			float64(at(name, .5))/float64(at(empty, .5)))
	}
	fmt.Fprintf(&t, "\n%d starts each\n\n", len(took[empty]))
	return t.String()
}
