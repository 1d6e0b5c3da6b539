package zendesk

import "strings"

// routes are what the API answers, by method and path.
func (d *Desk) routes() map[string]func(*request) answer {
	all := map[string]func(*request) answer{}
	add := func(routes map[string]func(*request) answer) {
		for route, handle := range routes {
			method, path, _ := strings.Cut(route, " ")
			if !strings.HasPrefix(path, "/attachments/token") && !strings.HasPrefix(path, "/stored") {
				path = "/api/v2" + path
			}
			all[method+" "+path] = handle
		}
	}
	add(d.peopleRoutes())
	add(d.ticketRoutes())
	add(d.erasureRoutes())
	add(d.fileRoutes())
	add(d.guideRoutes())
	for _, list := range []string{"recipient_addresses", "triggers/active", "automations/active", "macros/active", "slas/policies"} {
		add(map[string]func(*request) answer{"GET /" + list: func(*request) answer { return d.countRules(list) }})
	}
	add(map[string]func(*request) answer{
		"GET /job_statuses/{id}":          d.showJob,
		"GET /incremental/tickets/cursor": func(q *request) answer { return d.exportTickets(q, d.export) },
		"GET /incremental/tickets":        func(q *request) answer { return d.exportTickets(q, d.timed) },
		"GET /incremental/users/cursor":   func(q *request) answer { return d.export(q, "users", d.showUser) },
		"GET /incremental/users":          func(q *request) answer { return d.timed(q, "users", d.showUser) },
		"GET /incremental/organizations":  func(q *request) answer { return d.timed(q, "organizations", showOrganization) },
		"GET /incremental/ticket_events":  d.ticketEvents,
		"GET /search/count":               d.searchCount,
		"GET /ticket_fields":              func(q *request) answer { return d.page(q, "ticket_fields", d.list("ticket_fields"), same) },
		"GET /user_fields":                func(q *request) answer { return d.page(q, "user_fields", d.list("user_fields"), same) },
		"GET /organization_fields":        func(q *request) answer { return d.page(q, "organization_fields", d.list("organization_fields"), same) },
		"GET /brands":                     func(q *request) answer { return d.page(q, "brands", d.list("brands"), same) },
		"GET /custom_statuses":            func(q *request) answer { return d.page(q, "custom_statuses", d.list("custom_statuses"), same) },
		"GET /locales": func(*request) answer {
			return ok(object{"locales": []object{{"id": 1, "locale": "en-US"}, {"id": 8, "locale": "de"}}})
		},
		"GET /guide/permission_groups": func(q *request) answer { return d.page(q, "permission_groups", d.list("permission_groups"), same) },
		"GET /help_center/locales": func(*request) answer {
			return ok(object{"locales": []string{"en-us", "en-gb", "de"}, "default_locale": "en-us"})
		},
		"GET /attachments/token/{token}/": d.redirectToFile,
		"GET /stored/{id}":                d.storedFile,
	})
	return all
}
