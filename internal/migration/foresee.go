package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Forecasts keeps forecasts for whoever asked for them. One may hold words of the
// source: it is kept like content.
type Forecasts interface {
	Keep(ctx context.Context, r Run, f *Forecast) error
}

// A ForeseeOutput counts what the forecast covers.
type ForeseeOutput struct {
	Complete bool `json:"complete"`
	Records  int  `json:"records"`
	Done     bool `json:"done"`
}

// Foresee forecasts what a run of the plan would do, and keeps the forecast. It
// takes no lease: nothing is changed.
func (s Plan) Foresee(ctx context.Context, in PlanInput) (ForeseeOutput, error) {
	p, err := s.Plans.Plan(ctx, in.Run)
	if err != nil {
		return ForeseeOutput{}, ofStorage("read the plan", err)
	}
	source, err := s.Sources.Source(ctx, p)
	if err != nil {
		return ForeseeOutput{}, ofSource("open", err)
	}
	target, err := s.Targets.Target(ctx, p)
	if err != nil {
		return ForeseeOutput{}, ofTarget("open", err)
	}
	f, err := Preview(ctx, p, source, target, func(helpdesk.Kind, int) {})
	if err != nil {
		return ForeseeOutput{}, err
	}
	out := ForeseeOutput{Complete: f.Complete, Done: true}
	for _, k := range f.Kinds {
		out.Records += k.Read
	}
	return out, ofStorage("keep the forecast", s.Forecasts.Keep(ctx, in.Run, f))
}
