package rt

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// A condition is one of a JSON search (RT::REST2, "Searching").
type condition struct {
	Field    string `json:"field"`
	Operator string `json:"operator,omitempty"`
	Value    any    `json:"value"`
}

// A list is a collection and how it is asked for.
type list struct {
	name, path string
	query      url.Values
	where      []condition // a JSON search, which is a POST that changes nothing
}

// each goes over all of a list whose order an edit does not change. RT gives its
// last page again, or an empty one, for a page behind the last: the end is told by
// the number of pages.
func each[T any](ctx context.Context, d *desk, l list, visit func(T) (more bool)) error {
	for page := 1; ; page++ {
		q := url.Values{"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(page)}}
		for k, v := range l.query {
			q[k] = v
		}
		r := rest.Request{Method: http.MethodGet, Path: api + l.path, Query: q, Name: "rt: " + l.name, Repeatable: true}
		if l.where != nil {
			r.Method, r.JSON = http.MethodPost, l.where
		}
		var answer struct {
			Items []T   `json:"items"`
			Page  loose `json:"page"`
			Pages loose `json:"pages"`
			Total loose `json:"total"`
		}
		if _, err := d.client.Do(ctx, r, &answer); err != nil {
			return advise(err)
		}
		if answer.Page == "" {
			return fmt.Errorf("rt: %s: %w: the answer is not a list", l.name, connectors.ErrUnavailable)
		}
		if int(answer.Page.int()) != page {
			return fmt.Errorf("rt: %s: %w: another page came back", l.name, connectors.ErrUnavailable)
		}
		for _, t := range answer.Items {
			if !visit(t) {
				return nil
			}
		}
		pages, _ := strconv.ParseFloat(string(answer.Pages), 64)
		if page >= int(pages) || len(answer.Items) == 0 {
			return nil
		}
	}
}
