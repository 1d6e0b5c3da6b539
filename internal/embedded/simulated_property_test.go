package embedded

import (
	"flag"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/plan"
	freshdesksim "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	zendesksim "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// ofEachWay is how many interleavings are tried of each of the ways below.
var ofEachWay = flag.Int("simulated", 10, "random interleavings to try of each way between simulated platforms")

// TestNoInterleavingWithSimulatedPlatforms is the same promise where the source or the
// target is a platform with an API: its pages, limits, delays and refusals, on a clock
// on which hours pass at once.
func TestNoInterleavingWithSimulatedPlatforms(t *testing.T) {
	t.Setenv(zendeskToken, zendesksim.Token)
	t.Setenv(freshdeskKey, freshdesksim.Key)
	key, err := local.Key(filepath.Join(t.TempDir(), "local.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	number := "number_to: " + numberField
	plain := parse(t)
	intoZendesk := parse(t, "map: {"+number+", statuses: {open: open, pending: pending, closed: solved}}")
	intoFreshdesk := parse(t, "map: {"+number+", statuses: {open: Open, pending: Pending, closed: Closed}, priorities: {low: Low, high: High, urgent: Urgent}}")
	zendeskToFreshdesk := parse(t, "map: {"+number+", statuses: {open: Open, pending: Pending, solved: Resolved, closed: Closed}, priorities: {low: Low, high: High, urgent: Urgent}}")
	freshdeskToZendesk := parse(t, "map: {"+number+", statuses: {Open: open, Pending: pending, Closed: solved}, priorities: {Low: low, High: high, Urgent: urgent}}")
	ways := map[string]func(rt *rapid.T) *world{
		"Zendesk to memory": func(rt *rapid.T) *world {
			return between(rt, plain, key, &patient{}, fromZendesk(rt), memory.New(memory.Options{Batch: 3}), 0)
		},
		"Freshdesk to memory": func(rt *rapid.T) *world {
			return between(rt, plain, key, &patient{}, fromFreshdesk(rt), memory.New(memory.Options{Batch: 3}), 0)
		},
		"memory to Zendesk": func(rt *rapid.T) *world {
			return between(rt, intoZendesk, key, &patient{}, memory.New(fromMemory(rt)), toZendesk(rt), 0)
		},
		"memory to Freshdesk": func(rt *rapid.T) *world {
			return between(rt, intoFreshdesk, key, &patient{}, memory.New(fromMemory(rt)), toFreshdesk(rt), 0)
		},
		"Zendesk to Freshdesk": func(rt *rapid.T) *world {
			return between(rt, zendeskToFreshdesk, key, &patient{}, fromZendesk(rt), toFreshdesk(rt), 0)
		},
		"Freshdesk to Zendesk": func(rt *rapid.T) *world {
			return between(rt, freshdeskToZendesk, key, &patient{}, fromFreshdesk(rt), toZendesk(rt), 0)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		t.Run(name, func(t *testing.T) {
			inBubble(t, *ofEachWay, func(rt *rapid.T) {
				w := ways[name](rt)
				w.rest = 2 * time.Minute // Zendesk leaves out the last minute, Freshdesk's times are whole seconds
				w.words = wordsOf(w.plan)
				w.blind = strings.HasSuffix(name, "to Freshdesk")
				interleave(w)
			})
		})
	}
}

// inBubble tries something some times on a clock of its own.
func inBubble(t *testing.T, times int, try func(*rapid.T)) {
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(times), "rapid.shrinktime": "1h"} { // of the bubble's clock
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	forget := func() { runtime.GC(); runtime.GC() } // pools of what can't be used in another bubble
	forget()
	t.Cleanup(forget)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))) // a bubble begins in 2000, and nothing may be from the future
		rapid.Check(bubble{t}, try)
	})
}

// bubble hides that there is a deadline, which nobody may ask for in a bubble.
type bubble struct{ *testing.T }

// wordsOf are those that the plan maps, and what agents of the target say that nothing
// is mapped to.
func wordsOf(p *plan.Plan) words {
	w := words{statuses: p.Map.Statuses, priorities: p.Map.Priorities}
	if w.statuses == nil {
		return w
	}
	w.agents = "hold"
	if slices.Contains(slices.Collect(maps.Values(w.statuses)), "Open") {
		w.agents = "Waiting on supplier"
	}
	if w.priorities == nil {
		w.priorities = map[string]string{"low": "low", "high": "high", "urgent": "urgent"}
	}
	return w
}

func fromZendesk(rt *rapid.T) workplace {
	return newZendesk(rt, zendesksim.Options{Page: rapid.IntRange(1, 4).Draw(rt, "page"), Repeats: rapid.Bool().Draw(rt, "repeats"),
		PerMinute: rapid.SampledFrom([]int{0, 200, 700}).Draw(rt, "per minute"), Incremental: rapid.SampledFrom([]int{0, 10}).Draw(rt, "exports")}, false)
}

func toZendesk(rt *rapid.T) workplace {
	return newZendesk(rt, zendesksim.Options{PerMinute: rapid.SampledFrom([]int{0, 200, 700}).Draw(rt, "per minute"),
		Queue: rapid.SampledFrom([]time.Duration{0, 5 * time.Second}).Draw(rt, "queue")}, true)
}

func fromFreshdesk(rt *rapid.T) workplace {
	return newFreshdesk(rt, freshdesksim.Options{PerMinute: rapid.SampledFrom([]int{0, 200, 400}).Draw(rt, "per minute"),
		List: rapid.SampledFrom([]int{0, 20}).Draw(rt, "lists")}, rapid.IntRange(1, 4).Draw(rt, "page"), false)
}

func toFreshdesk(rt *rapid.T) workplace {
	return newFreshdesk(rt, freshdesksim.Options{PerMinute: rapid.SampledFrom([]int{0, 200, 400}).Draw(rt, "per minute")}, 100, true)
}

func fromMemory(rt *rapid.T) memory.Options {
	return memory.Options{Kinds: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket}, PageSize: rapid.IntRange(1, 4).Draw(rt, "page"),
		Tombs: rapid.Bool().Draw(rt, "tombs"), Forgetful: rapid.IntRange(0, 3).Draw(rt, "forgetful") == 0}
}
