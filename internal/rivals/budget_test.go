package rivals

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

var minutes = flag.Int("minutes", 3, "for how long each account is asked")

const (
	perMinute = 700
	reserve   = 20                     // percent
	latency   = 100 * time.Millisecond // of an answer
)

// An account is a simulated Zendesk that agents and migrators ask at the same time.
type account struct {
	desk         *simulated.Desk
	address      string
	began        chan struct{} // closed by the first request of a migrator
	once         sync.Once
	over         atomic.Bool
	ours, theirs tally
}

type tally struct{ answered, refused atomic.Int64 }

func (t *tally) count(status int) {
	if status == http.StatusTooManyRequests {
		t.refused.Add(1)
		return
	}
	t.answered.Add(1)
}

func (t *tally) all() int64 { return t.answered.Load() + t.refused.Load() }

func (t *tally) share() float64 { return float64(t.refused.Load()) / float64(max(1, t.all())) }

func newAccount(b *testing.B) *account {
	a := &account{desk: simulated.New(simulated.Options{PerMinute: perMinute}), began: make(chan struct{})}
	api := a.desk.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.once.Do(func() { close(a.began) })
		time.Sleep(latency)
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		if !a.over.Load() {
			a.ours.count(answer.Code)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = io.Copy(w, answer.Body)
	}))
	b.Cleanup(server.Close)
	a.address = server.URL
	return a
}

// agents ask as long as the measurement lasts.
func (a *account) agents(ctx context.Context, atOnce int, pause time.Duration) {
	api := a.desk.Handler()
	for ctx.Err() == nil {
		for range 1 + rand.IntN(atOnce) {
			r := httptest.NewRequest(http.MethodGet, "/api/v2/users/me.json", nil)
			r.SetBasicAuth(simulated.Account+"/token", simulated.Token)
			answer := httptest.NewRecorder()
			api.ServeHTTP(answer, r)
			a.theirs.count(answer.Code)
		}
		_ = rest.Sleep(ctx, pause/2+rand.N(pause))
	}
}

// A migrator asks an account until the context ends.
type migrator struct {
	name string
	ask  func(ctx context.Context, b *testing.B, a *account, home string)
}

func migrators() []migrator {
	return []migrator{
		{"ours", ours},
		{"airbyte-cdk, no budget", cdk(0)},
		{fmt.Sprintf("airbyte-cdk, budget of %d typed in", perMinute*(100-reserve)/100), cdk(perMinute * (100 - reserve) / 100)},
		{fmt.Sprintf("airbyte-cdk, budget of %d typed in", perMinute), cdk(perMinute)},
	}
}

// ours asks as four workers of a run do, through the connector; the budgets of those
// with the same home lie in one file, as processes share them.
func ours(ctx context.Context, b *testing.B, a *account, home string) {
	rows, err := sqlite.Open(filepath.Join(home, "budgets.db"), sqlite.WithoutSync())
	if err != nil {
		b.Error(err)
		return
	}
	defer rows.Close()
	source, err := zendesk.Connector.Source(connectors.WithBudgets(ctx, budget.New(rows, "local", "bench", reserve)), func(into any) error {
		return yaml.UnmarshalWithOptions(fmt.Appendf(nil, "url: %s\nemail: %s\ntoken: env:RIVALS_TOKEN\n", a.address, simulated.Account), into, yaml.Strict())
	})
	if err != nil {
		b.Error(err)
		return
	}
	who := fmt.Sprint(a.desk.IDs("users")[0])
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for ctx.Err() == nil {
				_, err := source.(connectors.Getter).Get(ctx, helpdesk.KindPerson, who)
				var limited *connectors.RateLimited
				if errors.As(err, &limited) {
					_ = rest.Sleep(ctx, limited.After) // as the flow does
				} else if err != nil && ctx.Err() == nil {
					b.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
}

// cdk lets airbyte-cdk read eight partitions without end, four at a time. limit is the
// budget that is typed into its manifest; 0: none.
func cdk(limit int) func(context.Context, *testing.B, *account, string) {
	return func(ctx context.Context, b *testing.B, a *account, _ string) {
		extra := object{}
		if limit > 0 {
			extra["api_budget"] = object{"type": "HTTPAPIBudget", "ratelimit_reset_header": "ratelimit-reset", "ratelimit_remaining_header": "ratelimit-remaining",
				"status_codes_for_ratelimit_hit": []int{429},
				"policies": []object{{"type": "MovingWindowCallRatePolicy", "matchers": []object{},
					"rates": []object{{"type": "Rate", "limit": limit, "interval": "PT1M"}}}}}
		}
		c := airbyte(b, manifestOf(extra, endlessStream(a.address)))
		if err := c.Start(); err != nil {
			b.Error(err)
			return
		}
		<-ctx.Done()
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

// endlessStream is a list whose pages never end. A 429 is waited out as the answer says.
func endlessStream(address string) object {
	return object{"type": "DeclarativeStream", "name": "me", "primary_key": []string{"id"}, "schema_loader": schema(),
		"retriever": object{"type": "SimpleRetriever",
			"record_selector": object{"type": "RecordSelector", "extractor": object{"type": "DpathExtractor", "field_path": []string{"user"}}},
			"partition_router": object{"type": "ListPartitionRouter", "cursor_field": "part", "values": []string{"1", "2", "3", "4", "5", "6", "7", "8"},
				"request_option": object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "part"}},
			"paginator": object{"type": "DefaultPaginator",
				"page_token_option":   object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "page"},
				"pagination_strategy": object{"type": "PageIncrement", "start_from_page": 1, "page_size": 1, "inject_on_first_request": true}},
			"requester": object{"type": "HttpRequester", "url_base": address, "path": "/api/v2/users/me.json", "http_method": "GET",
				"authenticator": object{"type": "BasicHttpAuthenticator", "username": simulated.Account + "/token", "password": simulated.Token},
				"error_handler": object{"type": "DefaultErrorHandler", "max_retries": 1000,
					"backoff_strategies": []object{{"type": "WaitTimeFromHeader", "header": "Retry-After"}},
					"response_filters":   []object{{"type": "HttpResponseFilter", "action": "RATE_LIMITED", "http_codes": []int{429}}}}}}}
}

// A cell is one measurement of the table.
type cell struct {
	migrator
	many   int
	agents string
	atOnce int
	pause  time.Duration
	took   *account
}

// BenchmarkBudget has accounts of 700 requests a minute asked by agents and by one or
// two migrators, all accounts at the same time and for real minutes: airbyte-cdk knows
// no other clock.
func BenchmarkBudget(b *testing.B) {
	b.Setenv("RIVALS_TOKEN", simulated.Token)
	for range b.N {
		var cells []*cell
		for _, m := range migrators() {
			for many := 1; many <= 2; many++ {
				cells = append(cells, &cell{m, many, "smooth", 1, 500 * time.Millisecond, newAccount(b)},
					&cell{m, many, "bursts of up to 20", 20, 5 * time.Second, newAccount(b)})
			}
		}
		var all sync.WaitGroup
		for _, c := range cells {
			all.Go(func() { c.measure(b) })
		}
		all.Wait()
		printed(cells)
	}
}

// measure begins with the first request of a migrator: airbyte-cdk takes seconds to start.
func (c *cell) measure(b *testing.B) {
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	home := b.TempDir()
	var all sync.WaitGroup
	for range c.many {
		all.Go(func() { c.ask(ctx, b, c.took, home) })
	}
	select {
	case <-c.took.began:
	case <-time.After(2 * time.Minute):
		b.Errorf("%s: no request in two minutes", c.name)
	}
	timed, end := context.WithTimeout(ctx, time.Duration(*minutes)*time.Minute)
	defer end()
	c.took.agents(timed, c.atOnce, c.pause)
	c.took.over.Store(true)
	stop()
	all.Wait()
}

func printed(cells []*cell) {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%d requests a minute, %d minutes\tmigrators\tagents\tused\tof migrators answered 429\tof agents answered 429\tagents asked\n", perMinute, *minutes)
	for _, c := range cells {
		a := c.took
		fmt.Fprintf(t, "%s\t%d\t%s\t%.1f %%\t%.1f of 1,000\t%.1f %%\t%d\n", c.name, c.many, c.agents,
			100*float64(a.ours.answered.Load()+a.theirs.answered.Load())/float64(perMinute**minutes), 1000*a.ours.share(), 100*a.theirs.share(), a.theirs.all())
	}
	t.Flush()
}
