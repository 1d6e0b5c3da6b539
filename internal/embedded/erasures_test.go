package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	freshdesksim "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	zendesksim "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// wanted is somebody who will be erased in the source while a run moves them. No text of
// another holds any of it.
const (
	wantedName = "Wanda Canaryson"
	wantedFile = "the file of wanda"
)

// askedToGo is a desk with tickets of somebody, with files of theirs, and tickets of
// others that speak of them.
func askedToGo(t *testing.T, o memory.Options) *memory.Desk {
	t.Helper()
	desk := smallDesk(o)
	desk.Add(someoneCalled("p5", wantedName))
	own, other := something("t9", "p5"), something("t10", "p1")
	own.Ticket.Comments[0].Attachments = []helpdesk.Attachment{desk.File("note.txt", []byte(wantedFile))}
	other.Ticket.Comments[1].Body = "I told " + wantedName + " so."
	last := something("t11", "p3")
	last.Ticket.Comments[1].Author = "p5"
	desk.Add(own, other, last)
	return desk
}

// erase does what a help desk does whose customer asks for erasure: the person is gone,
// with their tickets, and others' tickets name them no more.
func erase(desk *memory.Desk) {
	desk.Delete(helpdesk.KindPerson, "p5")
	desk.Delete(helpdesk.KindTicket, "t9")
	desk.Edit(helpdesk.KindTicket, "t10", func(r *helpdesk.Record) { r.Ticket.Comments[1].Body = "I told them so." })
	desk.Edit(helpdesk.KindTicket, "t11", func(r *helpdesk.Record) { r.Ticket.Comments[1].Author = "p1" })
}

// TestWhoIsErasedDuringARunIsStagedNoMore erases somebody in the source while a run
// moves them, at one moment after another. Before the run is verified nothing staged
// holds them on any side; its report counts them as erased; and after the next delta
// they are in neither target nor ledger.
func TestWhoIsErasedDuringARunIsStagedNoMore(t *testing.T) {
	for name, o := range map[string]struct{ from, to memory.Options }{
		"whole, by roll":        {memory.Options{PageSize: 3}, memory.Options{Batch: 10}},
		"threaded, by tombs":    {memory.Options{PageSize: 3, Tombs: true}, memory.Options{Batch: 10, Threaded: true}},
		"reopening, one by one": {memory.Options{PageSize: 3, Tombs: true}, memory.Options{Batch: 1, Reopening: true}},
	} {
		for _, moment := range []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindPerson, helpdesk.KindTicket} {
			t.Run(name+", while a "+string(moment)+" is created", func(t *testing.T) {
				source, target := askedToGo(t, o.from), memory.New(o.to)
				clock := &hurried{}
				r, err := openWith(t.TempDir(), strict(t), source.Source(), target.Target(), func(p *Parts) { p.Clock = clock })
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				erased, looked := false, false
				target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
					switch {
					case op.Name == memory.OpDraft && op.Kind == moment && !erased:
						erased = true
						if !strings.Contains(staged(t, r), wantedName) {
							t.Error("nothing was staged of who is to be erased")
						}
						erase(source)
						clock.skew(2 * time.Hour)
					case op.Name == memory.OpCensus && erased && !looked:
						looked = true
						wantGoneFrom(t, "staging", staged(t, r))
					}
					return nil
				}})
				report := migrate(t, r)
				if !erased || !looked {
					t.Fatalf("erased %v, looked %v", erased, looked)
				}
				target.Hook(memory.Hooks{})
				wantErasureOnRecord(t, r, report)
				next := delta(t, r)
				if moment == helpdesk.KindTicket { // what others said of them was moved before
					if next.Merged.Edited == 0 {
						t.Error("the delta does not tell of the comment that the source changed")
					}
					target.Edit(helpdesk.KindTicket, targetOf(t, r, "t10"), func(k *helpdesk.Record) { k.Ticket.Comments[1].Body = "" })
				}
				wantGoneFrom(t, "the target", string(target.Dump()))
				wantErasedFromLedger(t, r)
				wantTickets(t, r, target)
			})
		}
	}
}

// TestWhoIsErasedOnASimulatedPlatformIsStagedNoMore: Zendesk lists who is gone, of
// Freshdesk's contacts all keys are listed.
func TestWhoIsErasedOnASimulatedPlatformIsStagedNoMore(t *testing.T) {
	t.Setenv(zendeskToken, zendesksim.Token)
	t.Setenv(freshdeskKey, freshdesksim.Key)
	key, err := local.Key(filepath.Join(t.TempDir(), "local.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(*rapid.T) workplace{"Zendesk": fromZendesk, "Freshdesk": fromFreshdesk} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 3, func(rt *rapid.T) {
				source, target := open(rt), memory.New(memory.Options{Batch: 3})
				ids := source.Add(someoneCalled("p5", wantedName), somebody("p1"))
				of := func(ticket, who, says string) string {
					r := something(ticket, who)
					r.Ticket.Comments[0].Body = says
					return source.Add(r)[0]
				}
				own, _ := of("t1", ids[0], "This is "+wantedName), of("t2", ids[1], "nobody is named here")
				time.Sleep(2 * time.Minute)
				r, err := New(parse(t), inMemory(key, &patient{})(source.Source(), target.Target()))
				if err != nil {
					rt.Fatal(err)
				}
				erased, looked := false, false
				target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
					switch {
					case op.Name == memory.OpDraft && op.Kind == helpdesk.KindPerson && !erased:
						erased = true
						if !strings.Contains(staged(t, r), wantedName) {
							rt.Errorf("nothing was staged of who is to be erased")
						}
						source.Delete(helpdesk.KindTicket, own)
						source.Delete(helpdesk.KindPerson, ids[0])
						time.Sleep(2 * time.Hour)
					case op.Name == memory.OpCensus && erased && !looked:
						looked = true
						wantGoneFrom(t, "staging", staged(t, r))
					}
					return nil
				}})
				if _, err := r.Migrate(context.Background(), Request{Mode: migration.ModeFull}); err != nil {
					rt.Fatal(err)
				}
				if !looked {
					rt.Fatal("nobody looked at what is staged")
				}
				wantGoneFrom(t, "the target", string(target.Dump()))
				if n := len(target.IDs(helpdesk.KindTicket)); n != 1 {
					rt.Errorf("%d tickets are there, want 1", n)
				}
			})
		})
	}
}

// TestACrashWhileStagedDataIsDestroyedLosesNothing stops a run, erases somebody in the
// source, and goes on two hours later; before and after every side effect of that it
// copies all that a crash would leave. Whoever goes on with a copy comes to the same
// target, and none of them ends with anything staged of who is gone.
func TestACrashWhileStagedDataIsDestroyedLosesNothing(t *testing.T) {
	for name, o := range map[string]struct{ from, to memory.Options }{
		"by roll":  {memory.Options{PageSize: 3}, memory.Options{Batch: 10}},
		"by tombs": {memory.Options{PageSize: 3, Tombs: true}, memory.Options{Batch: 10, Threaded: true}},
	} {
		t.Run(name, func(t *testing.T) {
			calm := stoppedBeforeTickets(t, o.from, o.to)
			if err := calm.goOn(&killer{stop: func() {}}); err != nil {
				t.Fatalf("undisturbed: %v", err)
			}
			want := canonical(t, calm.target)
			b, tried := stoppedBeforeTickets(t, o.from, o.to), 0
			k := &killer{stop: func() {}}
			k.copies = func(n int, where string, fresh bool) func() {
				if (n-1)%*crashEvery != 0 || t.Failed() {
					return nil
				}
				left, err := b.copy()
				if err != nil {
					t.Fatal(err)
				}
				tried++
				return func() {
					defer os.RemoveAll(left.home)
					if err := (erasureBench{left, nil}).goOn(&killer{}); err != nil {
						t.Errorf("point %d (%s): %v", n, where, err)
					} else if got := canonical(t, left.target); !slices.Equal(got, want) {
						t.Errorf("point %d (%s): the target differs:\n%s", n, where, differ(got, want))
					}
				}
			}
			if err := b.goOn(k); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d points, %d tried, %d records", k.point, tried, len(want))
		})
	}
}

// An erasureBench is a run that was stopped, and a source that erased somebody since.
type erasureBench struct {
	*bench
	from *memory.Desk
}

func stoppedBeforeTickets(t *testing.T, from, to memory.Options) erasureBench {
	t.Helper()
	source, target := askedToGo(t, from), memory.New(to)
	b := erasureBench{&bench{t: t, home: t.TempDir(), source: source.Source(), target: target.Target(), desk: target}, source}
	ctx, stop := context.WithCancel(t.Context())
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpDraft && op.Kind == helpdesk.KindTicket {
			stop()
		}
		return ctx.Err()
	}})
	r, err := openWith(b.home, strict(t), b.source, b.target, func(*Parts) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Migrate(ctx, Request{Mode: migration.ModeFull}); err == nil {
		t.Fatal("the run was not stopped")
	}
	erase(source)
	return b
}

// goOn is one process, two hours later. Nothing of who is gone is staged once it comes
// to verify.
func (b erasureBench) goOn(k *killer) error {
	ctx, stop := context.WithCancel(b.t.Context())
	defer stop()
	if k.stop == nil {
		k.stop = stop
	}
	clock := &hurried{}
	clock.skew(2 * time.Hour)
	r, err := openWith(b.home, strict(b.t), b.source, b.target, func(p *Parts) {
		k.wrap(p)
		p.Clock = clock
	})
	if err != nil {
		return err
	}
	defer r.Close()
	hooks := k.hooks()
	before := hooks.Before
	hooks.Before = func(op memory.Operation) error {
		if op.Name == memory.OpCensus && k.copies == nil {
			wantGoneFrom(b.t, "staging", staged(b.t, r))
		}
		return before(op)
	}
	b.desk.Hook(hooks)
	defer b.desk.Hook(memory.Hooks{})
	if _, err = r.Resume(ctx); errors.Is(err, ErrNothingToResume) {
		err = nil
	}
	return err
}

// staged is all that a run has staged, opened with the keys of both sides. A segment that
// a process wrote and did not enter before it died is part of it, and no file may be
// there that no segment names.
func staged(t *testing.T, r *Runtime) string {
	t.Helper()
	var all strings.Builder
	run := r.Run("r0001", migration.ModeFull)
	files, named := map[string]bool{}, map[string]bool{}
	for o, err := range r.Staging.List(t.Context(), run.Prefix()) {
		if err != nil {
			t.Fatal(err)
		}
		side, name, _ := strings.Cut(strings.TrimPrefix(o.Name, run.Prefix()), "/")
		switch {
		case side == "blob", strings.HasPrefix(name, "file-"):
			files[o.Name] = true
			continue
		case side != "raw" && side != "clean":
			continue
		}
		label := staging.Label{Tenant: run.Tenant, Migration: run.Migration, Run: run.ID, Side: keyring.Side(side), Object: o.Name}
		for line, err := range staging.ReadSegment(t.Context(), r.Staging, r.Keys, label) {
			if err != nil {
				t.Fatalf("%s: %v", o.Name, err)
			}
			all.Write(line)
			for _, blob := range blobsIn(t, line) {
				named[blob.Object] = true
				content, err := staging.OpenBlob(t.Context(), r.Staging, r.Keys, label.Scope(), blob)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(&all, content)
				_ = content.Close()
			}
		}
	}
	for name := range files {
		if !named[name] {
			t.Errorf("%s is staged and named by no segment", name)
		}
	}
	return all.String()
}

// blobsIn are the files of the record in a line.
func blobsIn(t *testing.T, line []byte) (blobs []helpdesk.Blob) {
	t.Helper()
	var l struct{ Record helpdesk.Record }
	if err := json.Unmarshal(line, &l); err != nil {
		t.Fatal(err)
	}
	if l.Record.Ticket == nil {
		return nil
	}
	for _, c := range l.Record.Ticket.Comments {
		for _, a := range c.Attachments {
			if a.Blob != nil {
				blobs = append(blobs, *a.Blob)
			}
		}
	}
	return blobs
}

func wantGoneFrom(t *testing.T, where, text string) {
	t.Helper()
	for _, trace := range []string{wantedName, "p5@example.test", wantedFile, `"p5"`} {
		if strings.Contains(text, trace) {
			t.Errorf("%q is in %s", trace, where)
		}
	}
}

// wantErasureOnRecord wants the report and the audit log of the run to tell of it.
func wantErasureOnRecord(t *testing.T, r *Runtime, report evidence.Report) {
	t.Helper()
	if e := report.Erasures; e.People != 1 || e.Segments == 0 || e.Objects < 2*e.Segments {
		t.Errorf("the report tells of %+v", e)
	}
	if !report.Census.Conserved {
		t.Errorf("the census is %+v", report.Census)
	}
	n := 0
	for e, err := range audit.Events(t.Context(), r.Log, "") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Op == audit.DestroySegment {
			n++
		}
	}
	if n != report.Erasures.Segments {
		t.Errorf("the audit log tells of %d segments, want %d", n, report.Erasures.Segments)
	}
}

func wantErasedFromLedger(t *testing.T, r *Runtime) {
	t.Helper()
	for k, keys := range map[helpdesk.Kind][]string{helpdesk.KindPerson: {"p5"}, helpdesk.KindTicket: {"t9"}} {
		for _, key := range keys {
			e, err := r.entryOf(t.Context(), k, key)
			if err != nil {
				t.Fatal(err)
			}
			if e.State != "" && e.State != ledger.StateRemoved || e.Target != "" || e.Base != nil || e.Parts != nil {
				t.Errorf("%s %s is %+v in the ledger", k, key, e)
			}
		}
	}
}

// wantTickets wants the others to be there once and as the source has them now.
func wantTickets(t *testing.T, r *Runtime, target *memory.Desk) {
	t.Helper()
	if n := len(target.IDs(helpdesk.KindTicket)); n != 10 {
		t.Errorf("%d tickets, want 10", n)
	}
	author, err := r.entryOf(t.Context(), helpdesk.KindPerson, "p1")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := target.Get(helpdesk.KindTicket, targetOf(t, r, "t10"))
	if got.Ticket == nil || got.Ticket.Requester != author.Target || len(got.Ticket.Comments) != 2 {
		t.Errorf("t10 is %+v", got.Ticket)
	}
}

// targetOf is where a ticket of the source stands in the target.
func targetOf(t *testing.T, r *Runtime, key string) string {
	t.Helper()
	e, err := r.entryOf(t.Context(), helpdesk.KindTicket, key)
	if err != nil {
		t.Fatal(err)
	}
	return e.Target
}
