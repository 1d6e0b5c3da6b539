package zendesk

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ofAccount are the headers in which Zendesk tells of the account's limit
// (https://developer.zendesk.com/api-reference/introduction/rate-limits/).
var ofAccount = rest.Headers{Limit: "X-Rate-Limit", Remaining: "X-Rate-Limit-Remaining", Resets: "ratelimit-reset"}

// Limits that hold for some requests only, although the account has capacity left.
const (
	classExport  = "incremental"             // 10 a minute, 30 with an add-on; no header tells
	classUpdate  = "update"                  // 100 a minute; no header tells
	classList    = "tickets-index"           // 100 a minute
	classDestroy = "deleted-tickets-destroy" // 10 a minute
)

// classOf is the limit that holds for a request beside that of the account.
func classOf(method, path string) string {
	path = strings.TrimSuffix(path, ".json")
	switch {
	case strings.HasPrefix(path, "/incremental/"):
		return classExport
	case method == http.MethodPut && strings.HasPrefix(path, "/tickets/"):
		return classUpdate
	case method == http.MethodGet && path == "/tickets":
		return classList
	case method == http.MethodDelete && strings.HasPrefix(path, "/deleted_tickets/"):
		return classDestroy
	}
	return ""
}

// readings are what an answer says of limits.
func readings(h http.Header) (all []connectors.Reading) {
	if r, ok := ofAccount.Read(h); ok {
		all = append(all, r)
	}
	for _, class := range []string{classList, classDestroy} {
		if r, ok := endpoint(h.Get("zendesk-ratelimit-" + class)); ok {
			r.Class = class
			all = append(all, r)
		}
	}
	return all
}

// endpoint reads a header such as "total=100; remaining=98; resets=41".
func endpoint(text string) (r connectors.Reading, ok bool) {
	r = connectors.Reading{Resets: -1, Cost: 1}
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return r, false
		}
		switch name {
		case "total":
			r.Limit = n
		case "remaining":
			r.Remaining = n
		case "resets":
			r.Resets = time.Duration(n) * time.Second
		}
	}
	return r, r.Limit > 0
}

// requests were counted with the sample account and the simulator. Tickets and people
// go in hundreds; each is read back by itself.
func requests() connectors.Requests {
	return connectors.Requests{Records: map[helpdesk.Kind]float64{helpdesk.KindTicket: 2.1, helpdesk.KindPerson: 4.5, helpdesk.KindOrganization: 2.3,
		helpdesk.KindGroup: 6, helpdesk.KindArticle: 9}, File: 2}
}
