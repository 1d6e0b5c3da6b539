package main

import (
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/infra"
)

func TestWhatIsNotExcusedFailsAndSoDoesAnIdleExcuse(t *testing.T) {
	found := []finding{{"R1", "a.yaml/Queue", "no redrive"}, {"R2", "b.yaml/Bucket", "no log"}}
	for _, c := range []struct {
		name    string
		excused []infra.Exception
		want    []string // what the objections name
	}{
		{"nothing excused", nil, []string{"R1", "R2"}},
		{"both, one of them everywhere", []infra.Exception{{What: "R1", Where: "*"}, {What: "R2", Where: "b.yaml/Bucket"}}, nil},
		{"one in another place", []infra.Exception{{What: "R1", Where: "*"}, {What: "R2", Where: "b.yaml/Other"}}, []string{"R2", "b.yaml/Other"}},
		{"one too many", []infra.Exception{{What: "R1", Where: "*"}, {What: "R2", Where: "*"}, {What: "R3", Where: "*"}}, []string{"R3"}},
	} {
		got := compare("cfn-lint", found, c.excused)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d objections, want %d: %q", c.name, len(got), len(c.want), got)
			continue
		}
		for i, name := range c.want {
			if !strings.Contains(got[i], name) {
				t.Errorf("%s: %q does not name %s", c.name, got[i], name)
			}
		}
	}
}
