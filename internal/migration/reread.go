package migration

import (
	"context"
	"errors"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// ValueUnmapped is why a record is set aside that was read again after the gate and
// has a value now of which the plan does not say what it becomes.
const ValueUnmapped = "unmapped_value"

// destroy writes each segment anew that holds somebody who is erased. Those of people
// come last: as long as any other is left, the policy knows whose names to look for.
func (w *watch) destroy(ctx context.Context) (whole bool, err error) {
	if err := w.sweep(ctx); err != nil {
		return false, err
	}
	who, err := w.erased(ctx)
	if err != nil {
		return false, err
	}
	segments, err := w.segments(ctx)
	if err != nil {
		return false, err
	}
	for _, g := range segments {
		if short(ctx) {
			return false, w.note(ctx)
		}
		w.so.After = g.Name()
		if err := w.rewrite(ctx, g, who); err != nil {
			return false, err
		}
	}
	return true, nil
}

// segments lists what is left to be looked through, people last.
func (w *watch) segments(ctx context.Context) (left []ledger.Segment, err error) {
	var people []ledger.Segment
	for g, err := range w.ledger.Segments(ctx, w.run.ID, string(keyring.Raw)) {
		switch {
		case err != nil:
			return nil, ofStorage("read the manifest", err)
		case g.Kind == helpdesk.KindPerson:
			people = append(people, g)
		default:
			left = append(left, g)
		}
	}
	left = append(left, people...)
	for i, g := range left {
		if g.Name() == w.so.After {
			return left[i+1:], nil
		}
	}
	return left, nil
}

// rewrite writes a segment anew on both sides if it holds an erased person, and then
// destroys what it was before.
func (w *watch) rewrite(ctx context.Context, g ledger.Segment, who erased) error {
	a, err := w.Anonymize.begin(ctx, w.plan, AnonymizeInput{Run: w.run, Segment: g})
	if err != nil {
		return err
	}
	lines, err := a.read(ctx, g)
	if err != nil {
		return ofStorage("read segment "+g.Name(), err)
	}
	if !slices.ContainsFunc(lines, who.on) {
		return nil
	}
	again, old, err := w.again(ctx, lines, who)
	if err != nil {
		return err
	}
	raw := ledger.Segment{Side: g.Side, Kind: g.Kind, Seq: g.Seq, Live: true}
	if err := w.extract().write(ctx, w.run, &raw, again); err != nil {
		return err
	}
	clean, err := a.segment(ctx, raw)
	if err != nil {
		return err
	}
	if err := a.account(ctx, w.ledger); err != nil {
		return err
	}
	return w.replace(ctx, a, raw, clean, append(old, g.Object))
}

// extract stages what is read again as extract does.
func (w *watch) extract() Extract { return Extract{Base: w.Base, Desks: w.Sources, Keys: w.Clean} }

// again returns the lines of a segment with what the source says now in the place of
// those that hold an erased person, and the files that were staged for these.
func (w *watch) again(ctx context.Context, lines []rawLine, who erased) (again []rawLine, files []string, err error) {
	for _, line := range lines {
		switch {
		case !who.on(line):
			again = append(again, line)
		case line.Record != nil:
			for _, f := range attachmentsOf(line.Record) {
				if f.Blob != nil {
					files = append(files, f.Blob.Object)
				}
			}
			now, err := w.ask(ctx, line.Record.Kind, line.Record.Key)
			if err != nil {
				return nil, nil, err
			}
			again = append(again, now)
		}
	}
	return again, files, nil
}

// ask reads a record again.
func (w *watch) ask(ctx context.Context, k helpdesk.Kind, key string) (rawLine, error) {
	record, err := w.get.Get(ctx, k, key)
	var merged *connectors.Merged
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		return rawLine{Erased: &goneLine{Ref: w.index.Ref(string(k), key)}}, nil
	case errors.As(err, &merged):
		return rawLine{Erased: &goneLine{Ref: w.index.Ref(string(k), key), Into: w.index.Ref(string(k), merged.Into)}}, nil
	case err != nil:
		return rawLine{}, ofSource("get a "+string(k), err)
	}
	return rawLine{Record: &record, Again: true}, w.extract().attachments(ctx, w.plan, w.desk, w.run, &record)
}

// A condemned note lists the objects that a segment was before. They are destroyed
// after it stands in the ledger: from then on nothing names them.
type condemned struct {
	Segment string   `json:"segment"`
	Objects []string `json:"objects,omitempty"`
}

const condemnedNotes = "condemned#"

// replace enters a segment that was written anew and destroys what it was before, with
// the files that were rewritten for its clean side.
func (w *watch) replace(ctx context.Context, a *pass, raw, clean ledger.Segment, old []string) error {
	was, err := w.ledger.Segment(ctx, w.run.ID, string(keyring.Clean), clean.Name())
	if err != nil {
		return ofStorage("read the manifest", err)
	}
	var found Findings
	if err := w.ledger.Note(ctx, w.run.ID, "findings#"+clean.Name(), &found); err != nil {
		return ofStorage("read findings", err)
	}
	c := condemned{clean.Name(), slices.Concat(old, []string{was.Object}, found.Restaged)}
	a.found.Restaged = a.written
	w.so.Segments++
	err = w.ledger.Replaced(ctx, w.run.ID, raw, clean, map[string]any{"findings#" + clean.Name(): a.found, condemnedNotes + clean.Name(): c, erasuresNote: w.so},
		used(ctx, "erasures", clean, raw.Records, clean.Bytes))
	if err != nil {
		return ofStorage("enter segment "+clean.Name(), err)
	}
	return w.execute(ctx, c)
}

// sweep destroys what an earlier invocation condemned.
func (w *watch) sweep(ctx context.Context) error {
	for c, err := range ledger.Notes[condemned](ctx, w.ledger, w.run.ID, condemnedNotes) {
		if err != nil {
			return ofStorage("read what is to be destroyed", err)
		}
		if len(c.Objects) > 0 {
			if err := w.execute(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *watch) execute(ctx context.Context, c condemned) error {
	if err := w.Staging.Delete(ctx, c.Objects...); err != nil {
		return ofStorage("destroy segment "+c.Segment, err)
	}
	w.so.Objects += len(c.Objects)
	if err := w.record(ctx, w.run, "anonymize/"+c.Segment, audit.DestroySegment, c.Segment, map[string]int64{"objects": int64(len(c.Objects))}); err != nil {
		return err
	}
	c.Objects = nil
	return ofStorage("note what is destroyed", w.ledger.PutNote(ctx, w.run.ID, condemnedNotes+c.Segment, c))
}
