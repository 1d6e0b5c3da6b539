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
	t.print("recognizers only", t.measure(t.search))
	if err := t.learn(tickets); err != nil {
		return err
	}
	t.print("with the account's directory", t.measure(t.search))
	built, both := t.measure(t.know), t.measure(t.knowAndSearch)
	t.print("with each ticket's dictionary as well", timing{both.took - built.took, both.allocations, both.inUse})
	t.print("and the time it takes to build that", both)
	t.detect = privacy.DetectTagged
	t.print("and the tagger", t.measure(t.knowAndSearch))
	fmt.Printf("  a ticket's dictionary is built in %v on average\n", built.took/time.Duration(len(t.texts)))
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
		t.run(t.knowAndSearch)
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

func (t *speedTest) search(text textOf) {
	t.spans = t.detect(t.spans[:0], text.bytes, &t.people)
}

func (t *speedTest) knowAndSearch(text textOf) {
	t.know(text)
	t.search(text)
}

// run does the same with each ticket once.
func (t *speedTest) run(each func(textOf)) {
	for _, text := range t.texts {
		each(text)
	}
}

// A timing is what once over the tickets takes.
type timing struct {
	took        time.Duration // of processor time
	allocations uint64
	inUse       uint64 // bytes
}

func (t *speedTest) measure(each func(textOf)) timing {
	t.run(each)
	collector := debug.SetGCPercent(-1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	t.run(each)
	runtime.ReadMemStats(&after)
	debug.SetGCPercent(collector)
	best := time.Hour
	for range repeats {
		start := processorTime()
		for range rounds {
			t.run(each)
		}
		best = min(best, (processorTime()-start)/rounds)
	}
	return timing{best, after.Mallocs - before.Mallocs, after.HeapAlloc}
}

func (t *speedTest) print(name string, m timing) {
	fmt.Printf("  %-45s %6.1f MB/s  %d allocations in %d texts  %.1f MB in use\n", name, float64(t.bytes)/1e6/m.took.Seconds(),
		m.allocations, len(t.texts), float64(m.inUse)/1e6)
}

// processorTime is what this process has taken.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
