package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// service opens a service for a plan between two shared desks in memory.
func service(t *testing.T, more string) (*Service, *memory.Desk) {
	t.Helper()
	dir := t.TempDir()
	source, target := fill(t, memory.Options{PageSize: 30}, sample.Crash()), memory.New(memory.Options{})
	memory.Share(t.Name()+"-source", source)
	memory.Share(t.Name()+"-target", target)
	text := strings.Replace(planText, "source: {connector: memory}", "source: {connector: memory, desk: "+t.Name()+"-source}", 1)
	text = strings.Replace(text, "target: {connector: memory}", "target: {connector: memory, desk: "+t.Name()+"-target}", 1)
	file := filepath.Join(dir, "plan.yaml")
	if err := os.WriteFile(file, []byte(text+more), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := NewService(file, Options{Home: filepath.Join(dir, "home"), Reports: filepath.Join(dir, "reports"), Tool: "safeconduct/test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, target
}

var ours = api.Migration{Tenant: "local", Name: "test"}

// until waits until a migration stands as wanted.
func until(t *testing.T, s *Service, m api.Migration, wanted func(api.Status) bool) api.Status {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		status, err := s.Status(t.Context(), m)
		if err == nil && wanted(status) {
			return status
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %+v, %v", status, err)
		}
	}
}

func over(s api.Status) bool { return s.Active == nil && len(s.Runs) > 0 }

func start(t *testing.T, s *Service, q api.Start) api.Started {
	t.Helper()
	begun, err := s.Start(t.Context(), ours, q)
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

func TestAServiceSeesARunThrough(t *testing.T) {
	s, target := service(t, "")
	if status, err := s.Status(t.Context(), ours); err != nil || status.Next.Do != api.NextMigrate || len(status.Runs) != 0 {
		t.Errorf("before the first run: %+v, %v", status, err)
	}
	begun := start(t, s, api.Start{Mode: api.ModeFull, Key: "k"})
	if again, err := s.Start(t.Context(), ours, api.Start{Mode: api.ModeFull, Key: "k"}); err != nil || again != begun {
		t.Errorf("the same key gives %v, %v, want %v", again, err, begun)
	}
	if _, err := s.Start(t.Context(), ours, api.Start{Mode: api.ModeFull}); !errors.Is(err, api.ErrConflict) {
		t.Errorf("a second run: %v, want a conflict", err)
	}
	status := until(t, s, ours, over)
	if last := status.Runs[0]; last.State != "finished" || last.Sealed == nil || status.Next.Do != api.NextDelta || len(status.Cursors) == 0 {
		t.Errorf("status %+v", status)
	}
	if n := status.Records["ticket"]["loaded"]; n == 0 || n != len(target.IDs("ticket")) {
		t.Errorf("%d tickets are loaded, the target has %d", n, len(target.IDs("ticket")))
	}
	if text, err := s.Report(t.Context(), ours, begun.Run); err != nil || !strings.Contains(string(text), `"migration": "test"`) {
		t.Errorf("report %.80s, %v", text, err)
	}
	if names, err := s.Documents(t.Context(), ours, begun.Run); err != nil || len(names) < 4 {
		t.Errorf("documents %v, %v", names, err)
	}
	if _, err := s.Document(t.Context(), ours, begun.Run, "../../../plan.yaml"); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("a file beside the documents: %v", err)
	}
	if list, err := s.Migrations(t.Context(), "local"); err != nil || len(list) != 1 || list[0].State != "finished" {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestADemoIsAMigrationOfItsOwnAndTheFullRunRemovesIt(t *testing.T) {
	s, target := service(t, "")
	begun := start(t, s, api.Start{Mode: api.ModeDemo, Limit: 3})
	if begun.Migration != "test-demo" {
		t.Fatalf("the demo is %v", begun)
	}
	demo := api.Migration{Tenant: "local", Name: "test-demo"}
	until(t, s, demo, over)
	if n := len(target.IDs("ticket")); n == 0 || n > 3 {
		t.Errorf("the demo moved %d tickets", n)
	}
	start(t, s, api.Start{Mode: api.ModeFull})
	status := until(t, s, ours, over)
	if n := status.Records["ticket"]["loaded"]; n != len(target.IDs("ticket")) {
		t.Errorf("%d tickets are loaded and %d in the target: the demo's are left", n, len(target.IDs("ticket")))
	}
	if _, err := s.Start(t.Context(), demo, api.Start{Mode: api.ModeFull}); !errors.Is(err, api.ErrInvalid) {
		t.Errorf("a full run of a demo: %v", err)
	}
}

func TestARunThatWaitsGoesOnWhenItIsApproved(t *testing.T) {
	s, target := service(t, "run: {approval: true}\n")
	begun := start(t, s, api.Start{Mode: api.ModeFull})
	status := until(t, s, ours, func(st api.Status) bool { return len(st.Waiting) > 0 })
	if w := status.Waiting[0]; w.Whom != api.PrivacyOfficer || w.Reasons["records"] == 0 || status.Next.Do != api.NextApprove {
		t.Errorf("it waits as %+v, next %v", status.Waiting, status.Next)
	}
	if n := len(target.IDs("ticket")); n != 0 {
		t.Errorf("%d tickets are in the target before it is approved", n)
	}
	if err := s.Decide(t.Context(), ours, "r0009", api.Decision{Decision: api.Approve, By: "p1"}); !errors.Is(err, api.ErrConflict) {
		t.Errorf("another run: %v", err)
	}
	if err := s.Decide(t.Context(), ours, begun.Run, api.Decision{Decision: api.Approve, By: "p1"}); err != nil {
		t.Fatal(err)
	}
	if last := until(t, s, ours, over).Runs[0]; last.State != "finished" || len(target.IDs("ticket")) == 0 {
		t.Errorf("run %+v", last)
	}
	if err := s.Decide(t.Context(), ours, begun.Run, api.Decision{Decision: api.Approve, By: "p1"}); !errors.Is(err, api.ErrConflict) {
		t.Errorf("a run that is over: %v", err)
	}
}

func TestARunThatNeverGotFarIsShownAsFailed(t *testing.T) {
	s, _ := service(t, "")
	memory.Share(t.Name()+"-source", memory.New(memory.Options{}))
	memory.Share(t.Name()+"-target", memory.New(memory.Options{}))
	start(t, s, api.Start{Mode: api.ModeFull, PlanHash: "another"})
	status := until(t, s, ours, over)
	if last := status.Runs[len(status.Runs)-1]; last.State != "failed" || last.Failure != "PlanChanged" || status.Next.Do != api.NextCorrect {
		t.Errorf("run %+v, next %v", last, status.Next)
	}
}

func TestAServiceThatIsClosedLeavesARunThatCanBeResumed(t *testing.T) {
	s, target := service(t, "")
	begun := start(t, s, api.Start{Mode: api.ModeFull})
	until(t, s, ours, func(st api.Status) bool { return st.Active != nil && st.Active.Step != "" })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := NewService(s.file, s.options)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	status, err := again.Status(t.Context(), ours)
	if err != nil || status.Next.Do != api.NextResume {
		t.Fatalf("next %v, %v", status.Next, err)
	}
	if err := again.Resume(t.Context(), ours, begun.Run); err != nil {
		t.Fatal(err)
	}
	if last := until(t, again, ours, over).Runs[0]; last.State != "finished" || len(target.IDs("ticket")) == 0 {
		t.Errorf("run %+v", last)
	}
	if err := again.Resume(t.Context(), ours, begun.Run); !errors.Is(err, api.ErrConflict) {
		t.Errorf("resuming what is finished: %v", err)
	}
}

func TestTasksTellWhatCameOfThem(t *testing.T) {
	s, target := service(t, "")
	done := func(a api.Action) api.Task {
		id, err := s.Begin(t.Context(), ours, a, "")
		if err != nil {
			t.Fatal(err)
		}
		for {
			task, err := s.Task(t.Context(), ours, a, id)
			if err != nil {
				t.Fatal(err)
			}
			if task.State != api.TaskRunning {
				return task
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	if task := done(api.Preview); task.State != api.TaskDone || !strings.Contains(string(task.Result), `"plan_hash"`) {
		t.Errorf("preview %+v", task)
	}
	start(t, s, api.Start{Mode: api.ModeFull})
	until(t, s, ours, over)
	if task := done(api.Recheck); task.State != api.TaskDone || !strings.Contains(string(task.Result), `"missing":0`) {
		t.Errorf("recheck %+v", task)
	}
	if task := done(api.Rollback); task.State != api.TaskDone || len(target.IDs("ticket")) != 0 {
		t.Errorf("rollback %+v, %d tickets are left", task, len(target.IDs("ticket")))
	}
	if task := done(api.Closing); task.State != api.TaskDone || !strings.Contains(string(task.Result), `"rows":`) {
		t.Errorf("closing %+v", task)
	}
	if _, err := s.Document(t.Context(), ours, "close", "closed.html"); err != nil {
		t.Errorf("the certificate: %v", err)
	}
	if _, err := s.Task(t.Context(), ours, api.Preview, "recheck-1"); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("a task that there is not: %v", err)
	}
}

func TestAPlanThatWasUploadedIsAMigrationUnlessItWantsSecrets(t *testing.T) {
	s, _ := service(t, "")
	other := api.Migration{Tenant: "local", Name: "other"}
	text := strings.Replace(planText, "migration: test", "migration: other", 1)
	for more, want := range map[string]error{"": nil,
		"target: {connector: memory}\n": api.ErrInvalid, // twice
	} {
		if _, err := s.PutPlan(t.Context(), other, []byte(text+more)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", more, err, want)
		}
	}
	secret := strings.Replace(text, "source: {connector: memory}", "source: {connector: redmine, key: env:HOME}", 1)
	if _, err := s.PutPlan(t.Context(), other, []byte(secret)); !errors.Is(err, api.ErrInvalid) || !strings.Contains(err.Error(), "source.key") {
		t.Errorf("a secret of this machine: %v", err)
	}
	if _, err := s.PutPlan(t.Context(), ours, []byte(planText)); !errors.Is(err, api.ErrConflict) {
		t.Errorf("over the plan of the file: %v", err)
	}
	if p, err := s.Plan(t.Context(), other); err != nil || p.Text != text {
		t.Errorf("plan %+v, %v", p, err)
	}
	foreign := api.Migration{Tenant: "globex", Name: "other"}
	for name, err := range map[string]error{
		"plan":   fails(s.Plan(t.Context(), foreign)),
		"status": fails(s.Status(t.Context(), foreign)),
		"start":  fails(s.Start(t.Context(), foreign, api.Start{Mode: api.ModeFull})),
		"report": fails(s.Report(t.Context(), foreign, "r0001")),
		"resume": s.Resume(t.Context(), foreign, "r0001"),
		"begin":  fails(s.Begin(t.Context(), foreign, api.Preview, "")),
	} {
		if !errors.Is(err, api.ErrNotFound) {
			t.Errorf("%s of another tenant: %v", name, err)
		}
	}
}

func fails[T any](_ T, err error) error { return err }

func TestTheStatusOfARunInAnotherProcessIsReadBesideIt(t *testing.T) {
	s, _ := service(t, "")
	p, _, err := s.readPlan(ours)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), p, s.options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r.Progress = func(p Progress) {
		if p.Step == "load" {
			stop()
		}
	}
	if _, err := r.Migrate(ctx, Request{Mode: "full"}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	status, err := s.Status(t.Context(), ours)
	if err != nil || status.Active == nil || status.Active.Step != "anonymize" || status.Active.Steps[0].Done == 0 || status.Next.Do != api.NextWait {
		t.Errorf("while it works: %+v, %v", status, err)
	}
	if _, err := s.Start(t.Context(), ours, api.Start{Mode: api.ModeFull}); !errors.Is(err, api.ErrConflict) {
		t.Errorf("a run beside it: %v", err)
	}
	r.Close()
	if status, err := s.Status(t.Context(), ours); err != nil || status.Next.Do != api.NextResume {
		t.Errorf("after it died: %+v, %v", status, err)
	}
}
