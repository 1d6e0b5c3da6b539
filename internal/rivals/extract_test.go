package rivals

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

var tickets = flag.Int("tickets", 100_000, "tickets of the API that both read")

// perPage is what most help desks give at most.
const perPage = 100

// A ticket as the API gives it, of about a kilobyte: no platform's, and with what all
// of them have.
type ticket struct {
	ID          int               `json:"id"`
	Subject     string            `json:"subject"`
	Description string            `json:"description"`
	Status      string            `json:"status"`
	Priority    string            `json:"priority"`
	Requester   int               `json:"requester_id"`
	Group       int               `json:"group_id"`
	Tags        []string          `json:"tags"`
	Fields      map[string]string `json:"custom_fields"`
	Created     time.Time         `json:"created_at"`
	Updated     time.Time         `json:"updated_at"`
}

func pageOf(n int) (all []ticket) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for id := (n-1)*perPage + 1; id <= min(n*perPage, *tickets); id++ {
		all = append(all, ticket{ID: id, Subject: fmt.Sprintf("Order %d has not arrived", id), Status: "open", Priority: "normal", Requester: id % 9973, Group: id % 7,
			Description: strings.Repeat(fmt.Sprintf("<p>The parcel of order %d was to come on Monday, and nobody can say where it is. ", id), 8),
			Tags:        []string{"parcel", "late", "vip"}, Fields: map[string]string{"product": "LX-5", "shop": "north", "order": strconv.Itoa(id)},
			Created: at.Add(time.Duration(id) * time.Second), Updated: at.Add(time.Duration(id) * time.Minute)})
	}
	return all
}

// BenchmarkExtract has both read the API: airbyte-cdk prints its records, ours stages
// them, packed and sealed, and enters them into the ledger. Each is a process of its
// own; the API is a third.
func BenchmarkExtract(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"tickets": append([]ticket{}, pageOf(max(1, n))...)})
	}))
	defer server.Close()
	for range b.N {
		t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "\n%d tickets of 1 KB, %d a page\tCPU-seconds\tpeak memory, MiB\tseconds\n", *tickets, perPage)
		for _, cursor := range []bool{false, true} {
			theirs := readAll(b, manifestOf(nil, neutralStream(server.URL, cursor)))
			if theirs.failed || len(theirs.unique) != *tickets {
				b.Fatalf("airbyte-cdk read %d of %d tickets: %s", len(theirs.unique), *tickets, theirs.complain)
			}
			name := map[bool]string{false: "airbyte-cdk, to its output, without a cursor", true: "airbyte-cdk, to its output, with a cursor by time of change"}[cursor]
			fmt.Fprintf(t, "%s\t%.1f\t%d\t%.0f\n", name, theirs.cpu.Seconds(), theirs.peak>>20, theirs.took.Seconds())
		}
		ours := extracted(b, server.URL)
		fmt.Fprintf(t, "ours, to sealed segments\t%.1f\t%d\t%.0f\n", ours.cpu.Seconds(), ours.peak>>20, ours.took.Seconds())
		t.Flush()
		b.ReportMetric(ours.cpu.Seconds()*100_000/float64(*tickets), "cpu-s/100k")
	}
}

// neutralStream reads the API; with a cursor, so that a later reading can go on where
// this one ended, which ours always can.
func neutralStream(address string, cursor bool) object {
	s := object{"type": "DeclarativeStream", "name": "tickets", "primary_key": []string{"id"}, "schema_loader": schema(),
		"retriever": object{"type": "SimpleRetriever",
			"record_selector": object{"type": "RecordSelector", "extractor": object{"type": "DpathExtractor", "field_path": []string{"tickets"}}},
			"paginator": object{"type": "DefaultPaginator",
				"page_token_option":   object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "page"},
				"pagination_strategy": object{"type": "PageIncrement", "start_from_page": 1, "page_size": perPage, "inject_on_first_request": true}},
			"requester": object{"type": "HttpRequester", "url_base": address, "path": "/tickets", "http_method": "GET"}}}
	if cursor {
		s["incremental_sync"] = changeCursor()
	}
	return s
}

// extractFrom names the variable that makes this program the one that is measured.
const extractFrom = "RIVALS_EXTRACT_FROM"

func TestMain(m *testing.M) {
	flag.Parse()
	if address := os.Getenv(extractFrom); address != "" {
		if err := extract(context.Background(), address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// extracted measures a process that extracts.
func extracted(b *testing.B, address string) (r reading) {
	c := exec.Command(os.Args[0], "-tickets", strconv.Itoa(*tickets))
	c.Dir, c.Env, c.Stderr = b.TempDir(), append(os.Environ(), extractFrom+"="+address), os.Stderr
	begun := time.Now()
	if err := c.Run(); err != nil {
		b.Fatal(err)
	}
	r.took, r.cpu = time.Since(begun), c.ProcessState.UserTime()+c.ProcessState.SystemTime()
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = u.Maxrss << 10
	}
	return r
}

const planText = `
version: 1
migration: bench
source: {connector: memory}
target: {connector: memory}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr}
`

// extract takes all tickets of the API into staging in this folder, as a run of the
// embedded runtime does.
func extract(ctx context.Context, address string) error {
	p, err := plan.Parse([]byte(planText), ".")
	if err != nil {
		return err
	}
	r, err := embedded.Open(ctx, p, embedded.Options{Home: ".", Reports: ".", Tool: "safeconduct/bench"})
	if err != nil {
		return err
	}
	defer r.Close()
	client, err := rest.New(rest.Options{Product: "Neutral", Base: address})
	if err != nil {
		return err
	}
	desks := embedded.NewDesks(&neutral{client}, memory.New(memory.Options{}).Target())
	log := migration.Log{Store: func(string) audit.Store { return r.Log }, Rows: r.Rows, Tool: r.Tool}
	base := migration.Base{Plans: r.Plans, Rows: r.Rows, Staging: r.Staging, Audit: log, Now: time.Now}
	run := r.Run("r0001", migration.ModeFull)
	if err := r.Plans.Keep(ctx, run, p); err != nil {
		return err
	}
	begin := migration.Plan{Base: base, Sources: desks, Targets: desks, Keys: r.Keys, Index: r.Keys, Workers: 1, Tested: func(string) string { return "" }}
	if _, err := begin.Do(ctx, migration.PlanInput{Run: run}); err != nil {
		return err
	}
	step := migration.Extract{Base: base, Desks: desks, Keys: r.Keys}
	for read := 0; ; {
		out, err := step.Do(ctx, migration.ExtractInput{Run: run, Kind: helpdesk.KindTicket})
		if err != nil {
			return err
		}
		if read += out.Records; out.Done && read != *tickets {
			return fmt.Errorf("%d of %d tickets were extracted", read, *tickets)
		} else if out.Done {
			return nil
		}
	}
}

// neutral is a connector for the API.
type neutral struct{ client *rest.Client }

func (n *neutral) Profile(context.Context) (connectors.SourceProfile, error) {
	return connectors.SourceProfile{Product: "Neutral", Kinds: []helpdesk.Kind{helpdesk.KindTicket}}, nil
}

func (n *neutral) Page(ctx context.Context, _ helpdesk.Kind, after connectors.Cursor) (page connectors.Page, err error) {
	number, _ := strconv.Atoi(string(after))
	number = max(1, number)
	var answer struct {
		Tickets []ticket `json:"tickets"`
	}
	if _, err := n.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: "/tickets", Query: url.Values{"page": {strconv.Itoa(number)}}, Name: "tickets"}, &answer); err != nil {
		return page, err
	}
	for _, t := range answer.Tickets {
		page.Records = append(page.Records, t.record())
	}
	page.Next, page.Last = connectors.Cursor(strconv.Itoa(number+1)), len(answer.Tickets) < perPage
	return page, nil
}

func (t ticket) record() helpdesk.Record {
	r := helpdesk.Record{Kind: helpdesk.KindTicket, Key: strconv.Itoa(t.ID), Changed: t.Updated, Ticket: &helpdesk.Ticket{Number: strconv.Itoa(t.ID), Subject: t.Subject,
		Status: t.Status, Priority: t.Priority, Requester: strconv.Itoa(t.Requester), Group: strconv.Itoa(t.Group), Tags: t.Tags, Created: t.Created, Updated: t.Updated,
		Comments: []helpdesk.Comment{{Key: "1", Author: strconv.Itoa(t.Requester), Format: "html", Body: t.Description, Created: t.Created}}}}
	for _, name := range []string{"order", "product", "shop"} {
		r.Ticket.Custom = append(r.Ticket.Custom, helpdesk.CustomValue{Name: name, Values: []string{t.Fields[name]}})
	}
	return r
}
