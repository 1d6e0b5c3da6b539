package migration

import (
	"math"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A PaceForecast is how long the API of one side takes for what the forecast covers, at
// least: the reserve is counted as used up by agents.
type PaceForecast struct {
	Side      string `json:"side"` // source or target
	Product   string `json:"product"`
	Requests  int    `json:"requests"`
	PerMinute int    `json:"per_minute"` // that the account answers, agents' included
	Reserve   int    `json:"reserve"`    // percent
	Minutes   int    `json:"minutes"`
}

func paceOf(side, product string, requests, perMinute, reserve int) PaceForecast {
	free := float64(perMinute) * float64(100-reserve) / 100
	return PaceForecast{side, product, requests, perMinute, reserve, int(math.Ceil(float64(requests) / free))}
}

// paces forecasts both sides, as far as they tell their limits. read is how many
// requests the source was just asked; each of its files is another.
func (v *preview) paces(read int) {
	if perMinute := v.out.Source.PerMinute; perMinute > 0 {
		v.out.Paces = append(v.out.Paces, paceOf("source", v.out.Source.Product, read+v.out.Files.Count, perMinute, v.plan.Reserved()))
	}
	records, comments := map[helpdesk.Kind]int{}, 0
	for _, k := range v.out.Kinds {
		records[k.Kind] = k.Move
	}
	if f := v.fields["comment.body"]; f != nil {
		comments = f.Values
	}
	if perMinute := v.profile.PerMinute; perMinute > 0 {
		v.out.Paces = append(v.out.Paces, paceOf("target", v.profile.Product, v.profile.Requests.Of(records, comments, v.out.Files.Count), perMinute, v.plan.Reserved()))
	}
}
