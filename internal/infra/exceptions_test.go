package infra_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/infra"
)

// exceptions are the reasons of one section of infra/EXCEPTIONS.md, by what they
// excuse.
func exceptions(t *testing.T, section string) map[string]string {
	t.Helper()
	all, err := infra.Exceptions(root, section)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, e := range all {
		reasons[e.What] = e.Why
	}
	return reasons
}
