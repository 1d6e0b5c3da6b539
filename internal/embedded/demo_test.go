package embedded

import (
	"errors"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// limited opens a runtime whose steps hold demos to limits, as deployed ones do.
func limited(t *testing.T, planning, reading migration.DemoLimits) (*Runtime, *memory.Desk) {
	t.Helper()
	target := memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), fill(t, memory.Options{}, sample.Crash()).Source(), target.Target())
	r.steps.Plan.Demo, r.steps.Extract.Demo = planning, reading
	return r, target
}

func refusal(t *testing.T, err error) {
	t.Helper()
	var failed *Failed
	if !errors.As(err, &failed) || failed.Name != string(migration.DemoLimited) {
		t.Errorf("got %v, want DemoLimited", err)
	}
}

func TestADemoLargerThanAllowedIsRefusedByBothSteps(t *testing.T) {
	few := migration.DemoLimits{Tickets: 3}
	for name, limits := range map[string][2]migration.DemoLimits{"where it is planned": {few, {}}, "where it is read": {{}, few}} {
		t.Run(name, func(t *testing.T) {
			r, target := limited(t, limits[0], limits[1])
			_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 4})
			refusal(t, err)
			if n := len(target.Records("ticket")); n > 0 {
				t.Errorf("%d tickets were moved", n)
			}
		})
	}
	r, target := limited(t, few, few)
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo}); err != nil {
		t.Fatal(err)
	}
	if n := len(target.Records("ticket")); n != 3 {
		t.Errorf("a demo that names no number moved %d tickets, want the 3 that it may", n)
	}
}

func TestDemosOfAnHourAreCounted(t *testing.T) {
	two := migration.DemoLimits{RunsPerHour: 2}
	r, _ := limited(t, two, two)
	for range 2 {
		if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 1}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 1})
	refusal(t, err)
}

func TestAStepThatIsRepeatedCountsItsDemoOnce(t *testing.T) {
	one := migration.DemoLimits{RunsPerHour: 1}
	r, _ := limited(t, one, one)
	run := r.Run("r0001", migration.ModeDemo)
	if err := r.Plans.Keep(t.Context(), run, r.Plan); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := r.steps.Plan.Do(t.Context(), migration.PlanInput{Run: run}); err != nil {
			t.Errorf("repeated: %v", err)
		}
	}
}

func TestADemoThatNobodyCountedReadsNothing(t *testing.T) {
	r, target := limited(t, migration.DemoLimits{}, migration.DemoLimits{RunsPerHour: 2})
	_, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 1})
	refusal(t, err)
	if n := len(target.Records("ticket")); n > 0 {
		t.Errorf("%d tickets were moved", n)
	}
}

func TestFilesLargerThanADemoTakesStayBehind(t *testing.T) {
	a := sample.Regular(2, 2, true) // a file of some ten bytes each
	for name, size := range map[string]int64{"by what the source says": 0, "by what it delivers": 1} {
		t.Run(name, func(t *testing.T) {
			if size > 0 {
				for _, r := range a.Records {
					if r.Ticket != nil {
						r.Ticket.Comments[0].Attachments[0].Size = size
					}
				}
			}
			target := memory.New(memory.Options{})
			r := open(t, t.TempDir(), parse(t), fill(t, memory.Options{}, a).Source(), target.Target())
			r.steps.Extract.Demo = migration.DemoLimits{FileBytes: 5}
			run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDemo, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			report, err := r.Report(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Files.LeftOut[plan.FileTooLarge]; got != 2 {
				t.Errorf("left out %v, want both files as too large", report.Files.LeftOut)
			}
		})
	}
}
