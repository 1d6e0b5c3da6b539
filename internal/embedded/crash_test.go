package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

var every = flag.Int("crash-every", 20, "stop at every nth side effect only; 1 is exhaustive")

// A bench is one pair of desks that a migration is crashed between.
type bench struct {
	t       *testing.T
	home    string
	source  connectors.Source
	target  connectors.Target
	again   func() connectors.Target // reopens the target as a new process would
	desk    *memory.Desk             // nil if the target is none
	records int
	took    string // what the first run took, segment by segment
}

// TestACrashAnywhereLosesAndDoublesNothing stops a migration of 50 tickets
// before and after every side effect, lets a new process resume it, and compares
// the target, and what the run took, with a migration that nobody disturbed.
func TestACrashAnywhereLosesAndDoublesNothing(t *testing.T) {
	account := sample.Crash()
	for name, newBench := range map[string]func(t *testing.T) *bench{
		"memory, whole":     func(t *testing.T) *bench { return memoryBench(t, account, memory.Options{Batch: 10}) },
		"memory, reopening": func(t *testing.T) *bench { return memoryBench(t, account, memory.Options{Batch: 1, Reopening: true}) },
		"archive":           func(t *testing.T) *bench { return archiveBench(t, account) },
	} {
		t.Run(name, func(t *testing.T) {
			calm := newBench(t)
			want, points := undisturbed(t, calm)
			crashEverywhere(t, newBench, want, calm.took, points)
		})
	}
}

func memoryBench(t *testing.T, a sample.Account, o memory.Options) *bench {
	target := memory.New(o)
	return &bench{t: t, home: t.TempDir(), source: fill(t, memory.Options{PageSize: 30}, a).Source(),
		target: target.Target(), again: target.Target, desk: target, records: len(a.Records)}
}

func archiveBench(t *testing.T, a sample.Account) *bench {
	dir := filepath.Join(t.TempDir(), "archive")
	again := func() connectors.Target {
		target, err := archive.Connector.Target(context.Background(), func(into any) error {
			return parse(t).SettingsOf("target", planDesk(dir))(into)
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connectors.Close(target) })
		return target
	}
	return &bench{t: t, home: t.TempDir(), source: fill(t, memory.Options{PageSize: 30}, a).Source(), target: again(), again: again, records: len(a.Records)}
}

// undisturbed migrates without a crash and counts the points at which one could
// be.
func undisturbed(t *testing.T, b *bench) (want []string, points int) {
	k := &killer{stop: func() {}}
	if err := b.run(k); err != nil {
		t.Fatalf("undisturbed: %v", err)
	}
	return canonical(t, b.target), k.point
}

// run is one process: it starts a migration, or resumes the one there is.
func (b *bench) run(k *killer) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if k.stop == nil {
		k.stop = stop
	}
	if b.desk != nil {
		b.desk.Hook(k.hooks())
		defer b.desk.Hook(memory.Hooks{})
	}
	target := b.target
	if b.desk == nil {
		target = dyingTarget{b.target.(archiveTarget), k}
	}
	r, err := openWith(b.home, parse(b.t), b.source, target, k.wrap)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = r.Resume(ctx)
	if errors.Is(err, ErrNothingToResume) {
		_, err = r.Migrate(ctx, Request{Mode: migration.ModeFull})
	}
	if err == nil {
		b.took, err = took(ctx, r.Ledger())
	}
	return err
}

// took adds up what the first run took that began: each segment counts once in each
// step. A run that was stopped before it was recorded leaves its id to nobody.
func took(ctx context.Context, l *ledger.Ledger) (string, error) {
	var first string
	for run, err := range l.Runs(ctx) {
		if err != nil {
			return "", err
		}
		first = run.ID
		break
	}
	var rows, records int64
	for u, err := range l.Usages(ctx, first) {
		if err != nil {
			return "", err
		}
		if !u.Open {
			rows, records = rows+1, records+u.Records
		}
	}
	return fmt.Sprintf("%d segments in steps, %d records", rows, records), nil
}

func crashEverywhere(t *testing.T, newBench func(*testing.T) *bench, want []string, took string, points int) {
	var tried atomic.Int64
	var wait sync.WaitGroup
	next := make(chan int)
	for range 2 {
		wait.Go(func() {
			for n := range next {
				crashAt(t, newBench(t), n, want, took)
				tried.Add(1)
			}
		})
	}
	for n := 1; n <= points && !t.Failed(); n += *every {
		next <- n
	}
	close(next)
	wait.Wait()
	t.Logf("%d of %d points, %d records, %s", tried.Load(), points, len(want), took)
}

func crashAt(t *testing.T, b *bench, n int, want []string, took string) {
	k := &killer{at: n}
	if err := b.run(k); err == nil && k.dead && k.where != "" {
		// The last points lie behind all that matters: the run is over.
	} else if !k.dead {
		t.Errorf("point %d was not reached: %v", n, err)
		return
	}
	b.target = b.again()
	if err := b.run(&killer{}); err != nil {
		t.Errorf("point %d (%s): resume: %v", n, k.where, err)
		return
	}
	if got := canonical(t, b.target); !slices.Equal(got, want) {
		t.Errorf("point %d (%s): the target differs:\n%s", n, k.where, differ(got, want))
	}
	if b.took != took {
		t.Errorf("point %d (%s): the run took %s, undisturbed %s", n, k.where, b.took, took)
	}
}

// archiveTarget is what an archive can do as a target.
type archiveTarget interface {
	connectors.Target
	connectors.Censor
	connectors.Linker
	connectors.Remover
	connectors.AttachmentOpener
}

// dyingTarget kills the process around the writes of an archive.
type dyingTarget struct {
	archiveTarget
	k *killer
}

func (d dyingTarget) Create(ctx context.Context, drafts []connectors.Draft) (created []connectors.Created, err error) {
	err = d.k.do("create", func() error { created, err = d.archiveTarget.Create(ctx, drafts); return err })
	return created, err
}

func (d dyingTarget) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	return d.k.do("link", func() error { return d.archiveTarget.Link(ctx, ticket, l) })
}

func (d dyingTarget) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return d.archiveTarget.OpenAttachment(ctx, a)
}
