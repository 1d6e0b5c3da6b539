package memory_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
)

const twoTickets = `A desk of two tickets.
-- group/g1 --
name: Support
-- person/p1 --
name: Jane Miller
emails:
- jane@example.test
-- ticket/t1 --
subject: Printer
status: open
requester: p1
group: g1
created: "2024-02-29T12:00:00Z"
custom:
- name: Product
  values:
  - LX-5
comments:
- author: p1
  body: |-
    It does not print.
    -- not a heading
    Jane
-- ticket/t2 --
subject: Scanner
`

func TestWhatIsDumpedIsParsedAsTheSameDesk(t *testing.T) {
	first, err := memory.Parse(memory.Options{}, []byte(twoTickets))
	if err != nil {
		t.Fatal(err)
	}
	text := first.Dump()
	t.Logf("%s", text)
	second, err := memory.Parse(memory.Options{}, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := second.Dump(); string(got) != string(text) {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	if got := first.Last("t1"); got != "It does not print.\n-- not a heading\nJane" {
		t.Errorf("last comment = %q", got)
	}
}
