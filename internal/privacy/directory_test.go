package privacy

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// crowd are n people with names as an account has them: many given names and
// surnames come more than once, and most companies.
func crowdOf(n int) []Identity {
	r := rand.New(rand.NewPCG(1, 2))
	name := func(of, syllables int) string {
		parts := []string{"ka", "mer", "lin", "to", "bau", "schä", "ner", "el", "vo", "ritz", "an", "hof", "ja", "quin", "o'", "del"}
		s := ""
		for k, i := 0, r.IntN(of); k < syllables; k, i = k+1, i/len(parts) {
			s += parts[i%len(parts)]
		}
		return string(upper(s[0])) + s[1:]
	}
	all := make([]Identity, n)
	for i := range all {
		given, family := name(2000, 3), name(40_000, 4)
		all[i] = Identity{Name: given + " " + family, Organization: name(20_000, 4) + " & " + name(3000, 3) + " GmbH",
			Emails: []string{fmt.Sprintf("%s.%d@example.test", given, i)}, Phones: []string{fmt.Sprintf("+49 30 %07d", i)}}
	}
	return all
}

// TestADirectoryOf100000PeopleFitsIntoASmallMachine: 64 MB and a second are what an
// engine may take that runs in a Lambda or beside a help desk.
func TestADirectoryOf100000PeopleFitsIntoASmallMachine(t *testing.T) {
	const people, mostBytes, mostTime = 100_000, 64 << 20, time.Second
	crowd := crowdOf(people)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := processorTime()
	d := NewDirectory(people)
	for _, id := range crowd {
		d.Add(id)
	}
	took := processorTime() - start
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d people: %.1f MB, %v of processor time", d.Len(), float64(after.HeapAlloc-before.HeapAlloc)/1e6, took)
	if took > mostTime {
		t.Errorf("it took %v of processor time to build, want %v at most", took, mostTime)
	}
	if n := after.HeapAlloc - before.HeapAlloc; n > mostBytes {
		t.Errorf("it takes %d bytes, want %d at most", n, mostBytes)
	}
	text := []byte("Ask " + crowd[777].Name + ", please.")
	if spans := Detect(nil, text, &People{Account: d}); len(spans) == 0 || spans[0].Kind != Name {
		t.Errorf("%s is not found: %v", text, spans)
	}
	runtime.KeepAlive(crowd)
}

// TestADirectoryMayGrow: nobody is lost when it holds more people than it was made for.
func TestADirectoryMayGrow(t *testing.T) {
	crowd := crowdOf(500)
	d := NewDirectory(1)
	for _, id := range crowd {
		d.Add(id)
	}
	for _, id := range crowd {
		text := "Ask " + id.Name + ", please."
		if spans := Detect(nil, []byte(text), &People{Account: d}); len(spans) != 1 || text[spans[0].Start:spans[0].End] != id.Name {
			t.Errorf("in %q got %v, want the name", text, spans)
		}
	}
}

// processorTime is what this process has taken: other tests and other processes on
// the machine do not count.
func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
