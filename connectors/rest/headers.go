package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// Headers name the headers in which a platform tells of an account's limit.
type Headers struct {
	Limit, Remaining string
	Resets           string // seconds until the count starts anew; empty: it is not told
	Cost             string // of the request; empty: each costs 1
}

// Read is what an answer says of the limit; it reports false where it says nothing.
func (names Headers) Read(h http.Header) (connectors.Reading, bool) {
	limit, some := number(h.Get(names.Limit))
	remaining, more := number(h.Get(names.Remaining))
	if !some || !more || limit == 0 {
		return connectors.Reading{}, false
	}
	r := connectors.Reading{Limit: limit, Remaining: remaining, Resets: -1, Cost: 1}
	if n, ok := number(h.Get(names.Resets)); ok {
		r.Resets = time.Duration(n) * time.Second
	}
	if n, ok := number(h.Get(names.Cost)); ok {
		r.Cost = n
	}
	return r, true
}

// mostTold bounds what is believed of a header.
const mostTold = 1 << 30

func number(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0 && n <= mostTold
}
