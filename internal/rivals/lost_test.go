package rivals

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

// The desk gives ten tickets a page and three pages of a list.
const (
	pageSize = 10
	wall     = 3
)

// A case is an account that is read while its agents work.
type deskCase struct {
	name    string
	tickets int
	second  int  // tickets that changed in one second
	edits   int  // tickets of the first page that are edited once it was read
	limited bool // the list can't give all: what is unreachable must be named
}

var cases = []deskCase{
	{"100 tickets, a second each", 100, 1, 0, false},
	{"100 tickets, 7 a second", 100, 7, 0, false},
	{"100 tickets, 6 read ones edited while paging", 100, 1, 6, false},
	{"25 tickets, below the wall, 5 read ones edited", 25, 1, 5, false},
	{"25 tickets in one second, wider than a page", 25, 25, 0, false},
	{"40 tickets in one second, wider than the wall", 40, 40, 0, true},
}

// serve serves an account. Its agents edit as soon as the first page of tickets was
// given.
func (c deskCase) serve(b *testing.B) (address string, calls func() int) {
	desk := simulated.New(simulated.Options{Wall: wall})
	who := desk.AddContact(simulated.Contact{Name: "Jane"})
	begun := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Second)
	var ids []int64
	for i := range c.tickets {
		at := begun.Add(time.Duration(i/c.second) * time.Second)
		ids = append(ids, desk.AddTicket(simulated.Ticket{Subject: "x", Description: "x", Status: 2, Requester: who, Created: at, Updated: at}, simulated.Stats{}))
	}
	lists := 0
	api := desk.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/api/v2/tickets" && r.URL.Query().Get("order_by") == "updated_at" {
			if lists++; lists == 2 {
				for _, id := range ids[:c.edits] {
					desk.Edit(id, func(t *simulated.Ticket) { t.Priority = 4 })
				}
			}
		}
		api.ServeHTTP(w, r)
	}))
	b.Cleanup(server.Close)
	return server.URL, func() int { return lists }
}

// BenchmarkLost reads accounts at work with both, and counts what is missing.
func BenchmarkLost(b *testing.B) {
	for range b.N {
		t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "\ncase\tairbyte-cdk: read\tmissing\tlists asked for\tours: read\tmissing\tlists asked for")
		for _, c := range cases {
			fmt.Fprintf(t, "%s\t%s\t%s\n", c.name, c.theirs(b), c.ours(b))
		}
		t.Flush()
	}
}

func (c deskCase) theirs(b *testing.B) string {
	address, calls := c.serve(b)
	r := readAll(b, manifestOf(nil, freshdeskStream(address)))
	missing := fmt.Sprintf("%d, no error", c.tickets-len(r.unique))
	if len(r.unique) == c.tickets {
		missing = "0"
	}
	if r.failed {
		missing = fmt.Sprintf("%d, the stream fails", c.tickets-len(r.unique))
	}
	return fmt.Sprintf("%d\t%s\t%d", len(r.unique), missing, calls())
}

func (c deskCase) ours(b *testing.B) string {
	address, calls := c.serve(b)
	b.Setenv("RIVALS_KEY", simulated.Key)
	source, err := freshdesk.Connector.Source(b.Context(), func(into any) error {
		return yaml.UnmarshalWithOptions(fmt.Appendf(nil, "url: %s\nkey: env:RIVALS_KEY\npage: %d\n", address, pageSize), into, yaml.Strict())
	})
	if err != nil {
		b.Fatal(err)
	}
	read, named := map[string]bool{}, []string{}
	for after := connectors.Cursor(""); ; {
		page, err := source.Page(b.Context(), helpdesk.KindTicket, after)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range page.Records {
			read[r.Key] = true
		}
		for _, broken := range page.Broken {
			named = append(named, broken.Place)
		}
		if after = page.Next; page.Last {
			break
		}
	}
	missing := fmt.Sprint(c.tickets - len(read))
	if len(read) < c.tickets {
		if !c.limited || len(named) == 0 {
			b.Errorf("%s: %d of %d were read, and what is missing is not named", c.name, len(read), c.tickets)
		}
		missing += ", named: " + strings.Join(named, "; ")
	}
	return fmt.Sprintf("%d\t%s\t%d", len(read), missing, calls())
}

// freshdeskStream reads tickets as the newest public manifest for Freshdesk does: from
// a time on, in the order of change, page by page, and anew from the last change where
// the wall stands.
func freshdeskStream(address string) object {
	return object{"type": "DeclarativeStream", "name": "tickets", "primary_key": []string{"id"}, "schema_loader": schema(),
		"incremental_sync": changeCursor(),
		"retriever": object{"type": "SimpleRetriever",
			"record_selector":  object{"type": "RecordSelector", "extractor": object{"type": "DpathExtractor", "field_path": []string{}}},
			"pagination_reset": object{"type": "PaginationReset", "action": "SPLIT_USING_CURSOR"},
			"paginator": object{"type": "DefaultPaginator",
				"page_token_option":   object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "page"},
				"page_size_option":    object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "per_page"},
				"pagination_strategy": object{"type": "PageIncrement", "start_from_page": 1, "page_size": pageSize, "inject_on_first_request": true}},
			"requester": object{"type": "HttpRequester", "url_base": address, "path": "/api/v2/tickets", "http_method": "GET",
				"authenticator":      object{"type": "BasicHttpAuthenticator", "username": simulated.Key, "password": "X"},
				"request_parameters": object{"order_by": "updated_at", "order_type": "asc"},
				"error_handler": object{"type": "DefaultErrorHandler", "response_filters": []object{
					{"type": "HttpResponseFilter", "action": "RESET_PAGINATION", "http_codes": []int{400}}}}}}}
}

// changeCursor goes by the time of change.
func changeCursor() object {
	const format = "%Y-%m-%dT%H:%M:%SZ"
	return object{"type": "DatetimeBasedCursor", "cursor_field": "updated_at", "datetime_format": format, "cursor_datetime_formats": []string{format},
		"start_datetime":    object{"type": "MinMaxDatetime", "datetime": "2022-01-01T00:00:00Z", "datetime_format": format},
		"start_time_option": object{"type": "RequestOption", "inject_into": "request_parameter", "field_name": "updated_since"}}
}
