package budget

import (
	"math"
	"time"
)

const (
	// horizon is for how long a worker is given requests at once.
	horizon = time.Second
	// minute is the length of a window: that of every limit known so far (the tables
	// of Zendesk's and Freshdesk's API documentation give requests a minute).
	minute = time.Minute
	// spare is the part of a limit that is left to the last: what agents do at once
	// when hardly anything is left, and what was told late. 1/50 of Zendesk's 700 is 14.
	spare = 50
	// atOnce is the part of a limit that may go without a pause at the beginning of a
	// window: a demo of some records need not be spread over a minute.
	atOnce = 20
	// judged is how much of a window has to be over before it says how busy agents are.
	judged = 10 * time.Second
	// longestWait is after how long who was refused asks again at the latest: agents
	// may have stopped, and reserves may have been changed.
	longestWait = 10 * time.Second
)

// A window is what is known of one limit of an account: the row that all workers
// change.
type window struct {
	Product string `json:"product"`
	Limit   int    `json:"limit"` // 0: only known by a refusal, and not yet learned
	// Remaining is the least that was told in this window, to a request sent at At: what
	// others sent later may not be in it.
	Remaining int       `json:"remaining"`
	At        time.Time `json:"at"`
	Opened    time.Time `json:"opened"`
	// The count starts anew between Earliest and Ends: answers tell whole seconds, or
	// nothing.
	Earliest time.Time `json:"earliest"`
	Ends     time.Time `json:"ends"`
	Ours     int       `json:"ours"` // sent by us in this window
	// Last is what came of the window before.
	Last struct {
		Ours   int `json:"ours"`
		Others int `json:"others"`
	} `json:"last"`
	Silent  bool             `json:"silent,omitempty"` // no answer tells of it but refusals
	Refused int              `json:"refused,omitempty"`
	Reserve int              `json:"reserve"` // percent, of who asked last
	Credit  float64          `json:"credit"`  // what has come due and was not given out
	Filled  time.Time        `json:"filled"`
	Leases  map[string]lease `json:"leases,omitempty"`
}

// A lease is what one worker may send until a moment.
type lease struct {
	Requests int       `json:"requests"`
	UnderWay int       `json:"under_way,omitempty"` // sent before, and not answered then
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
}

// A told is a reading, and between which moments the platform counted.
type told struct {
	Limit, Remaining int
	Resets           time.Duration // negative: unknown
	Refused          bool
	Sent, At         time.Time
}

// tell takes a reading in.
func (w *window) tell(t told) {
	switch {
	case t.Refused && t.Limit == 0 && (w.Limit == 0 || w.Silent):
		w.learn(t)
		return
	case t.Refused:
		w.Refused++
	}
	if t.Limit == 0 || w.past(t) {
		return
	}
	if w.Limit == 0 || w.Silent || w.renewed(t) {
		w.open(t)
		return
	}
	w.Limit = t.Limit
	if t.Remaining <= w.Remaining {
		w.Remaining, w.At = t.Remaining, later(w.At, t.Sent)
	}
	w.narrow(t)
}

// past reports whether a reading is of a window before this one.
func (w *window) past(t told) bool {
	return w.Limit > 0 && !w.Silent && (t.Sent.Before(w.Opened) || t.Resets >= 0 && t.At.Add(t.Resets+2*time.Second).Before(w.Earliest))
}

// renewed reports whether a reading is of a window behind this one: more is left than
// answers tell that overtake each other, which is what goes in three seconds.
func (w *window) renewed(t told) bool { return t.Remaining-w.Remaining > w.Limit/atOnce }

// open begins a window with its first reading.
func (w *window) open(t told) {
	if w.Limit > 0 && !w.Silent && t.At.Sub(w.Opened) > minute/2 {
		w.close()
	}
	w.Limit, w.Remaining, w.Silent = t.Limit, t.Remaining, false
	w.begin(t.Sent)
	w.narrow(t)
}

// close notes what came of a window.
func (w *window) close() {
	w.Last.Ours, w.Last.Others = w.Ours, int(math.Round(w.others()*minute.Seconds()))
}

func (w *window) begin(at time.Time) {
	w.At, w.Opened, w.Ours = at, at, 0
	w.Earliest, w.Ends = at.Add(minute/2), at.Add(minute)
	w.Credit, w.Filled = math.Max(1, float64(w.Limit)/atOnce), at
}

// narrow takes in when an answer says that the count starts anew.
func (w *window) narrow(t told) {
	if t.Resets < 0 {
		return
	}
	earliest, ends := t.Sent.Add(t.Resets), t.At.Add(t.Resets+time.Second)
	if w.Ends.Before(earliest) || ends.Before(w.Earliest) {
		w.Earliest, w.Ends = earliest, ends // clocks differ, or the platform thought again
		return
	}
	w.Earliest, w.Ends = later(w.Earliest, earliest), earlier(w.Ends, ends)
}

// learn takes in the refusal of a limit that no header tells: what went through in
// the minute before is what it has.
func (w *window) learn(t told) {
	w.Refused++
	if t.At.Before(w.At.Add(horizon)) && w.Silent {
		return // of the same moment
	}
	w.Limit, w.Silent, w.Remaining = max(1, w.Ours-1), true, 0
	w.begin(t.At)
	if t.Resets > 0 {
		w.Ends = t.At.Add(t.Resets)
	}
	w.Credit = 0
}

// roll goes over to the next window, where the last must be over and nobody has told
// of the next.
func (w *window) roll(now time.Time) {
	if w.Limit == 0 || now.Before(w.Ends) {
		return
	}
	w.close()
	w.Remaining = w.Limit
	w.begin(now)
	if w.Silent { // nobody will tell: all of it is ours to give out
		w.Credit = float64(w.Limit)
	}
}

// others is how many requests a second are not ours: as in the window before, and the
// more of this one is over, the more as in this one.
func (w *window) others() float64 {
	if w.Silent {
		return 0
	}
	before := float64(w.Last.Others) / minute.Seconds()
	over := minute - w.Ends.Sub(w.At)
	if over < judged {
		return before
	}
	part := min(1, over.Seconds()/minute.Seconds())
	return (1-part)*before + part*math.Max(0, float64(w.Limit-w.Remaining-w.Ours))/over.Seconds()
}

// free is how many requests may go until the window ends, if agents go on as they do
// or take up all that is reserved for them.
func (w *window) free(now time.Time, worker string, underWay int) float64 {
	left := math.Max(0, w.Ends.Sub(now).Seconds())
	others := w.others()
	kept := math.Max(float64(w.Reserve)/100*float64(w.Limit)/minute.Seconds(), others)*left + float64(w.Limit)/spare
	since := others * math.Max(0, now.Sub(w.At).Seconds())
	return math.Max(w.probe(now), float64(w.Remaining-underWay)-w.pending(worker)-since-kept)
}

// probe is the one request that may go where nobody was answered for long: without it
// nobody would learn that agents stopped, or that the count started anew.
func (w *window) probe(now time.Time) float64 {
	if now.Sub(w.At) < longestWait/2 || w.Remaining == 0 || w.workers(now, "") > 1 {
		return 0
	}
	return 1
}

// pending is what other workers were given and the last reading does not show.
func (w *window) pending(worker string) (n float64) {
	for of, l := range w.Leases {
		if of == worker || !l.Until.After(w.At) {
			continue
		}
		if l.From.After(w.At) {
			n += float64(l.UnderWay)
		}
		n += float64(l.Requests) * min(1, l.Until.Sub(w.At).Seconds()/l.Until.Sub(l.From).Seconds())
	}
	return n
}

// give gives a worker what has come due, for a second; else it says after how long
// to ask again.
func (w *window) give(now time.Time, worker string, underWay int) (n int, wait time.Duration) {
	w.roll(now)
	pace := w.fill(now, worker, underWay)
	n = int(math.Ceil(math.Floor(w.Credit) / float64(w.workers(now, worker))))
	if n == 0 {
		w.Leases[worker] = lease{UnderWay: underWay, From: now, Until: now.Add(horizon / 10)}
		return 0, w.wait(now, pace)
	}
	w.Credit -= float64(n)
	until := now.Add(horizon)
	if w.Ends.Before(until) {
		until = later(w.Ends, now.Add(horizon/10))
	}
	w.Leases[worker] = lease{n, underWay, now, until}
	return n, 0
}

// fill adds what has come due, and says how much a second that is. Nothing comes due
// of a limit that nobody tells of: what it has is there at once.
func (w *window) fill(now time.Time, worker string, underWay int) (pace float64) {
	if w.Silent {
		return 0
	}
	free := w.free(now, worker, underWay)
	pace = math.Max(0, free) / math.Max(horizon.Seconds(), w.Ends.Sub(now).Seconds())
	w.Credit += pace * math.Max(0, now.Sub(w.Filled).Seconds())
	w.Filled = now
	most := math.Max(1, math.Max(pace, float64(w.Limit)/atOnce))
	w.Credit = math.Max(w.probe(now), math.Min(w.Credit, math.Min(free, most)))
	return pace
}

// workers is how many have asked of late.
func (w *window) workers(now time.Time, worker string) (n int) {
	for of, l := range w.Leases {
		if of != worker && now.Sub(l.Until) < horizon {
			n++
		}
	}
	return n + 1
}

// wait is until the next request comes due.
func (w *window) wait(now time.Time, pace float64) time.Duration {
	if w.Silent {
		return max(w.Ends.Sub(now), horizon/10)
	}
	d := longestWait
	if pace > 0 {
		d = min(d, time.Duration((1-w.Credit)/pace*float64(time.Second)))
	}
	return max(min(max(d, horizon), w.Ends.Sub(now)), horizon/10)
}

// settle takes in what a worker sent, and forgets leases that no reading can be
// waiting for.
func (w *window) settle(now time.Time, worker string, sent int) {
	w.Ours += sent
	if w.Leases == nil {
		w.Leases = map[string]lease{}
	}
	if w.Silent { // what was not sent can be given out again
		w.Credit = min(float64(w.Limit), w.Credit+float64(max(0, w.Leases[worker].Requests-sent)))
	}
	delete(w.Leases, worker)
	for of, l := range w.Leases {
		if now.Sub(l.Until) > minute {
			delete(w.Leases, of)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
