package rest

import (
	"net/http"
	"time"
)

// How many good answers, given while somebody waited at the gate, it takes before
// one more request is let in at a time. A wrong attempt with writes is dear: a
// server on SQLite stands still for 20 seconds when two meet. So there is none
// in the first 500, and where it failed the next comes after four times as many.
const (
	readEvidence  = 60
	writeEvidence = 500
	holdOff       = 4
)

// An attempt compares one more with what works, in turns, because requests differ
// and the help desk has other work too.
const (
	turns   = 4    // as it was, one more, as it was, one more
	perTurn = 25   // answers
	gain    = 1.10 // how much more a second must be answered with one more
)

// An outcome is how an answer begins, as far as the gate cares.
type outcome int

const (
	fine       outcome = iota
	overloaded         // 429, 5xx, no answer
)

func outcomeOf(status int) outcome {
	if status == http.StatusTooManyRequests || status >= 500 {
		return overloaded
	}
	return fine
}

// A level is how many requests may be under way, and what was learned of it.
type level struct {
	most, works int
	evidence    int // good answers that the next attempt takes
	good        int // in a row
	cut         int // what entered before has been judged by the last fall
	usual       time.Duration
	attempt     *attemptOfMore
}

// attemptOfMore counts in turns: even ones with as many as work, odd ones with
// one more.
type attemptOfMore struct {
	turn, answers, idle int
	since               time.Time
	spent               [2]time.Duration
}

func newLevel(most, evidence int) *level { return &level{most: most, works: 1, evidence: evidence} }

// limit is how many may be under way now.
func (l *level) limit() int {
	if l.attempt != nil {
		return l.works + l.attempt.turn%2
	}
	return l.works
}

// slow is much longer than an answer usually takes.
func (l *level) slow() time.Duration { return max(time.Second, 4*l.usual) }

// stalled is longer than a server takes that works.
func (l *level) stalled() time.Duration { return max(5*time.Second, 4*l.usual) }

// learn takes an answer in: how it began, how long it took, how many had been let
// in before it and until now, and whether somebody waits.
func (l *level) learn(o outcome, took time.Duration, entry, entered int, waiting bool) {
	if o == overloaded || took > l.stalled() {
		if entry >= l.cut {
			l.fall(entered)
		}
		return
	}
	if l.limit() == 1 {
		l.usual = max(took, l.usual*49/50)
	}
	switch {
	case l.attempt != nil:
		l.count(waiting)
	case waiting && l.works < l.most:
		if l.good++; l.good >= l.evidence {
			l.good, l.attempt = 0, &attemptOfMore{since: time.Now()}
		}
	}
}

// count takes an answer into the attempt and ends its turn, if that was the last.
func (l *level) count(waiting bool) {
	a := l.attempt
	if a.turn%2 == 0 && !waiting {
		a.idle++
	}
	if a.answers++; a.answers < perTurn {
		return
	}
	now := time.Now()
	a.spent[a.turn%2] += now.Sub(a.since)
	a.since, a.answers = now, 0
	switch a.turn++; {
	case a.idle > perTurn/5:
		l.putOff()
	case a.turn == turns:
		l.decide()
	}
}

func (l *level) decide() {
	before, after := l.attempt.spent[0], l.attempt.spent[1]
	l.attempt = nil
	if float64(before) < gain*float64(after) {
		l.evidence *= holdOff
		return
	}
	l.works++
	l.evidence = max(l.evidence/holdOff, readEvidence)
}

// fall goes back at once. Those already inside have been judged with it.
func (l *level) fall(entered int) {
	l.good = 0
	if l.limit() > 1 {
		l.cut = entered
		l.evidence *= holdOff
		if l.attempt == nil {
			l.works = max(1, l.works/2)
		}
	}
	l.attempt = nil
}

// putOff breaks an attempt off that proves nothing: too little was asked for.
func (l *level) putOff() {
	if l.attempt != nil {
		l.attempt, l.good = nil, l.evidence/2
	}
}
