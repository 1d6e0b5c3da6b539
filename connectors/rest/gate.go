package rest

import (
	"context"
	"sync"
	"time"
)

// How many quiet answers in a row it takes before one more request is let in at
// a time, for the first time; after each attempt that made nothing faster, four
// times as many. Writes are dearer to get wrong: a server on SQLite stands still
// for 20 seconds when two of them meet.
const (
	readEvidence  = 30
	writeEvidence = 500
)

// trial is how many answers an attempt with one more is judged by.
const trial = 40

// gain is how much more the help desk must answer in the same time to keep it.
const gain = 1.15

// An outcome is how a request ended, as far as the gate cares.
type outcome int

const (
	answered   outcome = iota
	overloaded         // 429, 5xx, no answer
	left               // the caller gave up
)

// A gate lets requests in: one at a time at first, and more only while that makes
// the help desk answer more in the same time.
type gate struct {
	mu       sync.Mutex
	most     int
	limit    int
	evidence int // answers that the next attempt takes
	under    map[int]time.Time
	next     int
	waiting  []chan struct{}

	quiet   int           // answers in a row without trouble
	usual   time.Duration // of an answer while one was let in at a time
	window  int           // answers since start, while somebody waited
	start   time.Time
	rate    float64 // answers a second before the attempt
	onTrial bool
}

func newGate(most, evidence int) *gate {
	return &gate{most: most, limit: 1, evidence: evidence, under: map[int]time.Time{}}
}

// enter waits for a place. What it returns is called once, when the answer is
// there.
func (g *gate) enter(ctx context.Context) (func(outcome), error) {
	g.mu.Lock()
	for !g.open() {
		turn := make(chan struct{})
		g.waiting = append(g.waiting, turn)
		g.mu.Unlock()
		select {
		case <-turn:
		case <-time.After(time.Second): // a stall may have ended
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		g.mu.Lock()
	}
	id := g.next
	g.next++
	g.under[id] = time.Now()
	g.mu.Unlock()
	var once sync.Once
	return func(o outcome) { once.Do(func() { g.leave(id, o) }) }, nil
}

// open reports whether one more may go: there is a place, and nobody inside takes
// much longer than usual.
func (g *gate) open() bool {
	if len(g.under) == 0 {
		return true
	}
	if len(g.under) >= g.limit {
		return false
	}
	for _, since := range g.under {
		if time.Since(since) > g.slow() {
			return false
		}
	}
	return true
}

// slow is much longer than usual.
func (g *gate) slow() time.Duration { return max(8*g.usual, 500*time.Millisecond) }

func (g *gate) leave(id int, o outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	took := time.Since(g.under[id])
	delete(g.under, id)
	busy := len(g.waiting) > 0
	g.judge(o, took, busy)
	for _, turn := range g.waiting { // those who find no place wait again
		close(turn)
	}
	g.waiting = nil
}

// judge learns from an answer.
func (g *gate) judge(o outcome, took time.Duration, busy bool) {
	switch {
	case o == left:
		return
	case o == overloaded, g.limit > 1 && took > g.slow():
		g.fall()
		return
	}
	if g.limit == 1 {
		if g.usual == 0 {
			g.usual = took
		}
		g.usual = (9*g.usual + took) / 10
	}
	g.quiet++
	if !busy { // nobody waits: more places would change nothing
		g.window = 0
		return
	}
	if g.window == 0 {
		g.start = time.Now()
	}
	g.window++
	g.climb()
}

// climb begins an attempt with one more, or ends one.
func (g *gate) climb() {
	if g.window < trial {
		return
	}
	rate := float64(g.window-1) / max(time.Since(g.start).Seconds(), 1e-9)
	g.window = 0
	switch {
	case g.onTrial && rate < g.rate*gain:
		g.fall()
	case g.onTrial:
		g.onTrial, g.quiet = false, 0
	case g.quiet >= g.evidence && g.limit < g.most:
		g.limit++
		g.rate, g.onTrial = rate, true
	}
}

// fall goes back to one less and takes four times the evidence for the next
// attempt.
func (g *gate) fall() {
	if g.limit > 1 {
		g.limit--
		g.evidence *= 4
	}
	g.onTrial, g.quiet, g.window = false, 0, 0
}
