package agreement

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/safeconduct/safeconduct/internal/workflow"
)

// TestAMendedRunIsRedrivenFromWhatFailed: of each failure that a person can mend,
// what was done before is not done again. Ministack has no RedriveExecution.
func TestAMendedRunIsRedrivenFromWhatFailed(t *testing.T) {
	for name, c := range map[string]struct{ key, usual string }{
		"at the start":         {"plan", usual["plan"]},
		"while reading a kind": {"extract ticket", usual["extract ticket"]},
		"in an item":           {"load tickets 2", usual["load tickets 2"]},
		"in another item":      {"verify 1", usual["verify 1"]},
		"near the end":         {"report", usual["report"]},
	} {
		t.Run(name, func(t *testing.T) {
			const run = "mended"
			s := scenario{script: Script{c.key: append(fails("AccessDenied"), says(c.usual)...)}}
			m, err := workflow.Parse(filled(t, s.source(), func(f string) string { return "arn:aws:lambda:r:a:function:" + f }, "staging", "arn:aws:states:r:a:stateMachine:m"))
			if err != nil {
				t.Fatal(err)
			}
			stage := &stage{scenario: s, name: run, book: t.TempDir()}
			synctest.Test(t, func(t *testing.T) {
				x := workflow.Execution{Name: run, Input: s.input(run), Journal: &workflow.MemoryJournal{}, Tasks: stage.tasks(), Answers: stage,
					Objects: objects(manifests(run)), Start: stage.start}
				var f *workflow.Failure
				if _, err := m.Run(t.Context(), x); !errors.As(err, &f) {
					t.Fatalf("the run ended with %v, want a failure", err)
				}
				if _, err := m.Redrive(t.Context(), x); err != nil {
					t.Fatal(err)
				}
			})
			got, err := ReadBook(stage.book, run)
			if err != nil {
				t.Fatal(err)
			}
			undisturbed := interpret(t, run, scenario{})
			again := slices.IndexFunc(undisturbed.calls, func(call string) bool { return strings.HasPrefix(call, c.key+" {") })
			want := slices.Sorted(slices.Values(append(slices.Clone(undisturbed.calls), undisturbed.calls[again])))
			if calls := callsOf(got); !slices.Equal(calls, want) {
				t.Errorf("calls\n%s\nwant those of an undisturbed run and %q once more", strings.Join(calls, "\n"), c.key)
			}
		})
	}
}
