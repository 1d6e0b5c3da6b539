package api

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// soon is when whoever has started something may look first; those who watch
// slow down by themselves.
const soon = 2 * time.Second

func (h *handler) migrations(ctx context.Context, q request) (answer, error) {
	found, err := h.Backend.Watch.Migrations(ctx, q.who.Tenant)
	if found == nil {
		found = []Summary{}
	}
	return answer{status: http.StatusOK, body: struct {
		Migrations []Summary `json:"migrations"`
	}{found}}, err
}

func (h *handler) status(ctx context.Context, q request) (answer, error) {
	s, err := h.Backend.Watch.Status(ctx, q.of)
	return answer{status: http.StatusOK, body: s.whole()}, err
}

// whole makes lists of what is nothing: a program need not tell the two apart.
func (s Status) whole() Status {
	if s.Runs == nil {
		s.Runs = []Run{}
	}
	if s.Cursors == nil {
		s.Cursors = []Cursor{}
	}
	if s.Waiting == nil {
		s.Waiting = []Waiting{}
	}
	if s.Records == nil {
		s.Records = map[string]map[string]int{}
	}
	if s.Active != nil && s.Active.Steps == nil {
		s.Active.Steps = []Step{}
	}
	return s
}

func (h *handler) plan(ctx context.Context, q request) (answer, error) {
	p, err := h.Backend.Plans.Plan(ctx, q.of)
	return answer{status: http.StatusOK, body: p}, err
}

func (h *handler) putPlan(ctx context.Context, q request) (answer, error) {
	p, err := h.Backend.Plans.PutPlan(ctx, q.of, q.body)
	p.Text = ""
	return answer{status: http.StatusOK, body: p}, err
}

// maxDemo is far above what anybody looks at by eye; a runtime may allow less.
const maxDemo = 1000

func (s Start) check() error {
	wrong := ""
	switch {
	case s.Mode != ModeFull && s.Mode != ModeDemo && s.Mode != ModeDelta:
		wrong = "mode is full, delta or demo"
	case s.Mode != ModeDemo && s.Limit != 0:
		wrong = "limit is for a demo"
	case s.Mode != ModeDelta && s.Quick:
		wrong = "quick is for a delta"
	case s.Limit < 0 || s.Limit > maxDemo:
		wrong = "limit is from 1 to 1000"
	case len(s.PlanHash) > 64:
		wrong = "plan_hash is as the preview tells it"
	}
	return invalid(wrong)
}

// invalid is the refusal of a value that the form allows and sense does not.
func invalid(wrong string) error {
	if wrong == "" {
		return nil
	}
	return &Refusal{Kind: ErrInvalid, Code: "invalid", Say: "That can't be: " + wrong + ".", Next: "Correct it and send it again."}
}

func (h *handler) start(ctx context.Context, q request) (answer, error) {
	var s Start
	if err := q.parse(&s); err != nil {
		return answer{}, err
	}
	if err := s.check(); err != nil {
		return answer{}, err
	}
	s.Key = q.key
	begun, err := h.Backend.Runs.Start(ctx, q.of, s)
	return accepted(begun, all, begun.Migration, "runs", begun.Run), err
}

// accepted is the answer to what takes long: where to look, and when first.
func accepted(body any, path ...string) answer {
	location, _ := url.JoinPath(path[0], path[1:]...) // names that were checked
	return answer{status: http.StatusAccepted, body: body, location: location, after: soon}
}

func (h *handler) resume(ctx context.Context, q request) (answer, error) {
	id := q.PathValue("run")
	err := h.Backend.Runs.Resume(ctx, q.of, id)
	return accepted(Started{q.of.Name, id}, all, q.of.Name, "runs", id), err
}

func (h *handler) decide(ctx context.Context, q request) (answer, error) {
	var d Decision
	if err := q.parse(&d); err != nil {
		return answer{}, err
	}
	if d.Decision != Approve && d.Decision != Reject {
		return answer{}, invalid("decision is approve or reject")
	}
	d.By = q.who.Subject
	id := q.PathValue("run")
	err := h.Backend.Approvals.Decide(ctx, q.of, id, d)
	return accepted(Started{q.of.Name, id}, all, q.of.Name, "runs", id), err
}

// run picks the run out of the migration's status: what is asked every few
// seconds has one source.
func (h *handler) run(ctx context.Context, q request) (answer, error) {
	s, err := h.Backend.Watch.Status(ctx, q.of)
	if err != nil {
		return answer{}, err
	}
	s = s.whole()
	for _, r := range s.Runs {
		if r.ID == q.PathValue("run") {
			return answer{status: http.StatusOK, body: s.of(r)}, nil
		}
	}
	return answer{}, NotFound("run")
}

func (s Status) of(r Run) RunStatus {
	one := RunStatus{Run: r, Migration: s.Migration, Waiting: []Waiting{}}
	if s.Active != nil && s.Active.Run == r.ID {
		one.Progress = s.Active
	}
	for _, w := range s.Waiting {
		if w.Run == r.ID {
			one.Waiting = append(one.Waiting, w)
		}
	}
	return one
}

func (h *handler) report(ctx context.Context, q request) (answer, error) {
	text, err := h.Backend.Reports.Report(ctx, q.of, q.PathValue("run"))
	return answer{status: http.StatusOK, raw: text, kind: typeJSON}, err
}

func (h *handler) cost(ctx context.Context, q request) (answer, error) {
	text, err := h.Backend.Costs.Cost(ctx, q.of, q.PathValue("run"))
	return answer{status: http.StatusOK, raw: text, kind: typeJSON}, err
}

func (h *handler) listDocuments(ctx context.Context, q request) (answer, error) {
	names, err := h.Backend.Reports.Documents(ctx, q.of, q.PathValue("run"))
	if names == nil {
		names = []string{}
	}
	return answer{status: http.StatusOK, body: struct {
		Documents []string `json:"documents"`
	}{names}}, err
}

// Types of documents by the ends of their names. A page holds its style and
// nothing that runs; whatever else it held would not run here either.
var documentTypes = map[string]string{".json": typeJSON, ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8"}

const documentPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

func (h *handler) runDocument(ctx context.Context, q request) (answer, error) {
	d, err := h.Backend.Reports.Document(ctx, q.of, q.PathValue("run"), q.PathValue("document"))
	if err != nil {
		return answer{}, err
	}
	if d.URL != "" {
		return answer{status: http.StatusSeeOther, location: d.URL}, nil
	}
	kind := "application/octet-stream"
	for end, of := range documentTypes {
		if len(d.Name) > len(end) && d.Name[len(d.Name)-len(end):] == end {
			kind = of
		}
	}
	return answer{status: http.StatusOK, raw: d.Content, kind: kind, policy: documentPolicy}, nil
}
