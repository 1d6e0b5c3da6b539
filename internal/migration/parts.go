package migration

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// shortDigest is how much of a digest tells two versions of a field apart: 11
// characters of base64 are 66 bits. thumb tells two contents of one comment apart:
// 8 are 48 bits, and a ticket of thousands of comments has room in one row.
const (
	shortDigest = 11
	thumb       = 8
)

// names of lists of parts, as [connectors.FieldOf] gives them.
const (
	listComments     = "comments"
	listLinks        = "links"
	listParticipants = "participants"
)

// partsOf is a short digest of each field and of each list of parts that holds
// something, spelled as help desks spell it the same. In a list the order of the
// parts means nothing, but for comments, each of which is a part of its own; they
// are left out unless asked for.
func partsOf(index keyring.Index, r *helpdesk.Record, comments bool) map[string]string {
	texts := map[string]map[string]*strings.Builder{} // field → element → text
	for v := range r.Values() {
		if v.Field.Class == helpdesk.ClassKey || v.Empty() {
			continue
		}
		path := v.Path()
		field, element := connectors.FieldOf(path), elementOf(path)
		if field == listComments {
			if !comments {
				continue
			}
			field = element
		}
		if texts[field] == nil {
			texts[field] = map[string]*strings.Builder{}
		}
		if texts[field][element] == nil {
			texts[field][element] = &strings.Builder{}
		}
		fmt.Fprintf(texts[field][element], "%s\x00%s\x01", strings.TrimPrefix(path, element), strings.Join(normal(v.Field, v.Strings()), "\x00"))
	}
	parts := make(map[string]string, len(texts))
	for field, elements := range texts {
		var all []string
		for _, e := range elements {
			all = append(all, e.String())
		}
		slices.Sort(all)
		parts[field] = index.Digest([]byte(field + "\x02" + strings.Join(all, "\x02")))[:shortDigest]
	}
	return parts
}

// elementOf is the part of a list that a path stands in: comments[3].body belongs
// to comments[3], subject to itself.
func elementOf(path string) string {
	if i := strings.IndexByte(path, ']'); i >= 0 {
		return path[:i+1]
	}
	return path
}

// saidOf tells the comments of a ticket apart as they were read: by their key in
// the source, or where it gives none by what they say; and what they say.
func saidOf(index keyring.Index, r *helpdesk.Record) (said []string) {
	if r.Ticket == nil {
		return nil
	}
	times := map[string]int{}
	for _, c := range r.Ticket.Comments {
		parts := []any{c.Visibility, c.Body, namesOf(c.Attachments)}
		text, _ := json.Marshal(parts) // strings only
		content := index.Digest(text)
		key := "key:" + c.Key
		if c.Key == "" {
			key = fmt.Sprint("text:", content, times[content])
			times[content]++
		}
		said = append(said, index.Digest([]byte(key))[:shortDigest]+content[:thumb])
	}
	return said
}

func namesOf(files []helpdesk.Attachment) (names []string) {
	for _, a := range files {
		names = append(names, a.Name)
	}
	return names
}

// A comment on record: its id and its content in the source, and how the target
// shows it.
type saying struct{ id, content, shown string }

func parseSaying(s string) (x saying) {
	x.id = s[:min(len(s), shortDigest)]
	s = s[len(x.id):]
	x.content = s[:min(len(s), thumb)]
	x.shown = s[len(x.content):]
	return x
}

func (x saying) String() string { return x.id + x.content + x.shown }

// sayings are the comments of a line as the target is to show them.
func sayings(index keyring.Index, said []string, shown []helpdesk.Comment) (all []string) {
	for i := range said {
		x := parseSaying(said[i])
		x.shown = commentDigest(index, shown[i])[:thumb]
		all = append(all, x.String())
	}
	return all
}

// setsOf are digests of the elements of a record's sets, as they are sent.
func setsOf(index keyring.Index, r *helpdesk.Record) map[string][]string {
	sets := map[string][]string{}
	for v := range r.Values() {
		if path := v.Path(); v.Field.Set && !v.Empty() && connectors.FieldOf(path) == path {
			for _, s := range v.Strings() {
				sets[path] = append(sets[path], elementDigest(index, s))
			}
		}
	}
	if r.Ticket != nil {
		for _, p := range r.Ticket.Participants {
			sets[listParticipants] = append(sets[listParticipants], elementDigest(index, participant(p)))
		}
	}
	return sets
}

func participant(p helpdesk.Participant) string {
	return p.Role + "\x00" + p.Person + "\x00" + strings.ToLower(p.Email)
}

func elementDigest(index keyring.Index, s string) string {
	return index.Digest([]byte(strings.ToLower(strings.TrimSpace(s))))[:thumb]
}
