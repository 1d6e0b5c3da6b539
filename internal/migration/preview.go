package migration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/mapping"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// placesShown is how many places of broken rows a forecast lists.
const placesShown = 20

// Preview reads the source as a full run would, changes nothing, and stages
// nothing. progress is called after each page. If ctx has a deadline, each kind gets
// its share of the time: what a forecast counts lies in memory and goes on in no
// other invocation, so a forecast of a large account says that it is not complete.
func Preview(ctx context.Context, p *plan.Plan, source connectors.Source, target connectors.Target,
	progress func(k helpdesk.Kind, records int)) (*Forecast, error) {
	v := &preview{plan: p, fields: map[string]*FieldForecast{}, unmapped: map[mapping.Unmapped]int{}, links: map[string][]linkForecast{},
		keys:      map[helpdesk.Kind]map[string]bool{},
		partial:   map[helpdesk.Kind]bool{},
		directory: newPeople(),
		out:       &Forecast{Complete: true, Dangling: map[string]int{}, Files: FileForecast{LeftOut: map[string]int{}}}}
	if err := v.open(ctx, source, target); err != nil {
		return nil, err
	}
	ctx, asked := usage.With(ctx)
	before := asked.Counts().Of(usage.Desk, usage.Request)
	for _, k := range v.out.Source.Kinds {
		v.keys[k] = map[string]bool{}
	}
	left := len(v.out.Source.Kinds)
	for _, k := range helpdesk.Kinds() {
		if !slices.Contains(v.out.Source.Kinds, k) {
			continue
		}
		if err := v.kind(ctx, source, k, share(ctx, left), progress); err != nil {
			return nil, err
		}
		left--
	}
	v.paces(int(asked.Counts().Of(usage.Desk, usage.Request) - before))
	return v.done(), nil
}

type preview struct {
	plan      *plan.Plan
	mapping   *mapping.Mapping
	policy    *privacy.Compiled
	profile   connectors.TargetProfile
	target    connectors.Target
	directory *people
	pass      pass
	keys      map[helpdesk.Kind]map[string]bool // of the records that move
	partial   map[helpdesk.Kind]bool            // kinds of which only some were read
	since     time.Time                         // of recent tickets, in an express migration
	links     map[string][]linkForecast         // to tickets, by their keys
	fields    map[string]*FieldForecast
	unmapped  map[mapping.Unmapped]int
	out       *Forecast
}

func (v *preview) open(ctx context.Context, source connectors.Source, target connectors.Target) (err error) {
	if v.out.Source, err = source.Profile(ctx); err != nil {
		return ofSource("profile", err)
	}
	v.target = target
	if v.profile, err = target.Profile(ctx); err != nil {
		return ofTarget("profile", err)
	}
	v.out.PlanHash = v.plan.Hash(v.profile)
	v.out.Target = TargetSummary{v.profile.Product, v.profile.Version, v.profile.Notes, CanRemove(target), v.profile.Unprepared}
	if v.mapping, err = mapping.New(v.plan.Map, v.profile.Vocabulary); err != nil {
		return &Failure{PlanInvalid, err.Error(), err}
	}
	if v.policy, err = privacy.Compile(v.plan.Privacy.Policy()); err != nil {
		return &Failure{PlanInvalid, err.Error(), err}
	}
	v.pass.people, v.pass.named = v.directory, newPeople()
	days, err := v.plan.Run.ExpressDays()
	if days > 0 {
		v.since = time.Now().UTC().AddDate(0, 0, -days)
	}
	return err
}

// CanRemove reports whether the target can take records back.
func CanRemove(t connectors.Target) bool { _, ok := t.(connectors.Remover); return ok }

func (v *preview) kind(ctx context.Context, source connectors.Source, k helpdesk.Kind, until time.Time, progress func(helpdesk.Kind, int)) error {
	c := KindForecast{Kind: k, Excluded: map[string]int{}, Broken: map[string]int{}}
	for cursor := connectors.Cursor(""); ; {
		page, err := source.Page(ctx, k, cursor)
		if wait, ok := pause(err); ok && sleep(ctx, time.Duration(wait)*time.Second, until) {
			continue
		} else if ok {
			c.Partial = true
			break
		}
		if err != nil {
			return ofSource("page of "+string(k), err)
		}
		for i := range page.Records {
			if err := v.record(ctx, &page.Records[i], &c); err != nil {
				return err
			}
		}
		for _, b := range page.Broken {
			c.Read++
			c.Broken[b.Reason]++
			if len(c.Places) < placesShown {
				c.Places = append(c.Places, b.Place)
			}
		}
		progress(k, c.Read)
		if page.Last {
			break
		}
		if c.Partial = !until.IsZero() && time.Now().After(until); c.Partial {
			break
		}
		cursor = page.Next
	}
	if c.Partial {
		v.out.Complete, v.partial[k] = false, true
	}
	v.out.Kinds = append(v.out.Kinds, c)
	return ctx.Err()
}

// share is until when a kind may be read so that as much is left for each of the
// others; zero where there is no deadline.
func share(ctx context.Context, kinds int) time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Time{}
	}
	return time.Now().Add((time.Until(deadline) - spare) / time.Duration(max(1, kinds)))
}

// sleep waits as a limited source asks, unless that ends after until.
func sleep(ctx context.Context, d time.Duration, until time.Time) bool {
	if !until.IsZero() && time.Now().Add(d).After(until) {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (v *preview) record(ctx context.Context, r *helpdesk.Record, c *KindForecast) error {
	c.Read++
	v.directory.add(r)
	if reason := v.excludes(r); reason != "" {
		c.Excluded[reason]++
		return nil
	}
	c.Move++
	if r.Ticket != nil && !v.since.IsZero() && plan.Recent(r.Ticket, v.since) {
		c.Express++
	}
	v.keys[r.Kind][r.Key] = true
	v.files(r)
	marks := v.references(r)
	had := valuesOf(r)
	v.pass.gather(r)
	for _, u := range v.mapping.Apply(r, func(path string, e mapping.Effect) { marks[path] = mark{Class: classOf(e)} }) {
		v.unmapped[u]++
	}
	result, err := v.policy.Apply(r, &v.pass.crowd, unlinked{}, v.out.Inventory.Add)
	if err != nil {
		return failf(Internal, "the policy could not be applied")
	}
	for path, m := range result.Marks {
		marks[path] = mark{Class: classOfPolicy(m.Class)}
	}
	for _, path := range leftOut(r) {
		marks[path] = mark{Class: NotMapped}
	}
	if there, err := v.there(ctx, r, c); there || err != nil {
		return err
	}
	shown := render(v.target, *r)
	v.count(r, had, marks, reshapes(r, &shown))
	return nil
}

// asked is for how many records of a kind the target is asked whether it has them:
// a forecast must not take as long as the run.
const asked = 2000

// there asks the target for people, groups and the like that it had before.
func (v *preview) there(ctx context.Context, r *helpdesk.Record, c *KindForecast) (bool, error) {
	matcher, ok := v.target.(connectors.Matcher)
	if !ok || !matched(r.Kind) || c.Move+c.There > asked {
		return false, nil
	}
	_, err := matcher.Match(ctx, *r)
	if errors.Is(err, connectors.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, ofTarget("match", err)
	}
	c.Move, c.There = c.Move-1, c.There+1
	return true, nil
}

func (v *preview) excludes(r *helpdesk.Record) string {
	switch {
	case !v.plan.Select.Takes(r.Kind):
		return plan.KindNotChosen
	case !slices.Contains(v.profile.Kinds, r.Kind):
		return NoPlaceInTarget
	case r.Ticket != nil:
		return v.plan.Select.Tickets.Excludes(r.Ticket, v.directory.groups[r.Ticket.Group])
	}
	return ""
}

func (v *preview) files(r *helpdesk.Record) {
	for _, a := range attachmentsOf(r) {
		if reason := v.plan.Select.Attachments.Excludes(*a, a.ContentType); reason != "" {
			a.LeftOut = reason
			v.out.Files.LeftOut[reason]++
			continue
		}
		v.out.Files.Count++
		v.out.Files.Bytes += a.Size
	}
}

// references counts what leads nowhere, and marks the references that will be
// left empty for it. Whether a link to a ticket leads somewhere is known at the
// end only.
func (v *preview) references(r *helpdesk.Record) map[string]mark {
	marks := map[string]mark{}
	for f := range r.Values() {
		keys := v.keys[f.Field.Refers]
		if f.Field.Class != helpdesk.ClassReference || keys == nil {
			continue
		}
		for _, k := range f.Strings() {
			switch {
			case f.Field.Refers == r.Kind: // see unlink
			case keys[k], v.partial[f.Field.Refers]: // what was not read may well be there
			default:
				v.out.Dangling[string(f.Field.Refers)]++
				if f.Field.Refers != helpdesk.KindPerson { // a placeholder stands in
					marks[f.Path()] = mark{Class: NotMapped}
				}
			}
		}
	}
	return marks
}

// unlink forecasts the links, of which some turned out to lead nowhere.
func (v *preview) unlink() {
	for key, values := range v.links {
		for _, l := range values {
			if !v.keys[helpdesk.KindTicket][key] && !v.partial[helpdesk.KindTicket] {
				l.class = NotMapped
				if l.field.Name == "link.ticket" {
					v.out.Dangling[string(helpdesk.KindTicket)]++
				}
			}
			l.field.add(l.class, l.left, v.fidelity(l.field.Name))
		}
	}
}

// linkOf is the key of the ticket that a value of a link belongs to.
func linkOf(r *helpdesk.Record, path string) (key string) {
	if r.Ticket == nil {
		return ""
	}
	for i, l := range r.Ticket.Links {
		if strings.HasPrefix(path, fmt.Sprintf("links[%d].", i)) {
			return l.Ticket
		}
	}
	return ""
}

// valuesOf lists the names of the fields that hold a value, by path.
func valuesOf(r *helpdesk.Record) map[string]string {
	had := map[string]string{}
	for f := range r.Values() {
		if !f.Empty() && f.Field.Class != helpdesk.ClassKey {
			had[f.Path()] = f.Name()
		}
	}
	return had
}

// count gives each value that the record had, or has by now, what becomes of it.
func (v *preview) count(r *helpdesk.Record, had map[string]string, marks map[string]mark, reshaped map[string]string) {
	has := valuesOf(r)
	maps.Copy(had, has)
	for path, name := range had {
		f := v.fields[name]
		if f == nil {
			f = &FieldForecast{Name: name, Fidelity: string(v.fidelity(name))}
			v.fields[name] = f
		}
		f.Values++
		_, left := has[path]
		class := cmp.Or(marks[path].Class, reshaped[path])
		if to := linkOf(r, path); to != "" {
			v.links[to] = append(v.links[to], linkForecast{f, class, left})
			continue
		}
		f.add(class, left, v.fidelity(name))
	}
}

func (v *preview) fidelity(name string) connectors.Fidelity {
	return v.profile.Of(name)
}

// done puts the forecast in order.
func (v *preview) done() *Forecast {
	v.unlink()
	for _, name := range slices.Sorted(maps.Keys(v.fields)) {
		v.out.Fields = append(v.out.Fields, *v.fields[name])
	}
	slices.SortStableFunc(v.out.Fields, func(a, b FieldForecast) int {
		return strings.Compare(tableOf(a.Name), tableOf(b.Name))
	})
	v.out.Unmapped = []UnmappedValue{}
	for _, u := range slices.SortedFunc(maps.Keys(v.unmapped), mapping.Unmapped.Compare) {
		v.out.Unmapped = append(v.out.Unmapped, UnmappedValue{u, v.unmapped[u], u.Line(v.profile.Vocabulary)})
	}
	return v.out
}

func tableOf(name string) string {
	table, _, _ := strings.Cut(name, ".")
	return table
}

// unlinked gives every identity the same pseudonym: a forecast counts and keeps
// nothing.
type unlinked struct{}

func (unlinked) Of(string, string) (none [16]byte) { return none }
