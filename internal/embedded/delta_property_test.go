package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

var interleavings = flag.Int("interleavings", 60, "random interleavings of agents, faults and deltas to try")

// TestNoInterleavingLosesDoublesOrOverwrites is the promise of deltas as a property:
// agents of both desks work, also while pages are read and records are written;
// processes crash, answers get lost or come late, desks refuse for a while, clocks
// are wrong. After the last delta an independent recount of the two desks finds that
// nothing is lost, twice, or overwritten.
func TestNoInterleavingLosesDoublesOrOverwrites(t *testing.T) {
	const halves = 2 // as many as there are processors where it matters
	if err := flag.Set("rapid.checks", strconv.Itoa(*interleavings/halves)); err != nil {
		t.Fatal(err)
	}
	key, err := local.Key(filepath.Join(t.TempDir(), "local.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t)
	for half := range halves {
		t.Run(strconv.Itoa(half), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { interleave(newWorld(rt, p, key)) })
		})
	}
}

// interleave is one interleaving: a full run and some deltas, with agents at work
// before, between and within them.
func interleave(w *world) {
	w.migrate(migration.ModeFull)
	for range rapid.IntRange(1, 3).Draw(w.T, "deltas") {
		for range rapid.IntRange(0, 8).Draw(w.T, "acts") {
			w.act()
		}
		w.migrate(migration.ModeDelta)
	}
	w.settle()
	w.recount()
}

// A world is two desks with their agents, a migration between them, and what the
// agents of the target did: what nobody may undo.
type world struct {
	*rapid.T
	plan           *plan.Plan
	parts          func(connectors.Source, connectors.Target) Parts
	clock          clock
	source, target workplace
	hold           time.Duration
	rest           time.Duration // until a platform tells of what was done
	words          words
	made           int // makes each thing another
	quick          bool
	// blind: the target can't be told to write only if nobody was faster. What an agent does
	// between the last look and the write is lost there (docs/delta.md), and not done here.
	blind bool

	fields  map[string]map[string]string // number of a ticket → field → what an agent set last
	tags    map[string]map[string]bool   // … → tag → added or removed by an agent
	back    map[string]bool              // tickets whose tag came back in the source after that: it may come or stay away
	replies map[string][]string
	dropped map[string]bool // tickets that agents of the target removed

	mu     sync.Mutex // guards what follows: requests run side by side
	faults faults
}

// words are what the target is limited to. The zero value is a target that takes any.
type words struct {
	statuses, priorities map[string]string // of the source → of the target
	agents               string            // a status of the target that the source never comes to
}

// priority is one that nothing had yet, where any will do.
func (w *world) priority(n int) string {
	if w.words.priorities == nil {
		return fmt.Sprintf("priority %d", w.next())
	}
	return nth(n, slices.Sorted(maps.Keys(w.words.priorities)))
}

func translated(by map[string]string, word string) string {
	if by == nil {
		return word
	}
	return by[word]
}

// A clock may be wrong.
type clock interface {
	workflow.Clock
	skew(time.Duration)
}

// faults are what happens to one run, by the number of the request.
type faults struct {
	source, target map[int]fault
	asked, written int
	lateAt         time.Time
	killer         *killer
}

// A fault is what one request meets.
type fault struct {
	what string
	act  act // if an agent is what it meets
}

func newWorld(rt *rapid.T, p *plan.Plan, key tink.AEADWithContext) *world {
	from := memory.Options{Kinds: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket}, PageSize: rapid.IntRange(1, 4).Draw(rt, "page"),
		Tombs: rapid.Bool().Draw(rt, "tombs"), Forgetful: rapid.IntRange(0, 3).Draw(rt, "forgetful") == 0}
	to := rapid.SampledFrom([]memory.Options{{Batch: 3}, {Batch: 3, Threaded: true}, {Batch: 1, Reopening: true}, {Batch: 2, Normalise: true}}).Draw(rt, "target")
	to.Kinds = from.Kinds
	to.Hold = rapid.SampledFrom([]time.Duration{0, 20 * time.Second}).Draw(rt, "hold")
	to.Vocabulary = map[string][]string{"ticket.status": {"new", "open", "pending", "closed", "waiting", "parked"}}
	return between(rt, p, key, &hurried{}, memory.New(from), memory.New(to), to.Hold)
}

// between is a world of two help desks, the source of which has a few people and tickets.
func between(rt *rapid.T, p *plan.Plan, key tink.AEADWithContext, c clock, source, target workplace, hold time.Duration) *world {
	w := &world{T: rt, plan: p, clock: c, source: source, target: target, hold: hold,
		fields: map[string]map[string]string{}, tags: map[string]map[string]bool{}, back: map[string]bool{}, replies: map[string][]string{}, dropped: map[string]bool{}}
	w.parts = inMemory(key, w.clock)
	first := w.addPerson()
	for range 2 {
		w.addPerson()
	}
	for range rapid.IntRange(1, 6).Draw(rt, "tickets") {
		w.addTicket(first)
	}
	return w
}

func (w *world) next() int { w.made++; return w.made }

// An act is what an agent does. It is drawn before it is done, because requests
// that run side by side may be what it comes in between.
type act struct {
	what       string
	who, whom  int // which record, and which other one
	field, tag int
}

func drawAct(rt *rapid.T, of []string) act {
	few := rapid.IntRange(0, 11)
	return act{rapid.SampledFrom(of).Draw(rt, "act"), few.Draw(rt, "who"), few.Draw(rt, "whom"), few.Draw(rt, "field"), few.Draw(rt, "tag")}
}

var (
	actsAtSource = []string{"edit", "edit", "reply", "reply", "tag", "ticket", "person", "person and ticket", "rename", "delete", "delete person", "merge", "merge people"}
	actsAtTarget = []string{"subject", "priority", "reply", "reply", "tag"}
	// actsBetween are those that nobody could tell from what a run does while it is at
	// it: a status that a comment sets too, a tag or a ticket that is not there yet.
	actsBetween = append([]string{"status", "untag", "remove"}, actsAtTarget...)
)

func (w *world) addPerson() string {
	return w.source.Add(somebody(fmt.Sprintf("p%d", w.next())))[0]
}

func (w *world) addTicket(requester string) {
	r := something(fmt.Sprintf("t%d", w.next()), requester)
	r.Ticket.Group, r.Ticket.Tags = "", []string{"s1"}
	w.source.Add(r)
}

func nth(n int, of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[n%len(of)]
}

// act is one act of an agent of either desk.
func (w *world) act() {
	if rapid.Bool().Draw(w.T, "at the source") {
		w.actAtSource(drawAct(w.T, actsAtSource))
	} else {
		w.actAtTarget(drawAct(w.T, actsBetween))
	}
}

func (w *world) actAtSource(a act) {
	people, tickets := w.source.IDs(helpdesk.KindPerson), w.source.IDs(helpdesk.KindTicket)
	person, other := nth(a.who, people), nth(a.whom, people)
	switch {
	case a.what == "ticket":
		w.addTicket(person)
	case a.what == "person":
		w.addPerson()
	case a.what == "person and ticket":
		w.addTicket(w.addPerson())
	case a.what == "rename" && person != "":
		w.source.Edit(helpdesk.KindPerson, person, func(r *helpdesk.Record) { r.Person.Name = fmt.Sprintf("Jane %d", w.next()) })
	case a.what == "delete person" && len(people) > 1:
		w.source.Delete(helpdesk.KindPerson, person)
	case a.what == "merge people" && person != other:
		w.source.Merge(helpdesk.KindPerson, person, other)
	case len(tickets) > 0:
		w.actOnTicket(a, nth(a.who, tickets), nth(a.whom, tickets))
	}
}

func (w *world) actOnTicket(a act, ticket, other string) {
	edit := func(change func(*helpdesk.Ticket)) {
		w.source.Edit(helpdesk.KindTicket, ticket, func(r *helpdesk.Record) { change(r.Ticket) })
	}
	switch {
	case a.what == "edit" && a.field%3 == 0:
		edit(func(k *helpdesk.Ticket) { k.Subject = fmt.Sprintf("subject %d", w.next()) })
	case a.what == "edit" && a.field%3 == 1:
		edit(func(k *helpdesk.Ticket) { k.Priority = w.priority(a.tag) })
	case a.what == "edit":
		edit(func(k *helpdesk.Ticket) { k.Status = nth(a.tag, []string{"open", "pending", "closed"}) })
	case a.what == "reply":
		w.source.Reply(ticket, fmt.Sprintf("said %d", w.next()))
	case a.what == "tag":
		tag := nth(a.tag, []string{"s1", "s2", "s3"})
		edit(func(k *helpdesk.Ticket) {
			if tags := without(k.Tags, tag); len(tags) < len(k.Tags) {
				k.Tags = tags
			} else {
				k.Tags = append(tags, tag)
				w.back[k.Number] = w.back[k.Number] || tag == "s1"
			}
		})
	case a.what == "delete":
		w.source.Delete(helpdesk.KindTicket, ticket)
	case a.what == "merge" && other != ticket:
		w.source.Merge(helpdesk.KindTicket, ticket, other)
	}
}

func without(tags []string, tag string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(s string) bool { return s == tag })
}

// actAtTarget never does what the migration could have done as well: each value is
// another.
func (w *world) actAtTarget(a act) {
	all := w.target.Records(helpdesk.KindTicket)
	if len(all) == 0 {
		return
	}
	k := all[a.who%len(all)]
	id, number := k.Key, k.Ticket.Number
	if w.fields[number] == nil {
		w.fields[number], w.tags[number] = map[string]string{}, map[string]bool{}
	}
	edit := func(change func(*helpdesk.Ticket)) {
		w.target.Edit(helpdesk.KindTicket, id, func(r *helpdesk.Record) { change(r.Ticket) })
	}
	v := fmt.Sprintf("agents %s %d", a.what, w.next())
	switch {
	case a.what == "subject":
		edit(func(k *helpdesk.Ticket) { k.Subject = v })
		w.fields[number]["subject"] = v
	case a.what == "priority" && w.words.priorities == nil: // else the source may come to the same
		edit(func(k *helpdesk.Ticket) { k.Priority = v })
		w.fields[number]["priority"] = v
	case a.what == "status":
		v = nth(a.tag, []string{"waiting", "parked"})
		if w.words.statuses != nil {
			v = w.words.agents
		}
		edit(func(k *helpdesk.Ticket) { k.Status = v })
		w.fields[number]["status"] = v
	case a.what == "reply":
		w.target.Reply(id, v)
		w.replies[number] = append(w.replies[number], v)
	case a.what == "tag":
		v = strings.ReplaceAll(v, " ", "-")
		edit(func(k *helpdesk.Ticket) { k.Tags = append(slices.Clone(k.Tags), v) })
		w.tags[number][v] = true
	case a.what == "untag" && slices.Contains(k.Ticket.Tags, "s1"):
		edit(func(k *helpdesk.Ticket) { k.Tags = without(k.Tags, "s1") })
		w.tags[number]["s1"], w.back[number] = false, false
	case a.what == "remove":
		w.target.Delete(helpdesk.KindTicket, id)
		w.dropped[number] = true
	}
}

// migrate sees one run through, with what happens to it.
func (w *world) migrate(mode migration.Mode) evidence.Report {
	w.clock.skew(rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Minute, -5 * time.Minute}).Draw(w.T, "clock"))
	w.faults = faults{source: w.drawFaults("source", []string{"unavailable", "limited", "agent", "agent"}, actsAtSource, 40),
		target: w.drawFaults("target", []string{"unavailable", "limited", "lost", "late", "agent", "agent"}, actsAtTarget, 60), killer: &killer{}}
	if rapid.Bool().Draw(w.T, "crash") {
		w.faults.killer.at = rapid.IntRange(1, 400).Draw(w.T, "crash at")
	}
	w.quick = mode == migration.ModeDelta && rapid.IntRange(0, 2).Draw(w.T, "quick") == 0
	giveUp := rapid.IntRange(0, 4).Draw(w.T, "give up") == 0
	defer w.source.Hook(memory.Hooks{})
	defer w.target.Hook(memory.Hooks{})
	for attempt := range 20 {
		run, err := w.attempt(mode, attempt > 0, attempt > 0 && giveUp)
		switch {
		case err == nil:
			w.land()
			return w.report(run)
		case attempt > 0 && attempt > len(w.faults.source)+len(w.faults.target):
			w.Fatalf("attempt %d: %v", attempt, err)
		}
		giveUp = false
		w.faults.killer = &killer{}
	}
	w.Fatalf("the run never ends")
	return evidence.Report{}
}

func (w *world) drawFaults(desk string, kinds, acts []string, most int) map[int]fault {
	all := map[int]fault{}
	if _, virtual := w.clock.(*hurried); virtual {
		kinds = append(kinds, "hours") // the run looks for erasures once in a while
	}
	for range rapid.IntRange(0, 3).Draw(w.T, desk+" faults") {
		f := fault{what: rapid.SampledFrom(kinds).Draw(w.T, desk+" fault")}
		if f.what == "agent" {
			f.act = drawAct(w.T, acts)
		}
		all[rapid.IntRange(1, most).Draw(w.T, desk+" at")] = f
	}
	return all
}

// attempt is one process.
func (w *world) attempt(mode migration.Mode, again, giveUp bool) (migration.Run, error) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	k := w.faults.killer
	k.stop = stop
	kill := k.hooks()
	w.source.Hook(memory.Hooks{Before: w.sourceFault})
	w.target.Hook(memory.Hooks{
		Before: func(op memory.Operation) error {
			if err := kill.Before(op); err != nil {
				return err
			}
			return w.targetFault(op)
		},
		After: func(op memory.Operation) error {
			if err := kill.After(op); err != nil {
				return err
			}
			if op.Name == memory.OpDraft { // part of a Create, also of one that lands late
				return nil
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.faults.target[w.faults.written].what == "lost" {
				delete(w.faults.target, w.faults.written)
				return memory.ErrAnswerLost
			}
			return nil
		}})
	parts := w.parts(w.source.Source(), w.target.Target())
	k.wrap(&parts)
	r, err := New(w.plan, parts)
	if err != nil {
		return migration.Run{}, err
	}
	if again && !giveUp {
		run, err := r.Resume(ctx)
		if !errors.Is(err, ErrNothingToResume) {
			return run, err
		}
		if run.ID != "" {
			return run, nil // it had come to its end
		}
	}
	return r.Migrate(ctx, Request{Mode: mode, GiveUp: true, Quick: w.quick})
}

func (w *world) sourceFault(op memory.Operation) error {
	if !slices.Contains([]string{memory.OpPage, memory.OpGet, memory.OpRoll}, op.Name) {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.asked++
	f := w.faults.source[w.faults.asked]
	delete(w.faults.source, w.faults.asked)
	switch f.what {
	case "unavailable":
		return connectors.ErrUnavailable
	case "limited":
		return &connectors.RateLimited{After: 2 * time.Second}
	case "hours":
		w.clock.skew(2 * time.Hour)
	case "agent":
		w.actAtSource(f.act)
	}
	return nil
}

func (w *world) targetFault(op memory.Operation) error {
	if op.Name == memory.OpProfile || op.Name == memory.OpDraft {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.written++
	if at := w.faults.lateAt; !at.IsZero() && w.clock.Now().Sub(at) >= w.hold {
		w.land()
	}
	f := w.faults.target[w.faults.written]
	if f.what == "lost" {
		return nil // see After
	}
	delete(w.faults.target, w.faults.written)
	writes := slices.Contains([]string{memory.OpCreate, memory.OpAppend, memory.OpUpdate, memory.OpRemove}, op.Name)
	switch {
	case f.what == "unavailable":
		return connectors.ErrUnavailable
	case f.what == "limited":
		return &connectors.RateLimited{After: 2 * time.Second}
	case f.what == "hours":
		w.clock.skew(2 * time.Hour)
	case f.what == "late" && writes && w.hold > 0:
		w.faults.lateAt = w.clock.Now()
		return memory.ErrLate
	case f.what == "agent" && w.blind && writes:
		w.faults.target[w.faults.written+1] = f
	case f.what == "agent" && op.Name != memory.OpRemove: // nobody removes on a condition: decision 16
		w.actAtTarget(f.act)
	}
	return nil
}

// land carries out what the target was late with.
func (w *world) land() {
	w.faults.lateAt = time.Time{}
	w.target.Land()
}

func (w *world) report(run migration.Run) evidence.Report {
	r, err := New(w.plan, w.parts(w.source.Source(), w.target.Target()))
	if err != nil {
		w.Fatal(err)
	}
	report, err := r.Report(context.Background(), run)
	if err != nil {
		w.Fatal(err)
	}
	if !report.Census.Conserved || !report.Audit.Intact {
		w.Fatalf("run %s: census %+v, audit log intact: %t", run.ID, report.Census, report.Audit.Intact)
	}
	return report
}

// settle runs deltas, undisturbed, until one finds nothing to do, and counts what
// each of them did to the tickets of the target.
func (w *world) settle() {
	for range 5 {
		time.Sleep(w.rest)
		before := w.dumps()
		w.quick = false
		w.faults = faults{killer: &killer{}}
		run, err := w.attempt(migration.ModeDelta, false, false)
		if err != nil {
			w.Fatalf("a delta that nobody disturbs: %v", err)
		}
		report := w.report(run)
		after, got := w.dumps(), map[string]int{}
		for _, k := range report.Kinds {
			if k.Kind == string(helpdesk.KindTicket) {
				got = k.Outcomes
			}
		}
		loaded, updated, erased := 0, 0, 0
		for id, text := range after {
			switch was, there := before[id]; {
			case !there:
				loaded++
			case was != text:
				updated++
			}
		}
		for id := range before {
			if _, there := after[id]; !there {
				erased++
			}
		}
		if got["loaded"] != loaded || got["erased"] < erased || got["updated"] > updated+got["unchanged"] {
			w.Fatalf("run %s reports %v; a recount finds %d loaded, %d updated, %d erased", run.ID, got, loaded, updated, erased)
		}
		if loaded+updated+erased == 0 {
			return
		}
	}
	w.Fatalf("deltas find something to do for ever")
}

func (w *world) dumps() map[string]string {
	all := map[string]string{}
	for _, r := range w.target.Records(helpdesk.KindTicket) {
		r.Changed = time.Time{}
		all[r.Key] = fmt.Sprintf("%+v", *r.Ticket)
	}
	return all
}

// recount compares the desks, without regard to what the program says.
func (w *world) recount() {
	there := map[string][]helpdesk.Record{}
	for _, r := range w.target.Records(helpdesk.KindTicket) {
		there[r.Ticket.Number] = append(there[r.Ticket.Number], r)
	}
	live := map[string]bool{}
	for _, s := range w.source.Records(helpdesk.KindTicket) {
		number := s.Ticket.Number
		live[number] = true
		found := there[number]
		if w.dropped[number] {
			if len(found) != 0 {
				w.Errorf("%s came back, which an agent of the target had removed", number)
			}
			continue
		}
		if len(found) != 1 {
			w.Errorf("%s stands %d times in the target", number, len(found))
			continue
		}
		w.compare(number, s.Ticket, found[0].Ticket)
	}
	for number, found := range there {
		if len(found) > 1 {
			w.Errorf("%s stands %d times in the target", number, len(found))
		}
		w.agentsWork(number, found[0].Ticket)
	}
	for number := range w.replies {
		if len(there[number]) == 0 && !w.dropped[number] {
			w.Errorf("%s is gone, on which an agent of the target had worked", number)
		}
	}
	w.people()
}

// compare wants what the source says, but for what agents of the target changed.
func (w *world) compare(number string, s, t *helpdesk.Ticket) {
	for field, v := range map[string][2]string{"subject": {s.Subject, t.Subject},
		"priority": {translated(w.words.priorities, s.Priority), t.Priority}, "status": {translated(w.words.statuses, s.Status), t.Status}} {
		if _, agents := w.fields[number][field]; !agents && v[0] != v[1] {
			w.Errorf("%s %s is %q, and %q in the source", number, field, v[1], v[0])
		}
	}
	for _, tag := range []string{"s1", "s2", "s3"} {
		if _, agents := w.tags[number][tag]; !agents && slices.Contains(s.Tags, tag) != slices.Contains(t.Tags, tag) {
			w.Errorf("%s has the tags %q, and %q in the source", number, t.Tags, s.Tags)
		}
	}
	var want, got []string
	for _, c := range s.Comments {
		want = append(want, told(c.Body))
	}
	for _, c := range t.Comments {
		if body := told(c.Body); !strings.HasPrefix(body, "agents ") {
			got = append(got, body)
		}
	}
	if !slices.Equal(want, got) {
		w.Errorf("%s says %q, and %q in the source", number, got, want)
	}
}

// agentsWork wants everything that agents of the target did.
func (w *world) agentsWork(number string, t *helpdesk.Ticket) {
	for field, v := range w.fields[number] {
		if got := map[string]string{"subject": t.Subject, "priority": t.Priority, "status": t.Status}[field]; got != v {
			w.Errorf("%s %s is %q, an agent of the target had set %q", number, field, got, v)
		}
	}
	for tag, added := range w.tags[number] {
		// A tag that both sides took away, and the source gives again, comes again if a
		// run saw it gone.
		if slices.Contains(t.Tags, tag) != added && (added || !w.back[number]) {
			w.Errorf("%s has the tags %q; of %q an agent of the target had decided: %t", number, t.Tags, tag, added)
		}
	}
	said := map[string]int{}
	for _, c := range t.Comments {
		said[told(c.Body)]++
	}
	for _, r := range w.replies[number] {
		if said[r] != 1 {
			w.Errorf("%s has the reply of an agent of the target %d times", number, said[r])
		}
	}
}

// people wants each once, and nothing of those who are gone but a placeholder.
func (w *world) people() {
	there := map[string]int{}
	for _, r := range w.target.Records(helpdesk.KindPerson) {
		if r.Person.Emails[0] == "migration@example.test" { // works at the source
			continue
		}
		if !strings.HasPrefix(r.Person.Name, "Former user ") {
			there[r.Person.Emails[0]]++
		}
	}
	for _, r := range w.source.Records(helpdesk.KindPerson) {
		if n := there[r.Person.Emails[0]]; n != 1 {
			w.Errorf("%s stands %d times in the target", r.Key, n)
		}
		delete(there, r.Person.Emails[0])
	}
	if len(there) > 0 {
		w.Errorf("the target still has %v, whom the source has no more", slices.Sorted(maps.Keys(there)))
	}
}
