package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/lines"
)

// Of so many runs the best is named, and each goes over the tickets so many times.
const repeats, rounds = 7, 5

// A speedTest is the tickets, ready to be searched.
type speedTest struct {
	texts  []textOf
	bytes  int
	people privacy.People
	spans  []privacy.Span
	detect func([]privacy.Span, []byte, *privacy.People) []privacy.Span
}

type textOf struct {
	bytes  []byte
	people []privacy.Identity
}

// speed measures MB of text a second of processor time on one core, start-up
// excluded, and what is allocated.
func speed(tickets []sample) error {
	runtime.GOMAXPROCS(1)
	t := newSpeedTest(tickets)
	fmt.Println("\nspeed, one core, best of", repeats)
	t.measure("recognizers only", func(textOf) {})
	if err := t.learn(tickets); err != nil {
		return err
	}
	t.measure("and the account's directory", func(textOf) {})
	t.measure("and the ticket's dictionary, built for each", t.know)
	t.detect = privacy.DetectTagged
	t.measure("and the tagger", t.know)
	return nil
}

// profileRounds are some ten seconds.
const profileRounds = 600

// profile writes where the time goes that Detect takes with all dictionaries, for the
// compiler: see make profile.
func profile(tickets []sample, name string) error {
	t := newSpeedTest(tickets)
	if err := t.learn(tickets); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	for range profileRounds {
		t.run(t.know)
	}
	pprof.StopCPUProfile()
	return f.Close()
}

// learn knows everybody in the account, and which of their names are ordinary words there.
func (t *speedTest) learn(tickets []sample) error {
	of, err := lines.ReadDirectory(directory(account(tickets)))
	if err != nil {
		return err
	}
	t.people.Account, t.people.Ordinary = of, of.Learn()
	for _, text := range t.texts {
		t.know(text)
		t.people.Ordinary.Observe(&t.people, string(text.bytes))
	}
	t.people.Ordinary.Settle()
	t.people.Reset()
	return nil
}

func newSpeedTest(tickets []sample) *speedTest {
	t := &speedTest{detect: privacy.Detect}
	for _, s := range tickets {
		text := textOf{bytes: []byte(s.Text)}
		for _, p := range s.Record {
			text.people = append(text.people, p.Identity())
		}
		t.texts = append(t.texts, text)
		t.bytes += len(text.bytes)
	}
	return t
}

// know makes the people of a text those who are searched for.
func (t *speedTest) know(text textOf) {
	t.people.Reset()
	for _, id := range text.people {
		t.people.Add(id)
	}
}

// run goes over the tickets once.
func (t *speedTest) run(prepare func(textOf)) {
	for _, text := range t.texts {
		prepare(text)
		t.spans = t.detect(t.spans[:0], text.bytes, &t.people)
	}
}

func (t *speedTest) measure(name string, prepare func(textOf)) {
	run := func() { t.run(prepare) }
	run()
	collector := debug.SetGCPercent(-1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	debug.SetGCPercent(collector)
	best := time.Hour
	for range repeats {
		start := processorTime()
		for range rounds {
			run()
		}
		best = min(best, (processorTime()-start)/rounds)
	}
	fmt.Printf("  %-45s %6.1f MB/s  %d allocations in %d texts  %.1f MB in use\n", name, float64(t.bytes)/1e6/best.Seconds(),
		after.Mallocs-before.Mallocs, len(t.texts), float64(after.HeapAlloc)/1e6)
}

// processorTime is what this process has taken.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
