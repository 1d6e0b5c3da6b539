package zendesk

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// A request is one that may ask what it asks.
type request struct {
	*http.Request
	body object
	raw  []byte
}

// An answer is what the API says: an object, or bytes, or a way to go.
type answer struct {
	status   int
	body     any
	raw      []byte
	location string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func created(body any) answer { return answer{status: http.StatusCreated, body: body} }

func none() answer { return answer{status: http.StatusNoContent} }

func missing() answer {
	return answer{status: http.StatusNotFound, body: object{"error": "RecordNotFound", "description": "Not found"}}
}

// invalid is a refusal of a record. Zendesk tells why, with the content in it.
func invalid(field, why string) answer {
	return answer{status: http.StatusUnprocessableEntity, body: object{"error": "RecordInvalid", "description": "Record validation errors",
		"details": object{field: []object{{"description": why, "error": "InvalidValue"}}}}}
}

func badRequest(why string) answer {
	return answer{status: http.StatusBadRequest, body: object{"error": "BadRequest", "description": why}}
}

// plain lets paths end in ".json", as those of old clients do.
func plain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, ".json")
		next.ServeHTTP(w, r)
	})
}

// serve answers a route: who asks, how often, and then what.
func (d *Desk) serve(route string, handle func(*request) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r}
		q.raw, _ = io.ReadAll(r.Body)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			decoder := json.NewDecoder(strings.NewReader(string(q.raw)))
			decoder.UseNumber()
			_ = decoder.Decode(&q.body)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.base = "http://" + r.Host
		w.Header().Set("Date", d.Now().Format(http.TimeFormat))
		if d.without(r.URL.Path) {
			write(w, missing())
			return
		}
		public := strings.Contains(route, "/attachments/token/") || strings.Contains(route, "/stored/")
		user, token, _ := r.BasicAuth()
		switch {
		case !public && (user != Account+"/token" || token != Token):
			if route == "GET /api/v2/users/me" { // whoever is nobody is told who he is: nobody
				write(w, ok(object{"user": object{"id": nil, "name": "Anonymous user", "role": "end-user"}}))
				return
			}
			write(w, answer{status: http.StatusUnauthorized, body: object{"error": "Couldn't authenticate you"}})
		case !public && !d.within(w, route, r):
			d.refused++
			write(w, answer{status: http.StatusTooManyRequests, body: object{"error": "TooManyRequests", "description": "Number of allowed API requests per minute exceeded"}})
		default:
			d.calls[route]++
			d.work()
			a := handle(q)
			d.work()
			write(w, a)
		}
	})
}

// without reports whether the plan of the account does not have what is asked for.
func (d *Desk) without(path string) bool {
	return slices.ContainsFunc(d.o.Without, func(p string) bool { return strings.HasPrefix(path, "/api/v2"+p) })
}

func write(w http.ResponseWriter, a answer) {
	switch {
	case a.location != "":
		w.Header().Set("Location", a.location)
		w.WriteHeader(a.status)
	case a.raw != nil:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(a.raw)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.raw)
	case a.body == nil:
		w.WriteHeader(a.status)
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// within counts the request against the limits that hold for it, and tells of
// them as Zendesk does.
func (d *Desk) within(w http.ResponseWriter, route string, r *http.Request) bool {
	allowed := true
	take := func(name string, limit simulator.Limit) simulator.Taken {
		t := d.limits.Take(name, limit)
		if !t.OK {
			allowed = false
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(t.Resets.Round(time.Second)/time.Second))))
		}
		return t
	}
	if d.o.PerMinute > 0 {
		t := take("account", simulator.Limit{Most: d.o.PerMinute, Per: time.Minute})
		for _, name := range []string{"X-Rate-Limit", "ratelimit-limit"} {
			w.Header().Set(name, strconv.Itoa(d.o.PerMinute))
		}
		for _, name := range []string{"X-Rate-Limit-Remaining", "ratelimit-remaining"} {
			w.Header().Set(name, strconv.Itoa(t.Remaining))
		}
		w.Header().Set("ratelimit-reset", strconv.Itoa(int(t.Resets/time.Second)))
	}
	for _, l := range d.endpointLimits(route, r) {
		t := take(l.name, l.limit)
		if l.header != "" {
			w.Header().Set(l.header, fmt.Sprintf("total=%d; remaining=%d; resets=%d", l.limit.Most, t.Remaining, int(t.Resets/time.Second)))
		}
	}
	return allowed
}

// An endpointLimit is one that holds for some requests only.
type endpointLimit struct {
	name, header string
	limit        simulator.Limit
}

// endpointLimits hold although the account's header says that there is room.
func (d *Desk) endpointLimits(route string, r *http.Request) (all []endpointLimit) {
	if d.o.PerMinute == 0 && d.o.Incremental == 0 {
		return nil
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	switch {
	case strings.Contains(route, "/incremental/") && d.o.Incremental > 0:
		all = append(all, endpointLimit{"incremental", "", simulator.Limit{Most: d.o.Incremental, Per: time.Minute}})
	case route == "PUT /api/v2/tickets/{id}":
		all = append(all, endpointLimit{"update", "", simulator.Limit{Most: 100, Per: time.Minute}},
			endpointLimit{"update " + r.URL.Path, "zendesk-ratelimit-per-ticket-updates", simulator.Limit{Most: 30, Per: 10 * time.Minute}})
	case route == "GET /api/v2/tickets":
		limit := simulator.Limit{Most: 100, Per: time.Minute}
		if page > 500 {
			limit.Most = 50
		}
		all = append(all, endpointLimit{"tickets-index", "zendesk-ratelimit-tickets-index", limit})
	case route == "DELETE /api/v2/deleted_tickets/{id}", route == "DELETE /api/v2/deleted_tickets/destroy_many":
		all = append(all, endpointLimit{"deleted-tickets-destroy", "zendesk-ratelimit-deleted-tickets-destroy", simulator.Limit{Most: 10, Per: time.Minute}})
	case route == "DELETE /api/v2/users/{id}":
		all = append(all, endpointLimit{"user-deletion", "", simulator.Limit{Most: 700, Per: 10 * time.Minute}})
	}
	return all
}
