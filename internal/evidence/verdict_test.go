package evidence

import (
	"slices"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	change := func(r Report, f func(*Report)) Report { f(&r); return r }
	for _, c := range []struct {
		name  string
		of    Report
		level Level
		says  string
	}{
		{"clean", clean(), Clean,
			"All 1,934 records that were read are accounted for; 0 fields differ unexpectedly; 0 findings remain in the output."},
		{"the ledger still says running", change(clean(), func(r *Report) { r.State = "running" }), Clean,
			"All 1,934 records that were read are accounted for; 0 fields differ unexpectedly; 0 findings remain in the output."},
		{"nothing read", nothing(), Clean, "No record was read, so nothing was moved."},
		{"several things", full(), Attention, "All 1,934 records that were read are accounted for, but 2 fields differ unexpectedly, " +
			"12 records are in quarantine, 14 files are in quarantine and 3 records were changed in the source since they were moved."},
		{"residual", change(clean(), func(r *Report) { r.Residual = map[string]int{"comment.body": 1} }), Attention,
			"All 1,934 records that were read are accounted for, but 1 finding remains in the output."},
		{"unlisted differences", change(clean(), func(r *Report) { r.More = 7 }), Attention,
			"All 1,934 records that were read are accounted for, but 7 fields differ unexpectedly."},
		{"objects left", change(clean(), func(r *Report) { s := *r.Sealed; s.Left = 1; r.Sealed = &s }), Attention,
			"All 1,934 records that were read are accounted for, but 1 staged object could not be deleted."},
		{"not sealed", change(clean(), func(r *Report) { r.Sealed = nil }), Attention,
			"All 1,934 records that were read are accounted for, but the keys of the run still exist."},
		{"no log", change(clean(), func(r *Report) { r.Audit = Audit{} }), Attention,
			"All 1,934 records that were read are accounted for, but there is no audit log of this run."},
		{"not ended", change(clean(), func(r *Report) { r.State, r.Sealed = "running", nil }), Attention,
			"The run has not ended: this report shows how far it has come."},
		{"empty", Report{}, Attention, "The run has not ended: this report shows how far it has come."},
		{"missing", stopped(), Failed, "2 records are missing in the target."},
		{"missing and doubled", change(stopped(), func(r *Report) {
			r.Census.Kinds = []KindCensus{{Kind: "ticket", Missing: 1, Doubled: 2}}
		}), Failed, "1 record is missing in the target and 2 records stand in the target twice."},
		{"lost between steps", change(clean(), func(r *Report) { r.Census.Accounted -= 2; r.Census.Conserved = false }), Failed,
			"2 records have no outcome or more than one."},
		{"the report contradicts the census", change(clean(), func(r *Report) { r.Kinds = r.Kinds[1:] }), Failed,
			"402 records have no outcome or more than one."},
		{"not conserved without numbers", change(clean(), func(r *Report) { r.Census.Conserved = false }), Failed,
			"The census says that something is lost, foreign or twice."},
		{"log", change(clean(), func(r *Report) { r.Audit.Intact = false }), Failed, "The audit log is not what was written."},
		{"failure", Report{State: "failed", Failure: "TargetUnavailable"}, Failed,
			"The run stopped: the target does not answer (TargetUnavailable)."},
		{"failure that nobody knows", Report{State: "failed"}, Failed, "The run stopped: for a reason that this report has no text for."},
		{"given up", Report{State: "given_up"}, Failed,
			"The run was given up: its keys and staged objects were destroyed before it was through."},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := c.of.Verdict("en")
			if v.Level != c.level || v.Sentence != c.says {
				t.Errorf("got %s: %s\nwant %s: %s", v.Level, v.Sentence, c.level, c.says)
			}
			if got := c.of.Partial(); got != (c.level == Attention) {
				t.Errorf("Partial() = %v of a run that is %s", got, c.level)
			}
			if (len(v.Points) == 0) != (c.level == Clean) {
				t.Errorf("%d points for a run that is %s", len(v.Points), c.level)
			}
			for _, p := range v.Points {
				if p.Text == "" || p.Next == "" || strings.Contains(p.Text+p.Next, "⟦") {
					t.Errorf("point %s says %q, next %q", p.Name, p.Text, p.Next)
				}
			}
		})
	}
}

func TestGravestConcernsComeFirst(t *testing.T) {
	if !slices.IsSortedFunc(concerns, func(a, b concern) int { return strings.Compare(string(b.level), string(a.level)) }) {
		t.Error("a concern that is a failure stands behind one that needs attention: the first decides the level")
	}
}

func TestVerdictOfALanguageThatThereIsNot(t *testing.T) {
	if got, want := clean().Verdict("xx").Sentence, clean().Verdict("en").Sentence; got != want {
		t.Errorf("got %q, want the first language's %q", got, want)
	}
}
