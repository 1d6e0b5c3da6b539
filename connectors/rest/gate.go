package rest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A gate lets requests in, in the order in which they come: one at a time at
// first, and more only while that makes the help desk answer more in the same
// time. How many is learned apart for times in which there are only reads and
// times in which something is written: many servers read for many, and stand
// still when two write.
type gate struct {
	mu            sync.Mutex
	reads, writes *level
	under         []*place // let in and not yet out
	queue         []*place
	entered       int
}

// A place is one request at the gate.
type place struct {
	gate  *gate
	write bool
	mixed bool // something was written meanwhile
	turn  chan struct{}
	entry int       // how many were let in before
	begun time.Time // let in
	since time.Time // it has waited for an answer since; zero: it has one
}

func newGate(most int) *gate {
	return &gate{reads: newLevel(most, readEvidence), writes: newLevel(most, writeEvidence)}
}

// enter waits for a place. Whoever has one leaves it.
func (g *gate) enter(ctx context.Context, write bool) (*place, error) {
	p := &place{gate: g, write: write, turn: make(chan struct{})}
	g.mu.Lock()
	g.queue = append(g.queue, p)
	g.admit()
	g.mu.Unlock()
	select {
	case <-p.turn:
		return p, nil
	case <-ctx.Done():
		p.leave()
		return nil, ctx.Err()
	}
}

// admit lets in whoever stands first, as long as there is room.
func (g *gate) admit() {
	for len(g.queue) > 0 && g.room(g.queue[0]) {
		p := g.queue[0]
		g.queue = g.queue[1:]
		p.mixed = p.write || slices.ContainsFunc(g.under, func(u *place) bool { return u.write })
		for _, u := range g.under {
			u.mixed = u.mixed || p.write
		}
		p.begun = time.Now()
		p.since, p.entry = p.begun, g.entered
		g.entered++
		g.under = append(g.under, p)
		close(p.turn)
	}
}

// room reports whether one more may go: there is a place, and nobody waits for
// an answer much longer than usual. A server that stands still must not be given
// more to stand on.
func (g *gate) room(p *place) bool {
	if len(g.under) == 0 {
		return true
	}
	l := g.reads
	if p.write || slices.ContainsFunc(g.under, func(u *place) bool { return u.write }) {
		l = g.writes
	}
	return len(g.under) < l.limit() && !slices.ContainsFunc(g.under, func(u *place) bool {
		return !u.since.IsZero() && time.Since(u.since) > l.slow()
	})
}

// moved notes that the request is still being sent.
func (p *place) moved() {
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	p.since = time.Now()
}

// answered notes how the answer begins. The rest of it takes its place and says
// nothing of how busy the help desk is.
func (p *place) answered(o outcome) {
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	took := time.Since(p.since)
	p.since = time.Time{}
	l := g.reads
	if p.mixed {
		l = g.writes
	}
	l.learn(o, took, p.entry, g.entered, len(g.queue) > 0)
	g.admit()
}

// leave gives the place back, or leaves the queue.
func (p *place) leave() {
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	is := func(u *place) bool { return u == p }
	g.queue, g.under = slices.DeleteFunc(g.queue, is), slices.DeleteFunc(g.under, is)
	if len(g.queue) == 0 && len(g.under) == 0 {
		g.reads.putOff()
		g.writes.putOff()
	}
	g.admit()
}
