package infra_test

import (
	"strconv"
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
)

func TestTheModelOfCostKnowsWhatIsDeployed(t *testing.T) {
	s := deployed(t)
	for function, mb := range cost.MemoryOf() {
		r, ok := s.Function(function)
		if got := r.Text("MemorySize"); !ok || got != strconv.Itoa(int(mb)) {
			t.Errorf("function %s has %s MB, the model of cost counts with %v", function, got, mb)
		}
	}
	got := cost.Fixed{Keys: len(s.Of("AWS::KMS::Key")), Dashboards: len(s.Of("AWS::CloudWatch::Dashboard"))}
	for _, a := range s.Of("AWS::CloudWatch::Alarm") {
		got.AlarmMetrics += metricsOf(a.Properties["Metrics"])
	}
	if got != cost.Deployed {
		t.Errorf("the templates deploy %+v, the model of cost counts %+v", got, cost.Deployed)
	}
}

// metricsOf counts the metrics of an alarm; expressions are none.
func metricsOf(metrics any) (n int) {
	all, ok := metrics.([]any)
	if !ok {
		return 1
	}
	for _, m := range all {
		if _, ok := m.(map[string]any)["MetricStat"]; ok {
			n++
		}
	}
	return n
}
