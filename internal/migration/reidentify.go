package migration

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy/risk"
)

// Reidentify measures how easily the people of the tickets that were moved are found
// again by what the target holds of them now, besides names and words.
type Reidentify struct {
	Rows  ledger.Store
	Desks Targets
	// Sleep waits as long as the target asks for.
	Sleep func(context.Context, time.Duration) error
}

// A RiskResult is a measured risk. It holds names of columns, never a value.
type RiskResult struct {
	Quasi   []string      `json:"quasi_identifiers"`
	Figures risk.Figures  `json:"figures"`
	Singles []risk.Set    `json:"singles,omitempty"`
	Relief  []risk.Relief `json:"relief,omitempty"`
	// Links are what joins a ticket of the target to its original, in both exports.
	Links []Link `json:"links,omitempty"`
}

// A Link joins tickets before and after the move.
type Link struct {
	By      string  `json:"by"`
	Tickets float64 `json:"tickets"` // share of them
	Who     string  `json:"who"`     // can use it
	Lower   string  `json:"lower"`   // what would take it away
}

// ErrNoTickets says that no ticket of the migration stands in the target.
var ErrNoTickets = errors.New("no ticket of this migration stands in the target")

// Columns of tickets and their requesters. A custom field is custom[Name].
const (
	riskCreated = "created" // the day, in UTC
	riskMonth   = "created.month"
	riskYear    = "created.year"
	riskSecond  = "created.second"
	riskFiles   = "files"
	riskRating  = "rating"
	riskType    = "type"
)

// quasiOf lists what somebody may know of a person without knowing the ticket. Status
// and assignee are what agents do with it, and a target that takes no dates has its own.
func quasiOf(t *risk.Table, sensitive []string, profile connectors.TargetProfile) (names []string) {
	not := append([]string{riskMonth, riskYear, riskSecond, riskFiles}, sensitive...)
	if !profile.Of("ticket.created").Keeps() {
		not = append(not, riskCreated)
	}
	for _, name := range t.Columns() {
		if !slices.Contains(not, name) && t.Values(name) > 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// All reads the tickets and measures. Without columns, all that are there are
// quasi-identifiers, and the type and the rating of a ticket are sensitive. It returns
// ErrNoTickets if there is nothing to measure.
func (s Reidentify) All(ctx context.Context, p *plan.Plan, quasi, sensitive []string) (RiskResult, error) {
	l := ledger.New(s.Rows, p.Tenant, p.Migration)
	if err := StillOpen(ctx, l); err != nil {
		return RiskResult{}, err
	}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return RiskResult{}, ofTarget("open", err)
	}
	profile, err := target.Profile(ctx)
	if err != nil {
		return RiskResult{}, ofTarget("profile", err)
	}
	r := &requesters{Reidentify: s, target: target, known: map[string]map[string]string{}}
	table := risk.New()
	for e, err := range l.All(ctx, helpdesk.KindTicket) {
		if err != nil {
			return RiskResult{}, ofStorage("read entries", err)
		}
		if e.State != ledger.StateLoaded {
			continue
		}
		if err := r.add(ctx, table, e.Target); err != nil {
			return RiskResult{}, err
		}
	}
	if table.Rows() == 0 {
		return RiskResult{}, ErrNoTickets
	}
	return measureRisk(table, quasi, sensitive, profile)
}

// requesters reads records, and each requester once.
type requesters struct {
	Reidentify
	target connectors.Target
	known  map[string]map[string]string // id → columns
}

// add puts a ticket into the table, if it is there still.
func (r *requesters) add(ctx context.Context, table *risk.Table, id string) error {
	got, err := r.read(ctx, helpdesk.KindTicket, id)
	if errors.Is(err, connectors.ErrNotFound) {
		return nil
	}
	if err != nil {
		return ofTarget("read a ticket", err)
	}
	row := ticketColumns(got.Ticket)
	of, err := r.person(ctx, got.Ticket.Requester)
	if err != nil {
		return err
	}
	for name, v := range of {
		row[name] = v
	}
	table.Add(cmp.Or(got.Ticket.Requester, "ticket "+id), row)
	return nil
}

func (r *requesters) person(ctx context.Context, id string) (map[string]string, error) {
	if of, known := r.known[id]; known || id == "" {
		return of, nil
	}
	got, err := r.read(ctx, helpdesk.KindPerson, id)
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return nil, ofTarget("read a person", err)
	}
	if err == nil {
		r.known[id] = columns("requester.", map[string]string{"locale": got.Person.Locale, "time_zone": got.Person.TimeZone, "tags": joined(got.Person.Tags)})
	} else {
		r.known[id] = nil
	}
	return r.known[id], nil
}

// read waits as long as the target asks for.
func (r *requesters) read(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error) {
	for {
		got, err := r.target.Read(ctx, k, id)
		seconds, wait := pause(err)
		if !wait {
			return got, err
		}
		if err := r.Sleep(ctx, time.Duration(seconds)*time.Second); err != nil {
			return got, err
		}
	}
}

// ticketColumns leaves out what is empty, so that a column that nobody fills is none.
func ticketColumns(k *helpdesk.Ticket) map[string]string {
	all := map[string]string{"organization": k.Organization, "group": k.Group, "brand": k.Brand, "channel": k.Channel,
		"priority": k.Priority, riskType: k.Type, "tags": joined(k.Tags)}
	if at := k.Created.UTC(); !at.IsZero() {
		all[riskCreated], all[riskMonth], all[riskYear] = at.Format(time.DateOnly), at.Format("2006-01"), at.Format("2006")
		all[riskSecond] = at.Format(time.DateTime)
	}
	for _, c := range k.Custom {
		all["custom["+c.Name+"]"] = joined(c.Values)
	}
	for _, r := range k.Ratings {
		all[riskRating] = r.Score
	}
	if slices.ContainsFunc(k.Comments, func(c helpdesk.Comment) bool { return len(c.Attachments) > 0 }) {
		all[riskFiles] = "some"
	}
	return columns("", all)
}

func columns(prefix string, all map[string]string) map[string]string {
	row := map[string]string{}
	for name, v := range all {
		if v != "" {
			row[prefix+name] = v
		}
	}
	return row
}

func joined(set []string) string {
	return strings.Join(slices.Sorted(slices.Values(set)), "\x00")
}

// shown is how many sets somebody reads.
const shown = 12

// measureRisk computes the figures of a table of tickets.
func measureRisk(t *risk.Table, quasi, sensitive []string, profile connectors.TargetProfile) (r RiskResult, err error) {
	if sensitive == nil {
		for _, name := range []string{riskType, riskRating} {
			if t.Values(name) > 1 {
				sensitive = append(sensitive, name)
			}
		}
	}
	if quasi == nil {
		quasi = quasiOf(t, sensitive, profile)
	}
	r.Quasi = quasi
	if r.Figures, err = t.Measure(quasi, sensitive); err != nil {
		return r, err
	}
	if r.Singles, err = t.Singles(quasi); err != nil {
		return r, err
	}
	if r.Relief, err = t.Relieve(quasi, map[string]string{riskCreated: riskMonth, riskMonth: riskYear}); err != nil {
		return r, err
	}
	r.Singles = r.Singles[:min(shown, len(r.Singles))]
	r.Links = links(t, profile)
	return r, nil
}

// Who can use a link.
const (
	whoBoth = "who has both help desks"
	whoKey  = "who has the index key of the migration and the source"
)

// links lists what joins tickets before and after.
func links(t *risk.Table, profile connectors.TargetProfile) []Link {
	share := func(n int) float64 { return float64(n) / float64(t.Rows()) }
	all := []Link{{"marker", 1, whoKey, "close destroys the key"}}
	switch {
	case profile.Of("ticket.created").Keeps():
		if n := t.Alone(riskSecond); n > 0 {
			all = append(all, Link{"time of creation", share(n), whoBoth, "drop ticket.created"})
		}
	case profile.Of("comment.created") == connectors.Emulated:
		all = append(all, Link{"times told in the text", 1, whoBoth, "drop comment.created"})
	}
	if n := t.Rows() - t.Missing(riskFiles); n > 0 {
		all = append(all, Link{"bytes of files", share(n), whoBoth, "leave attachments out"})
	}
	return all
}
