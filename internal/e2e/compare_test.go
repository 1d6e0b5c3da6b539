//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers/recount"
)

// wantSame fails the test for everything in which what one run brought into a
// help desk differs from what another brought. Ids and the times at which the
// server wrote are the server's own.
func wantSame(t testing.TB, got, want recount.Desk) {
	t.Helper()
	g, w := told(t, got), told(t, want)
	wrong := 0
	for _, of := range slices.Sorted(maps.Keys(w)) {
		if g[of] != w[of] {
			if wrong++; wrong <= 5 {
				t.Errorf("%s:\ngot  %.600s\nwant %.600s", of, g[of], w[of])
			}
		}
		delete(g, of)
	}
	for _, of := range slices.Sorted(maps.Keys(g)) {
		t.Errorf("%s is there and should not be", of)
	}
	if wrong > 5 {
		t.Errorf("%d differ", wrong)
	}
}

// told is every record of a desk as text.
func told(t testing.TB, d recount.Desk) map[string]string {
	t.Helper()
	tickets, err := d.ByNumber()
	if err != nil {
		t.Error(err)
	}
	all := map[string]string{"counts": fmt.Sprintf("%d people, %d groups, %d articles, %d mails, %d unused files, %d times",
		d.People, d.Groups, d.Articles, d.Mails, d.Unused, d.TimeSpent)}
	for number, k := range tickets {
		text := fmt.Sprintf("%q %s", k.Subject, k.Status)
		for _, m := range k.Messages {
			text += fmt.Sprintf("\n%q private %v", m.Text, m.Private)
			for _, f := range m.Files {
				text += fmt.Sprintf("\n  %q %s", f.Name, f.SHA256)
			}
		}
		all["ticket "+number] = text
	}
	return all
}
