package cost_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/cost/doctest"
)

var update = flag.Bool("update", false, "write the tables of docs/cost.md")

// TestTheDocumentShowsWhatTheModelSays keeps the tables of docs/cost.md from
// becoming untrue: go test ./internal/cost -update writes them.
func TestTheDocumentShowsWhatTheModelSays(t *testing.T) {
	doctest.Tables(t, "../../docs/cost.md", *update,
		map[string]string{"bars": bars(), "breakdown": breakdown(), "idle": idle(), "prices": prices()})
}

func bars() string {
	var b strings.Builder
	b.WriteString("| migration | computed | promised |\n|---|---|---|\n")
	for _, bar := range cost.Bars() {
		fmt.Fprintf(&b, "| %s | $%.4f | $%.3f |\n", bar.Name, cost.Prices().Bill(cost.Predict(bar.Workload)).USD, bar.USD)
	}
	return b.String()
}

func breakdown() string {
	var services []string
	seen := map[string]bool{}
	var bills []cost.Bill
	for _, bar := range cost.Bars() {
		bill := cost.Prices().Bill(cost.Predict(bar.Workload))
		bills = append(bills, bill)
		for _, l := range bill.Services() {
			if !seen[l.Service] {
				seen[l.Service], services = true, append(services, l.Service)
			}
		}
	}
	var b strings.Builder
	b.WriteString("| service | whole, with files | whole | one by one, with files | one by one | demo |\n|---|---|---|---|---|---|\n")
	for _, s := range services {
		b.WriteString("| " + s)
		for _, bill := range bills {
			fmt.Fprintf(&b, " | %.5f", bill.Of(s))
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

func idle() string {
	var b strings.Builder
	bill := cost.Prices().Idle(cost.Deployed)
	b.WriteString("| what is there | number | dollars a month |\n|---|---|---|\n")
	for _, l := range bill.Lines {
		unit, _, _ := strings.Cut(l.Unit, ",")
		fmt.Fprintf(&b, "| %s: %s | %d | %.2f |\n", l.Service, unit, l.Calls, l.USD)
	}
	fmt.Fprintf(&b, "| in all | | %.2f |\n", bill.USD)
	return b.String()
}

func prices() string {
	var b strings.Builder
	t := cost.Prices()
	fmt.Fprintf(&b, "Region %s, %s. %s\n\n| service | unit | dollars | for | checked |\n|---|---|---|---|---|\n", t.Region, t.Date, t.Note)
	for _, p := range t.Prices {
		fmt.Fprintf(&b, "| [%s](%s) | %s | %v | %.0f | %s |\n", p.Service, p.Source, p.Unit, p.USD, p.Per, p.Verified)
	}
	return b.String()
}
