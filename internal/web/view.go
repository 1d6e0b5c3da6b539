package web

import (
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A view is what the page shows, in words already.
type view struct {
	*tongue
	Path     string // that leads to the same page
	Title    string
	Say      string // the state in a sentence
	Mood     string // clean, busy, attention, failed: for colour and sign
	Others   []link
	Tongues  []link
	Next     string
	Commands []string
	Waits    []waits
	Phases   []phase
	Outcomes []string
	Kinds    []kindRow
	Runs     []runRow
	Moved    []pair
	Accounts []pair
	Schedule string
	Empty    bool
}

type link struct {
	Text, Path, Lang string
	Here             bool
}

type pair struct{ Name, Value string }

type waits struct {
	Say     string
	Reasons []pair
}

type phase struct {
	Name, State, Sign, Count string
	Done, Total              int
}

type kindRow struct {
	Kind   string
	Counts []string
}

type runRow struct {
	ID, Mode, State, Note, Started, Ended, Report string
}

// viewOf puts a status into words.
func viewOf(t *tongue, s api.Status) view {
	v := view{tongue: t, Title: t.say("title", s.Migration), Next: t.say("next." + string(s.Next.Do)), Commands: commands(s.Next.Do)}
	v.Say, v.Mood = sentence(t, s)
	for _, w := range s.Waiting {
		v.Waits = append(v.Waits, waitsOf(t, w))
	}
	v.Phases = phases(t, s)
	v.Outcomes, v.Kinds = table(t, s.Records)
	for _, r := range slices.Backward(s.Runs) {
		v.Runs = append(v.Runs, runOf(t, s.Migration, r))
	}
	for _, c := range s.Cursors {
		v.Moved = append(v.Moved, pair{t.say("kind." + c.Kind), t.date(c.Moved)})
	}
	for _, a := range s.Accounts {
		v.Accounts = append(v.Accounts, pair{strings.TrimSpace(a.Product + " " + a.Class),
			t.say("account", t.number(a.Ours), t.number(a.Others), t.number(a.Limit), t.number(a.Reserve))})
	}
	if p := s.Schedule; p != nil {
		v.Schedule = scheduleOf(t, *p)
	}
	return v
}

// commands are what to type for the next step.
func commands(do api.NextStep) []string {
	return map[api.NextStep][]string{
		api.NextPlan:    {"safeconduct plan"},
		api.NextMigrate: {"safeconduct plan", "safeconduct demo", "safeconduct migrate"},
		api.NextApprove: {"safeconduct approve", "safeconduct approve --reject"},
		api.NextResume:  {"safeconduct resume"},
		api.NextCorrect: {"safeconduct plan", "safeconduct migrate"},
		api.NextDelta:   {"safeconduct migrate", "safeconduct verify"},
	}[do]
}

// sentence says in one sentence how a migration stands, and how that feels.
func sentence(t *tongue, s api.Status) (say, mood string) {
	if len(s.Runs) == 0 {
		return t.say("say.planned"), "quiet"
	}
	last := s.Runs[len(s.Runs)-1]
	switch {
	case last.State == "failed":
		return t.say("say.failed", last.ID, last.Failure), "failed"
	case last.State != "running":
		return t.say("say."+last.State, last.ID), map[string]string{"finished": "clean"}[last.State]
	case len(s.Waiting) > 0 && s.Waiting[0].For == api.WaitApproval:
		return t.say("say.waits", last.ID), "attention"
	case s.Active == nil:
		return t.say("say.idle", last.ID), "attention"
	}
	return t.say("say.running", last.ID, atWork(t, *s.Active)), "busy"
}

// atWork says what the step at work has done.
func atWork(t *tongue, p api.Progress) string {
	name := t.say("step." + p.Step)
	for _, s := range p.Steps {
		if s.Name != p.Step {
			continue
		}
		count := t.count(s)
		if p.SecondsLeft != nil {
			return strings.TrimSuffix(t.say("say.left", name, count, t.span(*p.SecondsLeft)), ".")
		}
		return strings.TrimSuffix(t.say("say.done", name, count), ".")
	}
	return name
}

func (t *tongue) count(s api.Step) string {
	if s.Total == 0 {
		return t.number(s.Done)
	}
	return t.say("of", t.number(s.Done), t.number(s.Total))
}

func waitsOf(t *tongue, w api.Waiting) waits {
	out := waits{Say: t.say("wait."+w.For, w.Run, t.say("whom."+string(w.Whom)), t.date(w.Since))}
	for _, name := range []string{"records", "personal", "residual"} {
		if n, ok := w.Reasons[name]; ok {
			out.Reasons = append(out.Reasons, pair{t.say("reason." + name), t.number(n)})
		}
	}
	return out
}

// path are the states of a run, in order.
var path = []string{"plan", "extract", "anonymize", "gate", "load", "verify", "commit", "seal"}

// phases shows how far the run at work has come.
func phases(t *tongue, s api.Status) (all []phase) {
	at := 0
	switch {
	case len(s.Waiting) > 0 && s.Waiting[0].For == api.WaitApproval:
		at = slices.Index(path, "gate")
	case s.Active != nil:
		at = max(0, slices.Index(path, s.Active.Step))
	default:
		return nil
	}
	for i, name := range path {
		p := phase{Name: t.say("step." + name), State: "later", Sign: "·"}
		switch {
		case i < at:
			p.State, p.Sign = "done", "✓"
		case i == at && len(s.Waiting) > 0:
			p.State, p.Sign = "waits", "!"
		case i == at:
			p.State, p.Sign = "now", "▸"
		}
		if s.Active != nil {
			for _, step := range s.Active.Steps {
				if step.Name == name {
					p.Count, p.Done, p.Total = t.count(step), step.Done, step.Total
				}
			}
		}
		all = append(all, p)
	}
	return all
}

// outcomes is the order of the columns.
var outcomes = []string{"loaded", "matched", "intended", "excluded", "withheld", "quarantined", "removed"}

func table(t *tongue, records map[string]map[string]int) (columns []string, rows []kindRow) {
	var used []string
	for _, o := range outcomes {
		for _, counts := range records {
			if counts[o] > 0 {
				used, columns = append(used, o), append(columns, t.say("outcome."+o))
				break
			}
		}
	}
	for _, k := range helpdesk.Kinds() {
		counts, ok := records[string(k)]
		if !ok {
			continue
		}
		row := kindRow{Kind: t.say("kind." + string(k))}
		for _, o := range used {
			text := "–"
			if counts[o] > 0 {
				text = t.number(counts[o])
			}
			row.Counts = append(row.Counts, text)
		}
		rows = append(rows, row)
	}
	return columns, rows
}

func runOf(t *tongue, migration string, r api.Run) runRow {
	row := runRow{ID: r.ID, Mode: t.say("mode." + r.Mode), State: t.say("state." + r.State), Started: t.date(r.Started), Ended: t.date(r.Ended)}
	row.Note = r.Failure
	if r.Sealed != nil {
		row.Note = strings.TrimPrefix(row.Note+" · "+t.say("sealed", t.number(r.Sealed.Objects)), " · ")
	}
	if r.State == "finished" {
		row.Report = "/v1/migrations/" + migration + "/runs/" + r.ID + "/documents/" + t.say("report.name")
	}
	return row
}

func scheduleOf(t *tongue, s api.Schedule) string {
	text := t.say("schedule.cron", s.Cron)
	if s.Every != "" {
		text = t.say("schedule.every", s.Every)
	}
	if s.State == api.SchedulePaused {
		text += ", " + t.say("schedule.paused")
	}
	return text
}
