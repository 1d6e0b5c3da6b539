package migration

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// demoScan is how many records of a kind a demo looks at to find the ugly ones
// and the people they name. It bounds what a demo costs on an account of any
// size.
const demoScan = 2000

// DemoLimit is how many tickets a demo moves if the operator does not say.
const DemoLimit = 20

// demo reads the ugliest tickets of the source, and the people, groups and
// organizations that they name, in one invocation.
func (s Extract) demo(ctx context.Context, p *plan.Plan, l *ledger.Ledger, desk connectors.Source, in ExtractInput) (ExtractOutput, error) {
	out := ExtractOutput{Kind: in.Kind, Loops: in.Loops + 1}
	limit, err := s.Demo.tickets(in.Run)
	if err != nil {
		return out, err
	}
	tickets, err := s.chooseTickets(ctx, p, desk, limit)
	if err != nil {
		return out, err
	}
	wanted := referencesOf(pointers(tickets))
	for _, k := range []helpdesk.Kind{helpdesk.KindDefinition, helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson} {
		records, err := s.choose(ctx, desk, k, wanted)
		if err != nil {
			return out, err
		}
		if k == helpdesk.KindPerson { // their groups and organizations come by themselves in a full run
			keepKnown(records, wanted)
		}
		if err := s.stageDemo(ctx, p, l, desk, in.Run, k, records); err != nil {
			return out, err
		}
		out.Records += len(records)
	}
	if err := s.stageDemo(ctx, p, l, desk, in.Run, helpdesk.KindTicket, tickets); err != nil {
		return out, err
	}
	out.Records += len(tickets)
	out.Done = true
	return out, nil
}

// stageDemo stages the records of one kind, unless an earlier invocation did.
func (s Extract) stageDemo(ctx context.Context, p *plan.Plan, l *ledger.Ledger, desk connectors.Source, r Run,
	k helpdesk.Kind, records []helpdesk.Record) error {
	position, version, err := l.Position(ctx, r.ID, k)
	if err != nil {
		return ofStorage("read the position", err)
	}
	if position.Done {
		return nil
	}
	at := extraction{Extract: s, plan: p, ledger: l, desk: desk, run: r, at: position, version: version}
	position.Done = true
	return at.stage(ctx, position, connectors.Page{Records: records, Last: true})
}

func pointers(records []helpdesk.Record) []*helpdesk.Record {
	all := make([]*helpdesk.Record, len(records))
	for i := range records {
		all[i] = &records[i]
	}
	return all
}

// scan goes over the first records of a kind, page by page.
func scan(ctx context.Context, desk connectors.Source, k helpdesk.Kind, each func(helpdesk.Record)) error {
	profile, err := desk.Profile(ctx)
	if err != nil {
		return ofSource("profile", err)
	}
	if !slices.Contains(profile.Kinds, k) {
		return nil
	}
	seen := 0
	for cursor := connectors.Cursor(""); seen < demoScan; {
		page, err := desk.Page(ctx, k, cursor)
		if err != nil {
			return ofSource("page of "+string(k), err)
		}
		for _, r := range page.Records {
			each(r)
		}
		seen += len(page.Records)
		if page.Last {
			return nil
		}
		cursor = page.Next
	}
	return nil
}

// choose reads the records of a kind that tickets name; of definitions, all.
func (s Extract) choose(ctx context.Context, desk connectors.Source, k helpdesk.Kind, wanted map[helpdesk.Kind][]string) (chosen []helpdesk.Record, err error) {
	err = scan(ctx, desk, k, func(r helpdesk.Record) {
		if _, named := slices.BinarySearch(wanted[k], r.Key); named || k == helpdesk.KindDefinition {
			chosen = append(chosen, r)
		}
	})
	return chosen, err
}

// keepKnown takes out of people what refers to records that the demo leaves out.
func keepKnown(people []helpdesk.Record, wanted map[helpdesk.Kind][]string) {
	for i := range people {
		p := people[i].Person
		p.Groups = known(p.Groups, wanted[helpdesk.KindGroup])
		p.Organizations = known(p.Organizations, wanted[helpdesk.KindOrganization])
	}
}

func known(keys, wanted []string) (kept []string) {
	for _, k := range keys {
		if _, ok := slices.BinarySearch(wanted, k); ok {
			kept = append(kept, k)
		}
	}
	return kept
}

// An ugliness scores how likely a ticket shows a fault of a migration.
type ugliness struct {
	name  string
	score func(t *helpdesk.Ticket, people map[string]bool) int
}

// uglinesses are what goes wrong when people migrate, worst first.
var uglinesses = []ugliness{
	{"longest thread", func(t *helpdesk.Ticket, _ map[string]bool) int { return len(t.Comments) }},
	{"biggest attachment", biggestAttachment},
	{"deleted author", func(t *helpdesk.Ticket, people map[string]bool) int { return strangers(t, people) }},
	{"odd encoding", func(t *helpdesk.Ticket, _ map[string]bool) int { return oddRunes(t) }},
	{"missing requester", func(t *helpdesk.Ticket, _ map[string]bool) int { return yes(t.Requester == "") }},
	{"reply older than its ticket", func(t *helpdesk.Ticket, _ map[string]bool) int { return yes(backwards(t)) }},
	{"longest text", longestText},
	{"most attachments", mostAttachments},
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func biggestAttachment(t *helpdesk.Ticket, _ map[string]bool) (biggest int) {
	for _, c := range t.Comments {
		for _, a := range c.Attachments {
			biggest = max(biggest, int(a.Size))
		}
	}
	return biggest
}

func mostAttachments(t *helpdesk.Ticket, _ map[string]bool) (n int) {
	for _, c := range t.Comments {
		n += len(c.Attachments)
	}
	return n
}

func longestText(t *helpdesk.Ticket, _ map[string]bool) (longest int) {
	for _, c := range t.Comments {
		longest = max(longest, len(c.Body))
	}
	return longest
}

// strangers counts references to people that the source does not have.
func strangers(t *helpdesk.Ticket, people map[string]bool) (n int) {
	for _, key := range []string{t.Requester, t.Assignee} {
		n += yes(key != "" && !people[key])
	}
	for _, c := range t.Comments {
		n += yes(c.Author != "" && !people[c.Author])
	}
	return n
}

// oddRunes counts what encodings leave behind: replacement characters, byte
// order marks, UTF-8 that was read as Latin-1, and characters beyond the BMP.
func oddRunes(t *helpdesk.Ticket) (n int) {
	for _, c := range append([]helpdesk.Comment{{Body: t.Subject}}, t.Comments...) {
		for _, r := range c.Body {
			n += yes(r == utf8.RuneError || r == '\uFEFF' || r > 0xFFFF)
		}
		n += strings.Count(c.Body, "Ã")
	}
	return n
}

func backwards(t *helpdesk.Ticket) bool {
	return slices.ContainsFunc(t.Comments, func(c helpdesk.Comment) bool { return c.Created.Before(t.Created) })
}

// chooseTickets reads the tickets twice: once to find the ugliest by each
// measure, once to take them. What is left of the limit is spread evenly.
func (s Extract) chooseTickets(ctx context.Context, p *plan.Plan, desk connectors.Source, limit int) (chosen []helpdesk.Record, err error) {
	people := map[string]bool{}
	if err := scan(ctx, desk, helpdesk.KindPerson, func(r helpdesk.Record) { people[r.Key] = true }); err != nil {
		return nil, err
	}
	groups := map[string]string{}
	if err := scan(ctx, desk, helpdesk.KindGroup, func(r helpdesk.Record) { groups[r.Key] = r.Group.Name }); err != nil {
		return nil, err
	}
	var candidates []candidate
	if err := scan(ctx, desk, helpdesk.KindTicket, func(r helpdesk.Record) {
		if p.Select.Tickets.Excludes(r.Ticket, groups[r.Ticket.Group]) == "" {
			candidates = append(candidates, score(&r, people))
		}
	}); err != nil {
		return nil, err
	}
	wanted := pick(candidates, limit)
	err = scan(ctx, desk, helpdesk.KindTicket, func(r helpdesk.Record) {
		if wanted[r.Key] {
			delete(wanted, r.Key)
			chosen = append(chosen, r)
		}
	})
	return chosen, err
}

type candidate struct {
	key    string
	scores []int
}

func score(r *helpdesk.Record, people map[string]bool) candidate {
	c := candidate{r.Key, make([]int, len(uglinesses))}
	for i, u := range uglinesses {
		c.scores[i] = u.score(r.Ticket, people)
	}
	return c
}

// pick chooses keys: the worst by each measure in turn, and the rest evenly over
// the account.
func pick(candidates []candidate, limit int) map[string]bool {
	picked := map[string]bool{}
	for i := range uglinesses {
		if len(picked) >= max(1, limit*3/4) || len(candidates) == 0 {
			break
		}
		worst := slices.MaxFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.scores[i], b.scores[i]) })
		if worst.scores[i] > 0 {
			picked[worst.key] = true
		}
	}
	step := max(1, len(candidates)/max(1, limit))
	for offset := range step {
		for i := offset; i < len(candidates) && len(picked) < limit; i += step {
			picked[candidates[i].key] = true
		}
	}
	return picked
}
