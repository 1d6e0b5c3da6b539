package scale_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/cost/doctest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/scale"
)

var update = flag.Bool("update", false, "write the tables of docs/scale.md")

// tenMillion is a help desk of ten million tickets with a million people.
func tenMillion(attachments float64, perMinute int) cost.Workload {
	return cost.Workload{Tickets: 10_000_000, Comments: 5, Attachments: attachments, People: 1_000_000, Groups: 500, Organizations: 25_000,
		Census: true, Concurrency: 16, PerMinute: perMinute}
}

func TestTheDocumentShowsWhatIsComputed(t *testing.T) {
	doctest.Tables(t, "../../docs/scale.md", *update, map[string]string{"time": times(), "quotas": quotas(t)})
}

func times() string {
	var b strings.Builder
	b.WriteString("| requests a minute | days to load | days to read back | rows written a second |\n|---|---|---|---|\n")
	for _, perMinute := range []int{200, 400, 700, 2500} {
		m := scale.Of(tenMillion(0.7, perMinute))
		fmt.Fprintf(&b, "| %d | %.0f | %.0f | %.0f |\n", perMinute, m.Loading/24, m.Reading/24, m.WrittenPerSecond)
	}
	return b.String()
}

// quotas is what ten million tickets make of each limit.
func quotas(t *testing.T) string {
	m := scale.Of(tenMillion(0.7, 700))
	w := interpret(t, &world{loops: 200, segments: map[helpdesk.Kind]int{helpdesk.KindGroup: 5, helpdesk.KindOrganization: 250, helpdesk.KindPerson: 50, helpdesk.KindTicket: 100}})
	var b strings.Builder
	b.WriteString("| what | ten million tickets | limit | |\n|---|---|---|---|\n")
	for _, row := range []struct {
		got   float64
		quota scale.Quota
		how   string
	}{
		{float64(w.parent), scale.History, "interpreted, with 200 loops of extract; it does not grow with segments"},
		{float64(w.longestChild() + 2), scale.History, "of a child: one segment in one step"},
		{float64(w.largest), scale.Payload, "interpreted; our own limit is 32 KiB"},
		{float64(m.Segments), scale.Items, "segments of the largest manifest"},
		{float64(m.Manifest), scale.Object, "the largest manifest"},
		{16, scale.Children, "run.concurrency"},
		{1, scale.MapRuns, "Maps run one after the other"},
		{m.Loading + m.Reading, scale.Duration, "at 700 requests a minute; the definition ends a run after 90 days"},
		{900, scale.Item, "a row of the id map"},
		{12, scale.Actions, "segments, usages and position of a page of 500"},
		{100 << 10, scale.Together, "the hundred rows of a segment, if they were one transaction"},
		{m.WrittenPerSecond, scale.Written, "rows of one kind"},
	} {
		if row.got > row.quota.Limit {
			t.Errorf("%s: %v, the limit is %v", row.quota.Name, row.got, row.quota.Limit)
		}
		fmt.Fprintf(&b, "| %s | %.0f %s | %.0f | %s |\n", row.quota.Name, row.got, row.quota.Unit, row.quota.Limit, row.how)
	}
	return b.String()
}

// TestTheLimitsOfTheLedgerAreThoseOfDynamoDB: what the ports refuse is what AWS
// would.
func TestTheLimitsOfTheLedgerAreThoseOfDynamoDB(t *testing.T) {
	if ledger.MaxChanges > scale.Actions.Limit || ledger.MaxRowBytes > scale.Item.Limit || ledger.MaxCommitBytes > scale.Together.Limit {
		t.Errorf("the ledger takes %d rows of %d bytes and %d bytes in all", ledger.MaxChanges, ledger.MaxRowBytes, ledger.MaxCommitBytes)
	}
}
