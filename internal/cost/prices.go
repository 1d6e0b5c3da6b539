package cost

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

//go:embed prices.json
var pricesText []byte

// A Table is a list of prices of one region and day.
type Table struct {
	Region string  `json:"region"`
	Date   string  `json:"date"`
	Note   string  `json:"note"`
	Prices []Price `json:"prices"`
}

// A Price is what some calls cost.
type Price struct {
	ID       string   `json:"id"`
	Service  string   `json:"service"`
	Unit     string   `json:"unit"`
	USD      float64  `json:"usd"`
	Per      float64  `json:"per"` // calls
	Calls    []string `json:"calls"`
	Source   string   `json:"source"`
	Verified string   `json:"verified"` // how, or "no"
}

// Prices is the list that comes with the program.
var Prices = sync.OnceValue(func() (t Table) {
	if err := json.Unmarshal(pricesText, &t); err != nil {
		panic("cost: the list of prices is no JSON: " + err.Error())
	}
	return t
})

// A Line is what one price makes of the calls.
type Line struct {
	Service string  `json:"service"`
	Unit    string  `json:"unit"`
	Calls   int64   `json:"calls"`
	USD     float64 `json:"usd"`
}

// A Bill is what calls cost.
type Bill struct {
	Date  string  `json:"prices_of"`
	Lines []Line  `json:"lines"`
	USD   float64 `json:"usd"`
	// Unpriced names calls that no price is known for. Calls that cost nothing by
	// themselves are not among them.
	Unpriced []string `json:"unpriced,omitempty"`
}

// Bill prices calls.
func (t Table) Bill(c Calls) Bill {
	b := Bill{Date: t.Date, Lines: []Line{}}
	known := map[string]bool{}
	for _, p := range t.Prices {
		line := Line{Service: p.Service, Unit: p.Unit}
		for _, name := range p.Calls {
			known[name] = true
			line.Calls += c[name]
		}
		if line.Calls == 0 {
			continue
		}
		line.USD = float64(line.Calls) * p.USD / p.Per
		b.Lines, b.USD = append(b.Lines, line), b.USD+line.USD
	}
	for name := range c {
		if !known[name] && !free(name) {
			b.Unpriced = append(b.Unpriced, name)
		}
	}
	slices.Sort(b.Unpriced)
	return b
}

// free reports whether a call costs nothing by itself: rows are billed by units,
// deletions not at all, and a help desk is not ours to bill.
func free(name string) bool {
	return strings.HasPrefix(name, "dynamodb.") || strings.HasPrefix(name, "s3.Delete") || strings.HasPrefix(name, "desk.") ||
		name == "s3.AbortMultipartUpload"
}

// Services adds the lines up by service, in their order.
func (b Bill) Services() (sums []Line) {
	at := map[string]int{}
	for _, l := range b.Lines {
		i, ok := at[l.Service]
		if !ok {
			i, at[l.Service] = len(sums), len(sums)
			sums = append(sums, Line{Service: l.Service})
		}
		sums[i].USD += l.USD
	}
	return sums
}

// Of is what one service costs.
func (b Bill) Of(service string) (usd float64) {
	for _, l := range b.Lines {
		if l.Service == service {
			usd += l.USD
		}
	}
	return usd
}
