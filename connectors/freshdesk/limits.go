package freshdesk

import (
	"net/http"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ofAccount are the headers in which Freshdesk tells of the account's limit
// (https://developers.freshdesk.com/api/#ratelimit). It does not tell when the count
// starts anew; what is included with a list costs more.
var ofAccount = rest.Headers{Limit: "X-RateLimit-Total", Remaining: "X-RateLimit-Remaining", Cost: "X-RateLimit-Used-CurrentRequest"}

// classOf is the limit that holds for a request beside that of the account: plans
// have one for each of these, and no header tells of it.
func classOf(method, path string) string {
	switch rest, ticket := strings.CutPrefix(path, "/tickets"); {
	case method == http.MethodGet && ticket && rest == "":
		return "tickets-list"
	case method == http.MethodGet && path == "/contacts":
		return "contacts-list"
	case method == http.MethodPost && ticket && rest == "":
		return "tickets-create"
	case method == http.MethodPut && ticket:
		return "tickets-update"
	}
	return ""
}

// readings are what an answer says of limits.
func readings(h http.Header) []connectors.Reading {
	if r, ok := ofAccount.Read(h); ok {
		return []connectors.Reading{r}
	}
	return nil
}

// requests were counted with the sample account and the simulator. The status of a
// ticket is a request of its own, and so is each comment.
func requests() connectors.Requests {
	return connectors.Requests{Records: map[helpdesk.Kind]float64{helpdesk.KindTicket: 4.3, helpdesk.KindPerson: 4.2, helpdesk.KindOrganization: 3.2,
		helpdesk.KindGroup: 4}, Comment: 1}
}
