package embedded

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

var (
	crashEvery = flag.Int("crash-every", 40, "crash at every nth point only; 1 is exhaustive")
	stopEvery  = flag.Int("stop-every", 120, "stop at every nth point only")
)

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

// benches are the pairs of desks, by name.
func benches() map[string]func(t *testing.T) *bench {
	account := sample.Crash()
	return map[string]func(t *testing.T) *bench{
		"memory, whole":     func(t *testing.T) *bench { return memoryBench(t, account, memory.Options{Batch: 10}) },
		"memory, reopening": func(t *testing.T) *bench { return memoryBench(t, account, memory.Options{Batch: 1, Reopening: true}) },
		"archive":           func(t *testing.T) *bench { return archiveBench(t, account) },
	}
}

// TestACrashAnywhereLosesAndDoublesNothing migrates 50 tickets and, before and after
// every side effect, copies all that a process would leave if it crashed there. A
// new process goes on with each copy, and the target, and what the run took, are
// compared with those of a migration that nobody disturbed. What is left before a
// side effect is mostly what was left after the one before it, and tried once.
func TestACrashAnywhereLosesAndDoublesNothing(t *testing.T) {
	for name, newBench := range benches() {
		t.Run(name, func(t *testing.T) {
			calm := newBench(t)
			want, points := undisturbed(t, calm)
			crashes := make(chan crash)
			var tried atomic.Int64
			var wait sync.WaitGroup
			for range 2 {
				wait.Go(func() {
					for c := range crashes {
						c.goOn(t, want, calm.took)
						tried.Add(1)
					}
				})
			}
			reached, same := newBench(t).crashing(crashes)
			wait.Wait()
			t.Logf("%d of %d points, %d of them as the one before, %d records, %s", tried.Load()+same, reached, same, len(want), calm.took)
			if off := reached - points; off < -points/10 || off > points/10 || int(tried.Load()+same) < reached / *crashEvery {
				t.Errorf("%d of %d points were tried, an undisturbed run has %d", tried.Load()+same, reached, points)
			}
		})
	}
}

// A crash is what a process left at one of its points.
type crash struct {
	*bench
	n     int
	where string
}

// crashing migrates once, and sends what a crash would leave at every nth point,
// unless nothing happened since the last one.
func (b *bench) crashing(crashes chan<- crash) (points int, same int64) {
	defer close(crashes)
	k := &killer{stop: func() {}}
	var copied, changed bool // at the point before, or since it
	k.copies = func(n int, where string, fresh bool) func() {
		changed = changed || fresh
		switch {
		case (n-1)%*crashEvery != 0 || b.t.Failed():
			return nil
		case copied && !changed:
			same++
			return nil
		}
		left, err := b.copy()
		if err != nil {
			b.t.Errorf("point %d (%s): copy: %v", n, where, err)
			return nil
		}
		copied, changed = true, false
		return func() { crashes <- crash{left, n, where} }
	}
	if err := b.run(k); err != nil {
		b.t.Errorf("the run that is copied failed: %v", err)
	}
	return k.point, same
}

// goOn resumes what was left, and throws it away.
func (c crash) goOn(t *testing.T, want []string, took string) {
	c.resumed(t, fmt.Sprintf("point %d (%s)", c.n, c.where), want, took)
	if err := errors.Join(connectors.Close(c.target), os.RemoveAll(c.home)); err != nil {
		t.Error(err)
	}
}

// copy copies home and target, in this order: a request that is under way may still
// land in the target.
func (b *bench) copy() (*bench, error) {
	home, err := os.MkdirTemp("", "crash")
	if err != nil {
		return nil, err
	}
	left := *b
	left.home = home
	if err := copyFolder(home, b.home); err != nil {
		return nil, err
	}
	if b.desk != nil {
		left.desk = b.desk.Copy()
		left.target, left.again = left.desk.Target(), left.desk.Target
		return &left, nil
	}
	left.again = func() connectors.Target { return openArchive(b.t, filepath.Join(home, archived)) }
	left.target = left.again()
	return &left, nil
}

// copyFolder copies files for nobody else to read, as they were. Those that SQLite
// makes its shared memory of it makes anew.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(name, "-shm") {
			return err
		}
		at := filepath.Join(to, strings.TrimPrefix(name, from))
		if d.IsDir() {
			return os.MkdirAll(at, 0o700)
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(at, content, 0o600)
	})
}

// TestAStopAnywhereLosesAndDoublesNothing ends the run itself at every nth point: its
// context is over and whatever it still tries fails. Each point is one of a run of
// its own, and so of another order of what goes on side by side.
func TestAStopAnywhereLosesAndDoublesNothing(t *testing.T) {
	for name, newBench := range benches() {
		t.Run(name, func(t *testing.T) {
			calm := newBench(t)
			want, points := undisturbed(t, calm)
			stopEverywhere(t, newBench, want, calm.took, points)
		})
	}
}

func memoryBench(t *testing.T, a sample.Account, o memory.Options) *bench {
	target := memory.New(o)
	return &bench{t: t, home: t.TempDir(), source: fill(t, memory.Options{PageSize: 30}, a).Source(),
		target: target.Target(), again: target.Target, desk: target, records: len(a.Records)}
}

// archived is the folder of an archive, which lies in the home only so that both are
// copied at once.
const archived = "archive"

func archiveBench(t *testing.T, a sample.Account) *bench {
	home := t.TempDir()
	again := func() connectors.Target {
		target := openArchive(t, filepath.Join(home, archived))
		t.Cleanup(func() { connectors.Close(target) })
		return target
	}
	return &bench{t: t, home: home, source: fill(t, memory.Options{PageSize: 30}, a).Source(), target: again(), again: again, records: len(a.Records)}
}

func openArchive(t *testing.T, dir string) connectors.Target {
	target, err := archive.Connector.Target(context.Background(), func(into any) error {
		return parse(t).SettingsOf("target", planDesk(dir))(into)
	})
	if err != nil {
		t.Errorf("open an archive: %v", err)
	}
	return target
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
	r, err := openWith(b.home, strict(b.t), b.source, target, k.wrap)
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

func stopEverywhere(t *testing.T, newBench func(*testing.T) *bench, want []string, took string, points int) {
	var tried atomic.Int64
	var wait sync.WaitGroup
	next := make(chan int)
	for range 2 {
		wait.Go(func() {
			for n := range next {
				stopAt(t, newBench(t), n, want, took)
				tried.Add(1)
			}
		})
	}
	for n := 1; n <= points && !t.Failed(); n += *stopEvery {
		next <- n
	}
	close(next)
	wait.Wait()
	t.Logf("%d of %d points, %d records, %s", tried.Load(), points, len(want), took)
}

func stopAt(t *testing.T, b *bench, n int, want []string, took string) {
	k := &killer{at: n}
	if err := b.run(k); err == nil && k.dead && k.where != "" {
		// The last points lie behind all that matters: the run is over.
	} else if !k.dead {
		t.Errorf("point %d was not reached: %v", n, err)
		return
	}
	b.target = b.again()
	b.resumed(t, fmt.Sprintf("point %d (%s)", n, k.where), want, took)
}

// resumed resumes a run, and compares.
func (b *bench) resumed(t *testing.T, point string, want []string, took string) {
	if err := b.run(&killer{}); err != nil {
		t.Errorf("%s: resume: %v", point, err)
		return
	}
	if got := canonical(t, b.target); !slices.Equal(got, want) {
		t.Errorf("%s: the target differs:\n%s", point, differ(got, want))
	}
	if b.took != took {
		t.Errorf("%s: the run took %s, undisturbed %s", point, b.took, took)
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
