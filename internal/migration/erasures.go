package migration

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Erasures asks the source, between the phases of loading, whether somebody was
// deleted there since the run read it. What the run has staged of them it destroys,
// on both sides: each segment that holds them is written anew, with what the source
// says now in the place of every record that is theirs, refers to them or speaks of
// them. The rest of the run works with that.
//
// It is part of anonymize, the only reader of raw
// (docs/decisions/0028-erasures.md).
type Erasures struct{ Anonymize }

// An ErasuresInput asks to look.
type ErasuresInput struct {
	Run      Run
	Manifest string // of the clean side, as the flow knows it
	Loops    int
}

// An ErasuresOutput says what the flow goes on with.
type ErasuresOutput struct {
	Done bool `json:"done"`
	Wait int  `json:"wait"` // seconds until it is worth going on
	// Loops is one more than came in.
	Loops int `json:"loops"`
	// Changed: segments were written anew, and Clean lists what there is now.
	Changed bool       `json:"changed"`
	Clean   *CleanList `json:"clean,omitempty"`
}

// looksApart is how long a run waits from one look to the next, where the source has
// a list of what is gone. Where all keys have to be listed for it, it is as long as
// from one census to the next.
const looksApart = 15 * time.Minute

// erasuresNote is the name of the note about the erasures that a run saw.
const erasuresNote = "erasures"

// A lookout is how far a run has looked for erasures. People stand in it by refs.
type lookout struct {
	At     time.Time `json:"at"`               // of the last look that came to its end
	Cursor string    `json:"cursor,omitempty"` // in the list of changes
	// Found are people who are erased and may still be staged; After is the last
	// segment in which they were looked for.
	Found []string `json:"found,omitempty"`
	After string   `json:"after,omitempty"`
	// Erased are those of whom nothing is staged any more.
	Erased   []string `json:"erased,omitempty"`
	Segments int      `json:"segments"` // that were written anew
	Objects  int      `json:"objects"`  // that were destroyed
}

// version ends the names of the manifests of the clean side: with each segment that is
// written anew they become others.
func (so lookout) version() string {
	if so.Segments == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", so.Segments)
}

// Do looks, where it is time to, and destroys. It may be called again at any time:
// what was begun is finished first.
func (s Erasures) Do(ctx context.Context, in ErasuresInput) (out ErasuresOutput, err error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return out, err
	}
	out.Loops = in.Loops + 1
	w := &watch{Erasures: s, run: in.Run, plan: p, ledger: l}
	if w.so, err = erasuresOf(ctx, l, in.Run.ID); err != nil {
		return out, err
	}
	if err := w.begin(ctx); err != nil {
		return out, err
	}
	if w.desk != nil {
		whole, err := w.work(ctx)
		if wait, ok := pause(err); ok {
			out.Wait, err = wait, nil
		}
		switch {
		case err != nil:
			return out, err
		case whole:
			err = w.settle(ctx)
		case out.Loops < mostLoops:
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
	out.Done = true
	return out, w.list(ctx, in, &out)
}

// mostLoops is after how many the flow goes on with what there is
// (statemachine/migrate.asl.json, AnybodyErased): the rest is destroyed after the phase.
const mostLoops = 50

// erasuresOf reads how far a run has looked.
func erasuresOf(ctx context.Context, l *ledger.Ledger, run string) (so lookout, err error) {
	if err = l.Note(ctx, run, erasuresNote, &so); errors.Is(err, ledger.ErrNotFound) {
		err = nil
	}
	return so, ofStorage("read what was erased", err)
}

// A watch is one invocation of Erasures.
type watch struct {
	Erasures
	run    Run
	plan   *plan.Plan
	ledger *ledger.Ledger
	so     lookout
	people ledger.Position
	feed   bool // the list of changes tells who is gone
	desk   connectors.Source
	get    connectors.Getter
	index  keyring.Index
}

// begin opens the source, unless there is nothing to do. A source that gives no single
// records is not opened at all: extract alone may be let near it.
func (w *watch) begin(ctx context.Context) (err error) {
	if w.people, _, err = w.ledger.Position(ctx, w.run.ID, helpdesk.KindPerson); err != nil {
		return ofStorage("read the position", err)
	}
	if w.run.Mode == ModeDemo || !w.people.Gets {
		return nil
	}
	ago, err := w.ago(ctx)
	if err != nil || ago < looksApart && len(w.so.Found) == 0 {
		return err
	}
	desk, err := w.Sources.Source(ctx, w.plan)
	if err != nil {
		return ofSource("open", err)
	}
	profile, err := desk.Profile(ctx)
	if err != nil {
		return ofSource("profile", err)
	}
	w.feed = slices.Contains(profile.Tombs, helpdesk.KindPerson) && slices.Contains(profile.Since, helpdesk.KindPerson)
	if _, rolls := desk.(connectors.Roller); !w.feed && (!rolls || ago < CensusEvery && len(w.so.Found) == 0) {
		return nil
	}
	if w.index, err = w.Index.Index(ctx, w.run.Tenant, w.run.Migration); err != nil {
		return ofStorage("open the index key", err)
	}
	w.desk, w.get = desk, desk.(connectors.Getter)
	return nil
}

// ago is how long ago the last look was, or the run began. What was found already waits
// for none.
func (w *watch) ago(ctx context.Context) (time.Duration, error) {
	since := w.so.At
	if since.IsZero() {
		run, err := w.ledger.Run(ctx, w.run.ID)
		if err != nil {
			return 0, ofStorage("read the run", err)
		}
		since = run.Started
	}
	return w.Now().Sub(since), nil
}

func (w *watch) note(ctx context.Context) error {
	return ofStorage("note what is erased", w.ledger.PutNote(ctx, w.run.ID, erasuresNote, w.so))
}

// work looks who is gone and destroys what is staged of them, and reports whether it
// came to the end of both.
func (w *watch) work(ctx context.Context) (whole bool, err error) {
	if len(w.so.Found) == 0 {
		look := w.roll
		if w.feed {
			look = w.changes
		}
		if whole, err := look(ctx); err != nil || !whole || len(w.so.Found) == 0 {
			return whole, err
		}
	}
	return w.destroy(ctx)
}

// changes reads who is gone from the list of changes since the people were read. The
// place of the run in that list stays where it is: what else changed is the next
// delta's.
func (w *watch) changes(ctx context.Context) (whole bool, err error) {
	if w.so.Cursor == "" {
		w.so.Cursor = w.people.Cursor
	}
	for !short(ctx) {
		page, err := w.desk.Page(ctx, helpdesk.KindPerson, connectors.Cursor(w.so.Cursor))
		if err != nil {
			return false, ofSource("page of people", err)
		}
		for _, g := range page.Gone {
			if g.Into == "" {
				w.gone(g.Key)
			}
		}
		w.so.Cursor = string(page.Next)
		if page.Last {
			return true, w.note(ctx)
		}
	}
	return false, w.note(ctx)
}

func (w *watch) gone(key string) {
	ref := w.index.Ref(string(helpdesk.KindPerson), key)
	if !slices.Contains(w.so.Erased, ref) && !slices.Contains(w.so.Found, ref) {
		w.so.Found = append(w.so.Found, ref)
	}
}

// roll lists the keys of all people and asks for each whom the run staged and the list
// does not have. A list that is longer than an invocation is not taken: then the next
// delta is the first to know.
func (w *watch) roll(ctx context.Context) (whole bool, err error) {
	seed, there := maphash.MakeSeed(), map[uint64]bool{}
	var at connectors.Cursor
	for last := false; !last; {
		roll, err := w.desk.(connectors.Roller).Roll(ctx, helpdesk.KindPerson, at)
		if _, limited := pause(err); limited || short(ctx) {
			return true, nil
		}
		if err != nil {
			return false, ofSource("roll of people", err)
		}
		for _, key := range roll.Keys {
			there[maphash.String(seed, key)] = true
		}
		at, last = roll.Next, roll.Last
	}
	people, err := w.Directory.of(ctx, w.Anonymize, w.run)
	if err != nil {
		return false, err
	}
	for key := range people.identities {
		if there[maphash.String(seed, key)] {
			continue
		}
		switch _, err := w.get.Get(ctx, helpdesk.KindPerson, key); {
		case errors.Is(err, connectors.ErrNotFound):
			w.gone(key)
		case errors.As(err, new(*connectors.Merged)), errors.Is(err, connectors.ErrDenied), err == nil:
		default:
			return false, ofSource("get a person", err)
		}
	}
	return true, w.note(ctx)
}

// settle puts on record that the look came to its end. What is staged now is listed
// anew if somebody was found.
func (w *watch) settle(ctx context.Context) error {
	if len(w.so.Found) > 0 {
		w.Directory.forget()
		w.so.Erased, w.so.Found, w.so.After = append(w.so.Erased, w.so.Found...), nil, ""
	}
	w.so.At = w.Now().UTC()
	return w.note(ctx)
}

// list answers with what is staged now, until the flow knows it.
func (w *watch) list(ctx context.Context, in ErasuresInput, out *ErasuresOutput) error {
	if w.so.Segments == 0 || in.Manifest == manifestName(w.run, cleanManifest+w.so.version()) {
		return nil
	}
	list, err := listClean(ctx, w.Staging, w.ledger, w.run, w.so.version())
	if err != nil {
		return err
	}
	out.Changed, out.Clean = true, &list
	return nil
}

// An erased person is known by key, and by the words that stand for them in texts.
type erased struct {
	keys  map[string]bool
	words []string // in small letters
}

func (w *watch) erased(ctx context.Context) (e erased, err error) {
	people, err := w.Directory.of(ctx, w.Anonymize, w.run)
	if err != nil {
		return e, err
	}
	e.keys = map[string]bool{}
	for _, ref := range w.so.Found {
		key, err := w.index.KeyOf(string(helpdesk.KindPerson), ref)
		if err != nil {
			return e, failf(Internal, "ref %s leads to no key", ref)
		}
		e.keys[key] = true
		id := people.identities[key]
		for _, word := range slices.Concat([]string{id.Name}, id.Emails, id.Phones) {
			if len(word) >= shortestWord {
				e.words = append(e.words, strings.ToLower(word))
			}
		}
	}
	return e, nil
}

// shortestWord is how long a name has to be for it to be looked for in texts: of a
// shorter one half the texts of an account may hold the letters.
const shortestWord = 5

// on reports whether a line of a raw segment holds an erased person. One that says that
// somebody is gone stays.
func (e erased) on(line rawLine) bool {
	switch {
	case line.Record != nil:
		return line.Record.Complete() && e.in(line.Record)
	case line.Named != nil:
		return e.in(line.Named)
	}
	return line.Key != "" && e.keys[line.Key]
}

// in reports whether a record is an erased person, refers to one or speaks of one.
func (e erased) in(r *helpdesk.Record) bool {
	if r.Kind == helpdesk.KindPerson && e.keys[r.Key] {
		return true
	}
	for v := range r.Values() {
		for _, text := range v.Strings() {
			if v.Field.Refers == helpdesk.KindPerson && e.keys[text] {
				return true
			}
			if small := strings.ToLower(text); slices.ContainsFunc(e.words, func(word string) bool { return strings.Contains(small, word) }) {
				return true
			}
		}
	}
	return false
}
