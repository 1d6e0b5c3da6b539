package cost

import "maps"

// Fixed is what the deployed system holds whether anything runs or not.
type Fixed struct {
	Keys         int // of KMS
	AlarmMetrics int // that alarms watch: one of several metrics costs as many alarms
	Dashboards   int
}

// Deployed is what infra/ deploys; a test of internal/infra compares it with the
// templates.
var Deployed = Fixed{Keys: 3, AlarmMetrics: 17, Dashboards: 1}

// freeDashboards is how many dashboards of an account cost nothing, for good.
const freeDashboards = 3

// Idle is what a month costs in which nothing runs, where the dashboard is one of
// the three that an account has free. Rows and documents that runs left come on
// top, by the GB.
func (t Table) Idle(f Fixed) Bill {
	return t.Bill(Calls{"month.Keys": int64(f.Keys), "month.AlarmMetrics": int64(f.AlarmMetrics),
		"month.Dashboards": int64(max(0, f.Dashboards-freeDashboards))})
}

// MemoryOf is the memory of each function in MB that the model counts with.
func MemoryOf() map[string]float64 { return maps.Clone(memory) }
