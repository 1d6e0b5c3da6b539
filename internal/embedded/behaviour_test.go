package embedded

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

func kindOf(t *testing.T, r evidence.Report, k helpdesk.Kind) evidence.Kind {
	t.Helper()
	i := slices.IndexFunc(r.Kinds, func(c evidence.Kind) bool { return c.Kind == string(k) })
	if i < 0 {
		t.Fatalf("the report has no %s", k)
	}
	return r.Kinds[i]
}

func TestARecordThatTheTargetRefusesNeitherStopsTheOthersNorVanishes(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	refused := false
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpDraft && op.Kind == helpdesk.KindTicket && !refused {
			refused = true
			return &connectors.Rejected{Reason: "odd_subject", Field: "ticket.subject"}
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	first := kindOf(t, migrate(t, r), helpdesk.KindTicket)
	if first.Outcomes["loaded"] != 49 || first.Outcomes["quarantined"] != 1 {
		t.Errorf("first run: %v, want 49 loaded and 1 quarantined", first.Outcomes)
	}
	second := kindOf(t, migrate(t, r), helpdesk.KindTicket)
	if second.Outcomes["loaded"] != 1 || second.Outcomes["unchanged"] != 49 {
		t.Errorf("second run: %v, want the refused one loaded", second.Outcomes)
	}
}

func TestACommentThatTheTargetRefusesIsMissedByVerifyAndStopsNothing(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Threaded: true, Batch: 10})
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpAppend && op.N == 7 {
			return connectors.ErrRejected
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	report := migrate(t, r)
	if len(report.Findings) == 0 || !report.Partial() {
		t.Errorf("the report does not name the comment: %s", report.Summary("en"))
	}
	comments := func(d *memory.Desk) (n int) {
		for _, r := range d.Records(helpdesk.KindTicket) {
			n += len(r.Ticket.Comments)
		}
		return n
	}
	if got, want := comments(target), comments(source)-1; got != want {
		t.Errorf("%d comments in the target, want %d", got, want)
	}
}

func TestALostAnswerIsNotTakenForAFailure(t *testing.T) {
	for name, answer := range map[string]error{"lost": memory.ErrAnswerLost, "late": memory.ErrLate} {
		t.Run(name, func(t *testing.T) {
			const hold = 20 * time.Second
			source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10, Hold: hold})
			clock := &hurried{}
			r, err := openWith(t.TempDir(), parse(t), source.Source(), target.Target(), func(p *Parts) { p.Clock = clock })
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var at time.Time
			fault := func(op memory.Operation) error {
				if op.Name == memory.OpCreate && op.Kind == helpdesk.KindTicket && at.IsZero() {
					at = clock.Now()
					return answer
				}
				// The target carries out what it was late with at the end of the time
				// that it declared.
				if !at.IsZero() && clock.Now().Sub(at) >= hold {
					target.Land()
				}
				return nil
			}
			if errors.Is(answer, memory.ErrLate) {
				target.Hook(memory.Hooks{Before: fault})
			} else {
				target.Hook(memory.Hooks{After: fault})
			}
			report := migrate(t, r)
			target.Land()
			if n := len(target.Records(helpdesk.KindTicket)); n != 50 || !report.Census.Conserved {
				t.Errorf("%d tickets, want 50; census %+v", n, report.Census)
			}
		})
	}
}

func TestATicketThatNamesSomebodyGoneKeepsAPlaceholder(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Requires: []string{"ticket.requester"}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	report := migrate(t, r)
	former := 0
	for _, p := range target.Records(helpdesk.KindPerson) {
		if strings.HasPrefix(p.Person.Name, "Former user ") {
			former++
		}
	}
	if got := kindOf(t, report, helpdesk.KindPerson).Placeholders; former == 0 || got != former {
		t.Errorf("%d placeholders in the target, %d in the report", former, got)
	}
	for _, ticket := range target.Records(helpdesk.KindTicket) {
		if ticket.Ticket.Requester == "" {
			t.Errorf("ticket %s has no requester", ticket.Ticket.Number)
		}
	}
	migrate(t, r)
	again := 0
	for _, p := range target.Records(helpdesk.KindPerson) {
		if strings.HasPrefix(p.Person.Name, "Former user ") {
			again++
		}
	}
	if again != former {
		t.Errorf("a second run made %d more placeholders", again-former)
	}
}

func TestWhatAgentsDoMeanwhileIsNeitherLostNorOverwritten(t *testing.T) {
	source, target := fill(t, memory.Options{PageSize: 10}, sample.Crash()), memory.New(memory.Options{})
	source.Hook(memory.Hooks{OnPage: func(k helpdesk.Kind, n int) {
		if k == helpdesk.KindTicket && n == 3 { // pages 1 and 2 are read already
			source.Reply(sample.SameFileName, "a reply while the migration runs")
		}
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	first := migrate(t, r)
	source.Hook(memory.Hooks{})

	var inTarget string
	for _, x := range target.Records(helpdesk.KindTicket) {
		if x.Ticket.Number == sample.BankDetails || strings.HasSuffix(x.Ticket.Number, sample.BankDetails) {
			inTarget = x.Key
		}
	}
	if inTarget != "" {
		target.Reply(inTarget, "on its way")
	}
	second := migrate(t, r)
	named := kindOf(t, first, helpdesk.KindTicket).Outcomes["pending"] + kindOf(t, second, helpdesk.KindTicket).Outcomes["pending"]
	if named == 0 {
		t.Errorf("the reply in the source is nowhere named: %v, %v", kindOf(t, first, helpdesk.KindTicket), kindOf(t, second, helpdesk.KindTicket))
	}
	if inTarget != "" && target.Last(inTarget) != "on its way" {
		t.Errorf("last reply = %q, want the agent's", target.Last(inTarget))
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets in the target, want 50", n)
	}
}

func TestTheGateStopsWhatIsNotMapped(t *testing.T) {
	source := fill(t, memory.Options{}, sample.Crash())
	target := memory.New(memory.Options{Vocabulary: map[string][]string{"ticket.status": {"Open", "Closed"}}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.GateClosed) {
		t.Fatalf("got %v, want GateClosed", err)
	}
	if n := target.Calls(memory.OpCreate); n != 0 {
		t.Errorf("%d requests to create", n)
	}
	for o := range r.Staging.List(t.Context(), "") {
		t.Errorf("staging still holds %s", o.Name)
	}
	if _, err := r.Resume(t.Context()); !errors.Is(err, ErrNothingToResume) {
		t.Errorf("resume: %v", err)
	}
}

func TestATargetThatIsNotPreparedIsNotWrittenTo(t *testing.T) {
	source := fill(t, memory.Options{}, sample.Crash())
	target := memory.New(memory.Options{Unprepared: []string{"Add a custom field."}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.TargetUnprepared) || !strings.Contains(failed.Message, "Add a custom field.") {
		t.Fatalf("got %v, want TargetUnprepared with what to do", err)
	}
	if n := target.Calls(memory.OpCreate) + source.Calls(memory.OpPage); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestATargetThatMailsIsStoppedAfterOneTicket(t *testing.T) {
	source := fill(t, memory.Options{}, sample.Crash())
	target := memory.New(memory.Options{Reopening: true, Batch: 1, Mails: 2})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.TargetMails) {
		t.Fatalf("got %v, want TargetMails", err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 1 {
		t.Errorf("%d tickets were written before anybody noticed", n)
	}
}

func TestTheForecastIsWhatComesOfIt(t *testing.T) {
	for name, o := range map[string]memory.Options{
		"keeps all":  {Batch: 10},
		"loses some": {Batch: 10, Lossy: []string{"ticket.custom", "comment.created", "person.notes"}},
		"reopening":  {Batch: 1, Reopening: true},
	} {
		t.Run(name, func(t *testing.T) {
			source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(o)
			known := source.Records(helpdesk.KindPerson)[0] // of whom the target has one by the same address
			known.Key = ""
			target.Add(known)
			p := parse(t)
			forecast, err := migration.Preview(t.Context(), p, source.Source(), target.Target(), func(helpdesk.Kind, int) {})
			if err != nil {
				t.Fatal(err)
			}
			report := migrate(t, open(t, t.TempDir(), p, source.Source(), target.Target()))
			wantForecast(t, forecast, report)
		})
	}
}

// wantForecast compares what was forecast of each field with its classes.
func wantForecast(t *testing.T, f *migration.Forecast, r evidence.Report) {
	t.Helper()
	outcome := map[string]map[string]int{}
	for _, field := range r.Fields {
		outcome[field.Name] = field.Classes
	}
	for _, k := range f.Kinds {
		o := kindOf(t, r, k.Kind).Outcomes
		if o[migration.OutcomeLoaded] != k.Move || o[migration.OutcomeUnchanged] != k.There {
			t.Errorf("%s: forecast to move %d and to leave %d, came to %v", k.Kind, k.Move, k.There, o)
		}
		if k.Kind == helpdesk.KindPerson && k.There != 1 {
			t.Errorf("%d people are there already, want 1", k.There)
		}
	}
	for _, field := range f.Fields {
		c := outcome[field.Name]
		got := [3]int{c[migration.Exact] + c[migration.Normalised] + c[migration.Transformed] + c[migration.Masked], c[migration.Emulated], c[migration.LostField]}
		want := [3]int{field.Kept + field.Mapped + field.Masked, field.Emulated, field.Lost}
		if got != want {
			t.Errorf("%s: forecast %v kept, emulated and lost, came to %v (%v)", field.Name, want, got, c)
		}
	}
}

func TestADemoTakesTheUglyAndLeavesNothingBehind(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Acme()), memory.New(memory.Options{})
	home, p := t.TempDir(), parse(t)
	demo := open(t, home, p.Demo(), source.Source(), target.Target())
	if _, err := demo.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 8}); err != nil {
		t.Fatal(err)
	}
	longest := 0
	tickets := target.Records(helpdesk.KindTicket)
	for _, x := range tickets {
		longest = max(longest, len(x.Ticket.Comments))
	}
	if len(tickets) != 8 || longest != 200 {
		t.Errorf("%d tickets, longest thread %d; want 8 with the thread of 200", len(tickets), longest)
	}
	for _, person := range target.Records(helpdesk.KindPerson) {
		if !strings.HasPrefix(person.Person.Name, "Person ") && !strings.HasPrefix(person.Person.Name, "Former user ") {
			t.Error("a person of the demo is not masked")
		}
	}
	if _, err := demo.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, k := range helpdesk.Kinds() {
		if n := len(target.Records(k)); n != 0 {
			t.Errorf("%d records of kind %s are left", n, k)
		}
	}
}

func TestARolledBackMigrationCanBeRunAgain(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{})
	mine := target.Add(func() helpdesk.Record {
		r := helpdesk.New(helpdesk.KindTicket, "")
		r.Ticket.Subject = "was here before"
		return r
	}())
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	if _, err := r.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := target.Records(helpdesk.KindTicket); len(left) != 1 || left[0].Key != mine[0] {
		t.Errorf("%d tickets after the rollback, want the one that was there before", len(left))
	}
	if got := kindOf(t, migrate(t, r), helpdesk.KindTicket); got.Outcomes["loaded"] != 50 {
		t.Errorf("the run after the rollback: %v", got.Outcomes)
	}
}

func TestARunThatFailedIsResumedWhereItFailed(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	down := true
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if down && op.Name == memory.OpCreate && op.Kind == helpdesk.KindTicket {
			return connectors.ErrUnavailable
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.TargetUnavailable) {
		t.Fatalf("got %v, want TargetUnavailable", err)
	}
	pages := source.Calls(memory.OpPage)
	down = false
	run, err := r.Resume(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	report, err := r.Report(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if source.Calls(memory.OpPage) != pages {
		t.Error("the source was read again")
	}
	if got := kindOf(t, report, helpdesk.KindTicket); got.Outcomes["loaded"] != 50 || report.State != "finished" {
		t.Errorf("after resume: %s, %v", report.State, got.Outcomes)
	}
}

func TestATargetThatFailsNowAndThenIsNoFailureOfTheRun(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 1, Reopening: true})
	writes, failures := 0, 0
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpCreate || op.Name == memory.OpAppend {
			if writes++; writes%5 == 0 { // far more often than a task is tried
				failures++
				return connectors.ErrUnavailable
			}
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	if got := kindOf(t, migrate(t, r), helpdesk.KindTicket); got.Outcomes["loaded"] != 50 || failures < 20 {
		t.Errorf("%v after %d failures", got.Outcomes, failures)
	}
}

func TestASecondRunWaitsForTheFirst(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{})
	home := t.TempDir()
	r := open(t, home, parse(t), source.Source(), target.Target())
	migrate(t, r)
	if _, err := r.Ledger().Acquire(t.Context(), "r0007"); err != nil {
		t.Fatal(err)
	}
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.LeaseLost) {
		t.Errorf("got %v, want LeaseLost", err)
	}
}
