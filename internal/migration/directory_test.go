package migration

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// TestAPersonInTheDirectoryIsSmall: anonymize holds everybody whom a ticket may
// name, so what a person takes decides how many people an account may have
// (docs/scale.md).
func TestAPersonInTheDirectoryIsSmall(t *testing.T) {
	const crowd, most = 20_000, 1000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	all := map[string]privacy.Identity{}
	for i := range crowd {
		all[fmt.Sprint("person-", i)] = privacy.Identity{Name: fmt.Sprint("Firstname Lastname ", i), Role: "contact",
			Emails: []string{fmt.Sprintf("firstname.lastname%d@example.org", i)}, Phones: []string{"+44 20 7946 0000"}}
	}
	known := &people{identities: all}
	known.know()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := int(after.HeapAlloc-before.HeapAlloc) / crowd; each > most {
		t.Errorf("a person takes %d bytes, %d were counted with", each, most)
	} else {
		t.Logf("a person takes %d bytes", each)
	}
	runtime.KeepAlive(known)
}
