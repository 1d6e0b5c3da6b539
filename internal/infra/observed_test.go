package infra_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	code "github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/infra"
)

// TestWhatIsWatchedIsWhatIsWritten compares the metrics that alarms and the
// dashboard read with those that the functions write: an alarm on a metric that
// nobody writes is silent, which looks as if all were well.
func TestWhatIsWatchedIsWhatIsWritten(t *testing.T) {
	s := deployed(t)
	read := map[string]bool{}
	for _, a := range s.Of("AWS::CloudWatch::Alarm") {
		ofAlarm(t, a, read)
	}
	for _, d := range s.Of("AWS::CloudWatch::Dashboard") {
		ofDashboard(t, d, read)
	}
	got, want := slices.Sorted(maps.Keys(read)), slices.Sorted(slices.Values(code.Metrics()))
	if !slices.Equal(got, want) {
		t.Errorf("infra/observability.yaml reads %v, internal/deployed writes %v", got, want)
	}
}

// A watched metric is one that an alarm names.
type watched struct {
	Namespace, MetricName string
	Dimensions            []struct{ Name, Value string }
}

// ofAlarm adds the metrics of ours that an alarm reads.
func ofAlarm(t *testing.T, a infra.Resource, read map[string]bool) {
	t.Helper()
	text, _ := json.Marshal(a.Properties)
	var alarm struct {
		watched
		Metrics []struct{ MetricStat struct{ Metric watched } }
	}
	if err := json.Unmarshal(text, &alarm); err != nil {
		t.Fatalf("%s: %v", a.ID, err)
	}
	all := []watched{alarm.watched}
	for _, m := range alarm.Metrics {
		all = append(all, m.MetricStat.Metric)
	}
	for _, m := range all {
		if m.Namespace != code.Namespace {
			continue
		}
		read[m.MetricName] = true
		if len(m.Dimensions) != 1 || m.Dimensions[0].Name != "Stack" || m.Dimensions[0].Value != "desk" {
			t.Errorf("%s reads %s of %v, they are written of Stack", a.ID, m.MetricName, m.Dimensions)
		}
	}
}

// ofDashboard adds the metrics of ours that are drawn. A dot repeats what stands
// above it.
func ofDashboard(t *testing.T, d infra.Resource, read map[string]bool) {
	t.Helper()
	var body struct {
		Widgets []struct{ Properties struct{ Metrics [][]string } }
	}
	if err := json.Unmarshal([]byte(d.Text("DashboardBody")), &body); err != nil {
		t.Fatalf("%s: %v", d.ID, err)
	}
	for _, w := range body.Widgets {
		namespace := ""
		for _, m := range w.Properties.Metrics {
			if m[0] != "." {
				namespace = m[0]
			}
			if namespace == code.Namespace {
				read[m[1]] = true
			}
		}
	}
}

var environment = regexp.MustCompile(`"(SAFECONDUCT_[A-Z_]+)"`)

// TestAFunctionIsToldWhatItReads compares the variables that infra/functions.yaml
// sets with those that the code reads. All functions are told the same; api besides,
// what it starts and schedules.
func TestAFunctionIsToldWhatItReads(t *testing.T) {
	s := deployed(t)
	told := func(function string) []string {
		f, _ := s.Function(function)
		variables, _ := f.Value("Environment", "Variables").(map[string]any)
		return slices.Sorted(maps.Keys(variables))
	}
	all := variablesRead(t, "internal/deployed/*.go")
	ofAPI := slices.Concat(all, variablesRead(t, "internal/deployed/backend/*.go"))
	slices.Sort(ofAPI)
	for _, f := range infra.Functions {
		want := all
		if f == "api" {
			want = slices.Compact(ofAPI)
		}
		if got := told(f); !slices.Equal(got, want) {
			t.Errorf("infra/functions.yaml tells %s\n%v, the code reads\n%v", f, got, want)
		}
	}
}

// variablesRead are those that files name, tests aside.
func variablesRead(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range environment.FindAllSubmatch(text, -1) {
			if !strings.HasSuffix(f, "_test.go") {
				read[string(found[1])] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(read))
}
