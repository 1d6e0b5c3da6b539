package conformance

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// TargetUnderTest is a target and what else its author can do with it. Only
// Target must be set.
type TargetUnderTest struct {
	Target connectors.Target
	// Reopen connects to the same help desk once more. Nil if it does not outlive
	// its connection.
	Reopen func(t testing.TB) connectors.Target
	// Existing puts a record there as an agent would have before the migration,
	// without a marker, and returns its id. Nil if nobody but the connector can.
	Existing func(t testing.TB, r helpdesk.Record) string
}

// Target runs the suite for targets. It opens a target for each check.
func Target(t *testing.T, open func(testing.TB) TargetUnderTest) {
	runAll(t, targetChecks, func(t testing.TB) *targetRun { return startTarget(t, open) })
}

// targetChecks are the promises of a target, each in the file of its concern.
var targetChecks = []check[*targetRun]{
	{"the profile tells and changes nothing", targetProfile},
	{"what is created is found by its marker and read back", targetReadsBack},
	{"every record carries its own marker", targetMarks},
	{"equal content twice is two records", targetKeepsTwins},
	{"a draft stays as it was", targetLeavesDrafts},
	{"one answer for each draft, in their order", targetAnswersInOrder},
	{"a draft that is rejected leaves the others alone", targetRejectsOne},
	{"a value outside the vocabulary is rejected by its field", targetKnowsItsWords},
	{"a record without a required reference is rejected by its field", targetRequires},
	{"a reference to nothing is refused or kept", targetRefers},
	{"a text is kept whole or refused", targetKeepsTexts},
	{"many parts are kept whole or refused", targetKeepsParts},
	{"what is not there is not found", targetMisses},
	{"a call ends with its context", targetStops},
	{"attachments are kept byte by byte", targetKeepsBytes},
	{"an attachment that does not open is no success", targetNeedsBytes},
	{"comments are appended in order and counted", targetAppends},
	{"an update sets the fields of the edit and no others", targetUpdates},
	{"an update leaves what an agent changed meanwhile", targetYields},
	{"a ticket is finished after its comments, once", targetFinishes},
	{"to link twice is to link once", targetLinks},
	{"a person is matched by e-mail, a group by name", targetMatches},
	{"the census lists exactly what is marked", targetCounts},
	{"what is removed is gone, and stays so", targetRemoves},
	{"who is erased is nobody any more", targetErases},
	{"what was created outlives the connection", targetPersists},
}

// A targetRun is one check of one target.
type targetRun struct {
	testing.TB
	TargetUnderTest
	profile connectors.TargetProfile
	prefix  string // of all markers of this check
	made    int    // counts the records; makes each of them another
	refs    map[helpdesk.Kind]string
}

func startTarget(t testing.TB, open func(testing.TB) TargetUnderTest) *targetRun {
	t.Helper()
	d := &targetRun{TB: t, TargetUnderTest: open(t), prefix: newPrefix(), refs: map[helpdesk.Kind]string{},
		made: mathrand.IntN(1e9)} // a live account has the names and addresses of earlier runs
	t.Cleanup(func() { connectors.Close(d.Target) })
	d.profile = must(t, "profile", d.Target.Profile)
	return d
}

// newPrefix looks like the one that a migration's markers start with.
func newPrefix() string { return "sc" + strings.ToLower(rand.Text()[:8]) }

// marker is a new marker with the check's prefix.
func (d *targetRun) marker() string { return d.prefix + strings.ToLower(rand.Text()) }

// has reports whether the target claims the kind.
func (d *targetRun) has(k helpdesk.Kind) bool { return slices.Contains(d.profile.Kinds, k) }

// keeps reports whether the target says that it keeps the field.
func (d *targetRun) keeps(field string) bool { return d.profile.Fidelity[field].Keeps() }

// kinds lists the kinds that the target claims, in the order of references.
func (d *targetRun) kinds() []helpdesk.Kind {
	return slices.DeleteFunc(helpdesk.Kinds(), func(k helpdesk.Kind) bool { return !d.has(k) })
}

// draft is a new draft of kind k: every field filled, no two alike, references
// to records that stand in the target, words of the target's vocabulary.
func (d *targetRun) draft(k helpdesk.Kind) connectors.Draft {
	d.Helper()
	d.made++
	r := sample(k, d.made, d.reference)
	r.Key = ""
	for v := range r.Values() {
		if words := d.profile.Vocabulary[v.Field.Name]; len(words) > 0 && !v.Empty() {
			if err := v.Set(words[:1]); err != nil {
				d.Fatalf("the vocabulary of %s holds what the field can't: %v", v.Field.Name, err)
			}
		}
	}
	draft := connectors.Draft{Marker: d.marker(), Record: r}
	stage(&draft)
	return draft
}

// reference is the id of a record of kind k, created when it is first needed. A
// ticket refers to a ticket only where one is there already.
func (d *targetRun) reference(k helpdesk.Kind) string {
	d.Helper()
	if id, ok := d.refs[k]; ok || !d.has(k) || k == helpdesk.KindTicket {
		return id
	}
	d.refs[k] = "" // a person refers to no person while the first is made
	d.define()
	draft := d.draft(k)
	if draft.Record.Person != nil {
		draft.Record.Person.Suspended = false // until everything in their name is written
	}
	d.refs[k] = d.create(draft)
	return d.refs[k]
}

// define creates the definition of the custom field that the samples fill.
func (d *targetRun) define() {
	d.Helper()
	if _, done := d.refs[helpdesk.KindDefinition]; done || !d.has(helpdesk.KindDefinition) {
		return
	}
	d.refs[helpdesk.KindDefinition] = "" // nothing refers to it
	field := d.draft(helpdesk.KindDefinition)
	field.Record.Definition.Title = custom("")[0].Name
	if _, err := d.try(field); err != nil {
		d.Logf("the custom field of the samples is not defined, or was by an earlier check: %v", err)
	}
}

// tryAll creates drafts in calls of as many as the target takes.
func (d *targetRun) tryAll(drafts []connectors.Draft) []connectors.Created {
	d.Helper()
	var all []connectors.Created
	for some := range slices.Chunk(drafts, max(1, d.profile.Batch)) {
		created := must(d, "create", func(ctx context.Context) ([]connectors.Created, error) {
			return d.Target.Create(ctx, some)
		})
		if len(created) != len(some) {
			d.Fatalf("create of %d drafts gives %d answers", len(some), len(created))
		}
		all = append(all, created...)
	}
	for i, c := range all {
		if c.Err != nil {
			discreet(d, "the error of a draft", c.Err.Error())
		} else if c.ID == "" {
			d.Fatalf("create answers draft %d with neither an id nor an error", i)
		}
	}
	return all
}

// try creates one draft, appends its comments and finishes it if that is the
// target's way.
func (d *targetRun) try(draft connectors.Draft) (string, error) {
	d.Helper()
	c := d.tryAll([]connectors.Draft{draft})[0]
	if c.Err != nil {
		return "", c.Err
	}
	if err := d.appendAll(c.ID, draft); err != nil {
		return c.ID, err
	}
	return c.ID, d.finish(c.ID, draft)
}

// Fill puts n records of each kind into a target, for the tests of its platform
// as a source.
func Fill(t testing.TB, target connectors.Target, n int) {
	t.Helper()
	d := startTarget(t, func(testing.TB) TargetUnderTest { return TargetUnderTest{Target: target} })
	d.define()
	for _, k := range d.kinds() {
		for range n {
			d.create(d.draft(k))
		}
	}
}

func (d *targetRun) appendAll(id string, draft connectors.Draft) error {
	d.Helper()
	appender, ok := d.Target.(connectors.Appender)
	if !ok || draft.Record.Ticket == nil || d.profile.Whole {
		return nil
	}
	comments := draft.Record.Ticket.Comments
	if d.opens(draft.Record) {
		comments = comments[1:]
	}
	for _, c := range comments {
		if _, err := ask(d, "append", func(ctx context.Context) (string, error) {
			return appender.Append(ctx, id, c, draft.Open)
		}); err != nil {
			return fmt.Errorf("append: %w", err)
		}
	}
	return nil
}

// opens reports whether the ticket's first comment came with its create.
func (d *targetRun) opens(r helpdesk.Record) bool {
	return d.profile.Opening && connectors.Opening(r.Ticket) != nil
}

func (d *targetRun) finish(id string, draft connectors.Draft) error {
	d.Helper()
	f, ok := d.Target.(connectors.Finisher)
	if !ok {
		return nil
	}
	_, err := ask(d, "finish", func(ctx context.Context) (struct{}, error) { return struct{}{}, f.Finish(ctx, id, draft) })
	return err
}

// shown is the record as the target gives it back if nothing is lost.
func (d *targetRun) shown(r helpdesk.Record) helpdesk.Record {
	if renderer, ok := d.Target.(connectors.Renderer); ok {
		return renderer.Render(r)
	}
	return r
}

// create is try for a draft that has no reason to be refused.
func (d *targetRun) create(draft connectors.Draft) string {
	d.Helper()
	id, err := d.try(draft)
	if err != nil {
		d.Fatalf("create %s: %v", draft.Record.Kind, err)
	}
	return id
}

func (d *targetRun) find(k helpdesk.Kind, marker string) []string {
	d.Helper()
	return must(d, "find "+string(k), func(ctx context.Context) ([]string, error) {
		return d.Target.Find(ctx, k, marker)
	})
}

func (d *targetRun) read(k helpdesk.Kind, id string) (helpdesk.Record, error) {
	d.Helper()
	return ask(d, "read "+string(k), func(ctx context.Context) (helpdesk.Record, error) {
		return d.Target.Read(ctx, k, id)
	})
}

// wantStored reads the record back and compares it with its draft.
func (d *targetRun) wantStored(draft connectors.Draft, id string) {
	d.Helper()
	got, err := d.read(draft.Record.Kind, id)
	if err != nil {
		d.Errorf("read %s that was just created: %v", draft.Record.Kind, err)
		return
	}
	if got.Kind != draft.Record.Kind || got.Key != id || !got.Complete() {
		d.Errorf("read %s %q gives %s %q, complete: %t", draft.Record.Kind, id, got.Kind, got.Key, got.Complete())
		return
	}
	wantKept(d, d.profile, d.shown(draft.Record), got)
}
