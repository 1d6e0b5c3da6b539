package conformance

import (
	"context"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func targetAppends(d *targetRun) {
	appender, can := d.Target.(connectors.Appender)
	if !can {
		notClaimed(d, "Appender: tickets are created whole")
		return
	}
	d.define()
	draft := d.draft(helpdesk.KindTicket)
	id := d.tryAll([]connectors.Draft{draft})[0].ID
	var ids []string
	if d.opens(draft.Record) {
		ids = append(ids, connectors.OpeningKey)
	}
	before := d.comments(id)
	if d.profile.Whole {
		ids = keysOf(before)
		if want := len(draft.Record.Ticket.Comments); len(before) != want {
			d.Errorf("create wrote %d comments, want all %d: the target says that it takes tickets whole", len(before), want)
		}
	} else if len(before) != len(ids) {
		d.Errorf("create wrote %d comments, want %d: the others are to be appended", len(before), len(ids))
	}
	for i, c := range draft.Record.Ticket.Comments {
		c.Body, c.Format = []string{"canary", "canary", "another canary"}[i%3], helpdesk.FormatText
		id := must(d, "append", func(ctx context.Context) (string, error) { return appender.Append(ctx, id, c, draft.Open) })
		ids = append(ids, id)
	}
	var bodies, keys []string
	for i, c := range d.comments(id) {
		keys = append(keys, c.Key)
		if i >= len(before) {
			bodies = append(bodies, c.Body)
		}
	}
	if want := []string{"canary", "canary", "another canary", "canary"}; d.keeps("comment.body") && !slices.Equal(bodies, want) {
		d.Errorf("appended in turn and read back: %q, want %q", bodies, want)
	}
	for i := range ids {
		if ids[i] == "" && i < len(keys) { // the help desk does not say it when it takes the comment
			ids[i] = keys[i]
		}
	}
	if !slices.Equal(keys, ids) {
		d.Errorf("append gave the comments the ids %q, and they are read back as %q", ids, keys)
	}
	if _, err := ask(d, "append to no ticket", func(ctx context.Context) (string, error) {
		return appender.Append(ctx, nonsense, draft.Record.Ticket.Comments[1], draft.Open)
	}); err == nil {
		d.Errorf("a comment was appended to a ticket that does not exist")
	}
}

func keysOf(comments []helpdesk.Comment) (keys []string) {
	for _, c := range comments {
		keys = append(keys, c.Key)
	}
	return keys
}

// comments are those that people wrote on the ticket.
func (d *targetRun) comments(ticket string) []helpdesk.Comment {
	d.Helper()
	r, err := d.read(helpdesk.KindTicket, ticket)
	if err != nil {
		d.Fatalf("read ticket: %v", err)
	}
	return slices.DeleteFunc(r.Ticket.Comments, func(c helpdesk.Comment) bool {
		return c.Visibility == helpdesk.VisibilitySystem
	})
}

func targetFinishes(d *targetRun) {
	f, can := d.Target.(connectors.Finisher)
	if !can {
		notClaimed(d, "Finisher")
		return
	}
	d.define()
	draft := d.draft(helpdesk.KindTicket)
	if words := d.profile.Vocabulary["ticket.status"]; len(words) > 1 {
		draft.Record.Ticket.Status = words[len(words)-1] // hardly the one that a new ticket has
	}
	id := d.create(draft)
	d.wantStored(draft, id)
	before, _ := d.read(helpdesk.KindTicket, id)
	if err := d.finish(id, draft); err != nil {
		d.Errorf("finish a second time: %v", err)
	}
	if after, _ := d.read(helpdesk.KindTicket, id); !same(before, after) {
		d.Errorf("a ticket that was finished twice is another")
	}
	if _, err := ask(d, "finish no ticket", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f.Finish(ctx, nonsense, draft)
	}); err == nil {
		d.Errorf("a ticket was finished that does not exist")
	}
}

func targetLinks(d *targetRun) {
	linker, can := d.Target.(connectors.Linker)
	if !can {
		notClaimed(d, "Linker")
		return
	}
	d.define()
	from, to := d.create(d.draft(helpdesk.KindTicket)), d.create(d.draft(helpdesk.KindTicket))
	link := func(from, to string) error {
		_, err := ask(d, "link", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, linker.Link(ctx, from, helpdesk.Link{Type: d.word("link.type", "related"), Ticket: to})
		})
		return err
	}
	for range 2 {
		if err := link(from, to); err != nil {
			d.Fatalf("link: %v", err)
		}
	}
	r, err := d.read(helpdesk.KindTicket, from)
	if err != nil {
		d.Fatalf("read ticket: %v", err)
	}
	if d.keeps("link.ticket") && (len(r.Ticket.Links) != 1 || r.Ticket.Links[0].Ticket != to) {
		d.Errorf("linked twice, a ticket has the links %+v, want one to %q", r.Ticket.Links, to)
	}
	if link(from, nonsense) == nil || link(nonsense, to) == nil {
		d.Errorf("a ticket was linked to one that does not exist")
	}
}

// word is the word for a field, or one that the target has for it.
func (d *targetRun) word(field, word string) string {
	if words := d.profile.Vocabulary[field]; len(words) > 0 && !slices.Contains(words, word) {
		return words[0]
	}
	return word
}

func targetMatches(d *targetRun) {
	matcher, can := d.Target.(connectors.Matcher)
	if !can {
		notClaimed(d, "Matcher")
		return
	}
	for _, k := range []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson} {
		if !d.has(k) {
			continue
		}
		there, stranger := d.draft(k).Record, d.draft(k).Record
		id := d.existing(there)
		match := func(r helpdesk.Record) (string, error) {
			return ask(d, "match "+string(k), func(ctx context.Context) (string, error) { return matcher.Match(ctx, r) })
		}
		if got, err := match(there); err != nil || got != id {
			d.Errorf("match %s = %q, %v; want %q", k, got, err, id)
		}
		_, err := match(stranger)
		wantNotFound(d, "match "+string(k)+" that is not there", err)
		_, err = match(helpdesk.New(k, ""))
		wantNotFound(d, "match "+string(k)+" without a name or address", err)
	}
}

// existing puts a record there that was not migrated, as well as one can.
func (d *targetRun) existing(r helpdesk.Record) string {
	d.Helper()
	if d.Existing != nil {
		return d.Existing(d, r)
	}
	return d.create(connectors.Draft{Marker: newPrefix() + "elsewhere", Record: r, Open: openStaged})
}

func targetCounts(d *targetRun) {
	censor, can := d.Target.(connectors.Censor)
	if !can {
		notClaimed(d, "Censor")
		return
	}
	want := map[helpdesk.Kind]map[string]string{} // kind → id → marker
	for _, k := range d.kinds() {
		d.define()
		d.existing(d.draft(k).Record)
		want[k] = map[string]string{}
	}
	d.prefix = newPrefix() // what was made so far is another migration's
	for _, k := range d.kinds() {
		for range 3 {
			draft := d.draft(k)
			want[k][d.create(draft)] = draft.Marker
		}
	}
	for _, k := range d.kinds() {
		d.breakOff(censor, k)
		got := d.census(censor, k, d.prefix)
		for id, marker := range want[k] {
			if got[id] != marker {
				d.Errorf("census of %s: %q has the marker %q, want %q", k, id, got[id], marker)
			}
		}
		for id, marker := range got {
			if _, made := want[k][id]; !made {
				d.Errorf("census of %s lists %q with the marker %q, which is none of %q", k, id, marker, d.prefix)
			}
		}
		if none := d.census(censor, k, newPrefix()); len(none) > 0 {
			d.Errorf("census of %s for a prefix that nothing has: %v", k, slices.Sorted(maps.Keys(none)))
		}
	}
}

// census collects a census by id.
func (d *targetRun) census(from connectors.Censor, k helpdesk.Kind, prefix string) map[string]string {
	d.Helper()
	return must(d, "census of "+string(k), func(ctx context.Context) (map[string]string, error) {
		all := map[string]string{}
		for m, err := range from.Census(ctx, k, prefix) {
			if err != nil {
				return nil, err
			}
			all[m.ID] = m.Marker
		}
		return all, nil
	})
}

// breakOff ends a census after its first record. An iterator that goes on all
// the same panics.
func (d *targetRun) breakOff(from connectors.Censor, k helpdesk.Kind) {
	d.Helper()
	must(d, "census of "+string(k)+", broken off", func(ctx context.Context) (int, error) {
		for _, err := range from.Census(ctx, k, d.prefix) {
			return 1, err
		}
		return 0, nil
	})
}
