package freshdesk

import "strings"

func (d *Desk) routes() map[string]func(*request) answer {
	all := map[string]func(*request) answer{}
	for route, handle := range map[string]func(*request) answer{
		"GET /tickets":                      d.listTickets,
		"GET /tickets/{id}":                 d.ticket,
		"POST /tickets":                     d.createTicket,
		"PUT /tickets/{id}":                 d.updateTicket,
		"DELETE /tickets/{id}":              d.deleteTicket,
		"PUT /tickets/{id}/restore":         d.restoreTicket,
		"GET /tickets/{id}/conversations":   d.conversations,
		"POST /tickets/{id}/notes":          func(q *request) answer { return d.say(q, false) },
		"POST /tickets/{id}/reply":          func(q *request) answer { return d.say(q, true) },
		"GET /search/tickets":               d.search,
		"GET /ticket_fields":                func(*request) answer { return ok(d.fields["ticket"]) },
		"GET /contact_fields":               func(*request) answer { return ok(orEmpty(d.fields["contact"])) },
		"GET /company_fields":               func(*request) answer { return ok(orEmpty(d.fields["company"])) },
		"GET /contacts":                     d.listContacts,
		"GET /contacts/{id}":                d.contact,
		"POST /contacts":                    d.createContact,
		"PUT /contacts/{id}":                d.updateContact,
		"DELETE /contacts/{id}":             d.deleteContact,
		"DELETE /contacts/{id}/hard_delete": d.hardDelete,
		"GET /agents":                       func(q *request) answer { return paged(d, q, sorted(d.agents)) },
		"GET /agents/me":                    func(*request) answer { return ok(d.me) },
		"GET /agents/{id}":                  func(q *request) answer { return one(d.agents, q) },
		"GET /companies":                    func(q *request) answer { return paged(d, q, sorted(d.companies)) },
		"GET /companies/{id}":               func(q *request) answer { return one(d.companies, q) },
		"POST /companies":                   d.createCompany,
		"DELETE /companies/{id}":            func(q *request) answer { return drop(d.companies, q) },
		"GET /groups":                       func(q *request) answer { return paged(d, q, sorted(d.groups)) },
		"GET /groups/{id}":                  func(q *request) answer { return one(d.groups, q) },
		"POST /groups":                      d.createGroup,
		"DELETE /groups/{id}":               func(q *request) answer { return drop(d.groups, q) },
		"GET /email_configs":                func(*request) answer { return d.listRules("email_configs") },
		"GET /automations/{kind}/rules":     func(q *request) answer { return d.listRules("automations/" + q.PathValue("kind") + "/rules") },
		"GET /sla_policies":                 func(*request) answer { return d.listRules("sla_policies") },
	} {
		method, path, _ := strings.Cut(route, " ")
		all[method+" /api/v2"+path] = handle
	}
	all["GET /stored/{id}"] = d.stored
	return all
}

func orEmpty(all []*Field) []*Field { return append([]*Field{}, all...) }

func one[T any](all map[int64]*T, q *request) answer {
	if x := all[number(q.PathValue("id"))]; x != nil {
		return ok(x)
	}
	return missing()
}

func drop[T any](all map[int64]*T, q *request) answer {
	id := number(q.PathValue("id"))
	if all[id] == nil {
		return missing()
	}
	delete(all, id)
	return none()
}
