package freshdesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// A request is one that may ask what it asks, its form or object read.
type request struct {
	*http.Request
	body  map[string]any
	files []upload
}

// An upload is a file of a form.
type upload struct {
	name, kind string
	content    []byte
}

// An answer is what the API says; next is the page behind it.
type answer struct {
	status int
	body   any
	raw    []byte
	next   string
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func none() answer            { return answer{status: http.StatusNoContent} }
func missing() answer         { return answer{status: http.StatusNotFound} }

// invalid is a refusal, in the form that Freshdesk gives it.
func invalid(field, message, code string) answer {
	return answer{status: http.StatusBadRequest, body: map[string]any{"description": "Validation failed",
		"errors": []map[string]string{{"field": field, "message": message, "code": code}}}}
}

// conflict is a refusal because there is such a record already.
func conflict(field string, id int64) answer {
	return answer{status: http.StatusConflict, body: map[string]any{"description": "Validation failed",
		"errors": []map[string]any{{"field": field, "message": "It should be a unique value", "code": "duplicate_value", "additional_info": map[string]any{"user_id": id}}}}}
}

// mostBytes is how much of files a message takes.
const mostBytes = 20 << 20

func (d *Desk) serve(route string, handle func(*request) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, body: map[string]any{}}
		q.read()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.base = "http://" + r.Host
		w.Header().Set("Date", d.Now().Format(http.TimeFormat))
		stored := strings.Contains(route, "/stored/")
		key, _, _ := r.BasicAuth()
		switch {
		case !stored && key != Key:
			write(w, answer{status: http.StatusUnauthorized, body: map[string]string{"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}})
		case !stored && !d.within(w, route, r):
			d.refused++
			write(w, answer{status: http.StatusTooManyRequests, body: map[string]string{"message": "You have exceeded the limit of requests per minute"}})
		default:
			d.calls[route]++
			a := handle(q)
			if a.next != "" {
				w.Header().Set("Link", "<"+d.base+r.URL.Path+"?"+a.next+`>; rel="next"`)
			}
			write(w, a)
		}
	})
}

// read reads an object, or a form with files.
func (q *request) read() {
	raw, _ := io.ReadAll(q.Body)
	kind, params, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		_ = decoder.Decode(&q.body)
		return
	}
	form := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return
		}
		content, _ := io.ReadAll(part)
		q.put(part, content)
	}
}

// put puts a part of a form where it belongs: a[b] into an object, a[] into a list.
func (q *request) put(part *multipart.Part, content []byte) {
	name := part.FormName()
	switch inner, nested := strings.CutPrefix(name, "custom_fields["); {
	case name == "attachments[]":
		q.files = append(q.files, upload{part.FileName(), part.Header.Get("Content-Type"), content})
	case nested:
		held, _ := q.body["custom_fields"].(map[string]any)
		if held == nil {
			held = map[string]any{}
		}
		held[strings.TrimSuffix(inner, "]")] = string(content)
		q.body["custom_fields"] = held
	case strings.HasSuffix(name, "[]"):
		list, _ := q.body[strings.TrimSuffix(name, "[]")].([]any)
		q.body[strings.TrimSuffix(name, "[]")] = append(list, string(content))
	default:
		q.body[name] = string(content)
	}
}

func write(w http.ResponseWriter, a answer) {
	switch {
	case a.raw != nil:
		w.Header().Set("Content-Type", "application/octet-stream")
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

// within counts a request, and what it asks to be included, against the limits.
func (d *Desk) within(w http.ResponseWriter, route string, r *http.Request) bool {
	allowed := true
	cost := 1
	if include := r.URL.Query().Get("include"); include != "" {
		cost += len(strings.Split(include, ","))
	}
	take := func(name string, most, times int) (t simulator.Taken) {
		for range times {
			t = d.limits.Take(name, simulator.Limit{Most: most, Per: time.Minute})
		}
		if !t.OK {
			allowed = false
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(t.Resets.Round(time.Second)/time.Second))))
		}
		return t
	}
	if d.o.PerMinute > 0 {
		t := take("account", d.o.PerMinute, cost)
		w.Header().Set("X-RateLimit-Total", strconv.Itoa(d.o.PerMinute))
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(t.Remaining))
		w.Header().Set("X-RateLimit-Used-CurrentRequest", strconv.Itoa(cost))
	}
	for _, l := range []struct {
		route string
		most  int
	}{{"GET /api/v2/tickets", d.o.List}, {"GET /api/v2/contacts", d.o.List}, {"POST /api/v2/tickets", d.o.Create}, {"PUT /api/v2/tickets/{id}", d.o.Update}} {
		if l.route == route && l.most > 0 {
			take(route, l.most, 1)
		}
	}
	return allowed
}

// page cuts a page of a list, and says where the next begins. Pages end at a wall.
func page[T any](d *Desk, q *request, all []T) ([]T, answer, bool) {
	query := q.URL.Query()
	size, n := 30, 1
	for name, into := range map[string]*int{"per_page": &size, "page": &n} {
		if text := query.Get(name); text != "" {
			v, err := strconv.Atoi(text)
			if err != nil || v < 1 || name == "per_page" && v > 100 {
				return nil, invalid(name, "It should be a Positive Integer less than or equal to 100", "invalid_value"), false
			}
			*into = v
		}
	}
	if n > d.o.Wall {
		return nil, invalid("page", fmt.Sprintf("You cannot access tickets beyond the %dth page. Please provide a smaller page number.", d.o.Wall), "invalid_value"), false
	}
	from := min(len(all), (n-1)*size)
	to := min(len(all), from+size)
	a := answer{status: http.StatusOK}
	if to < len(all) {
		query.Set("page", strconv.Itoa(n+1))
		a.next = query.Encode()
	}
	return append([]T{}, all[from:to]...), a, true
}

// paged answers with a page.
func paged[T any](d *Desk, q *request, all []T) answer {
	some, a, fine := page(d, q, all)
	if fine {
		a.body = some
	}
	return a
}
