package sample

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Canaries returns a small account in which every field of every kind holds
// something that stands nowhere else: a needle. Whatever a run leaves behind
// besides sealed segments, the target and what is sealed in evidence can be
// searched for the [Forms] of each needle; [Origin] tells which field has leaked.
//
// Fields are planted by their class, so that a field which is added to the model
// is planted from then on. No needles are in: labels (statuses, tags, domains,
// names of custom fields) and the keys of groups and definitions, because plan
// and mapping name them; times, flags and sizes, because they can't hold one.
// Of references, those to groups hold none.
func Canaries() (records []helpdesk.Record, blobs map[string][]byte, needles []string) {
	c := newCage()
	return c.records, c.blobs, c.needles
}

// Origin is the field that a needle was planted in: "person.login",
// "ticket (key)", "attachment (bytes)".
func Origin(needle string) string { return origins()[needle] }

var origins = sync.OnceValue(func() map[string]string { return maps.Clone(newCage().origin) })

// A cage is the account of the canaries in the making.
type cage struct {
	*aviary
	records []helpdesk.Record
	blobs   map[string][]byte
	keys    map[helpdesk.Kind][]string
	turns   map[string]int // how often a field was filled
}

func newCage() *cage {
	c := &cage{aviary: &aviary{dice: newDice("canaries"), origin: map[string]string{}},
		blobs: map[string][]byte{}, keys: map[helpdesk.Kind][]string{}, turns: map[string]int{}}
	for _, k := range helpdesk.Kinds() {
		for i := range 3 {
			r := helpdesk.New(k, c.key(k, i))
			r.Changed = c.time()
			c.keys[k] = append(c.keys[k], r.Key)
			grow(reflect.ValueOf(&r).Elem())
			c.records = append(c.records, r)
		}
	}
	for i := range c.records {
		c.fill(&c.records[i])
	}
	return c
}

// key is the source's key of a record. People have e-mail addresses, and one a
// login.
func (c *cage) key(k helpdesk.Kind, i int) string {
	field := string(k) + " (key)"
	switch {
	case k == helpdesk.KindDefinition || k == helpdesk.KindGroup:
		return fmt.Sprintf("%s-%d", k, i+1)
	case k == helpdesk.KindPerson && i < 2:
		return c.lower(field) + "@example.org"
	case k == helpdesk.KindTicket:
		return c.digits(field, "97", 8)
	}
	return c.lower(field)
}

// partCount is how many of each part a record gets: two, so that words which
// take turns (public and private) all come up.
const partCount = 2

// grow gives every list of parts, at any depth, its elements.
func grow(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			grow(v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			grow(v.Field(i))
		}
	case reflect.Slice:
		growList(v)
	}
}

func growList(v reflect.Value) {
	elem := v.Type().Elem()
	if elem.Kind() != reflect.Struct {
		return
	}
	n := partCount
	if elem == reflect.TypeFor[helpdesk.CustomValue]() || elem == reflect.TypeFor[helpdesk.ExtraValue]() {
		n = 1
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		e := v.Index(i)
		if n == 1 {
			e.FieldByName("Name").SetString(canaryLabels[elem])
		}
		grow(e)
	}
}

// canaryLabels are the names of the custom and extra fields.
var canaryLabels = map[reflect.Type]string{
	reflect.TypeFor[helpdesk.CustomValue](): "Remark",
	reflect.TypeFor[helpdesk.ExtraValue]():  extraCRM,
}

// fill plants needles in every field, then finishes what a field alone can't
// know.
func (c *cage) fill(r *helpdesk.Record) {
	for v := range r.Values() {
		if err := v.Set(c.value(r, v)); err != nil {
			panic(err)
		}
	}
	if r.Ticket != nil {
		for i := range r.Ticket.Comments {
			c.finish(&r.Ticket.Comments[i])
		}
	}
	if r.Article != nil {
		r.Article.Body = "<p>" + r.Article.Body + "</p>"
		c.store(r.Article.Attachments)
	}
}

func (c *cage) finish(m *helpdesk.Comment) {
	if m.Format == helpdesk.FormatHTML {
		m.Body = "<p>" + m.Body + "</p>"
	}
	c.store(m.Attachments)
}

// store makes the bytes of attachments. Their locators are paths, as sources
// have them, and hold a needle, too.
func (c *cage) store(list []helpdesk.Attachment) {
	for i := range list {
		a := &list[i]
		a.Locator = filesFolder + c.lower("attachment (locator)") + ".txt"
		const field = "attachment (bytes)"
		c.blobs[a.Locator] = []byte("Medical report of " + c.word(field) + ", card " + c.card(field) + ".\n")
		a.Size = int64(len(c.blobs[a.Locator]))
	}
}

// time is some time in office hours, a minute later at every call.
func (c *cage) time() time.Time {
	c.turns["time"]++
	return time.Date(2024, 3, 4, 9, c.turns["time"], 0, 0, time.UTC)
}

// turn returns the list's words one after the other.
func (c *cage) turn(field string, list []string) string {
	n := c.turns[field]
	c.turns[field]++
	return list[n%len(list)]
}

// value says what goes into a field.
func (c *cage) value(r *helpdesk.Record, v helpdesk.Value) []string {
	name := v.Field.Name
	switch v.Field.Class {
	case helpdesk.ClassLabel:
		return []string{c.turn(name, words(name))}
	case helpdesk.ClassReference:
		return c.reference(r, v)
	case helpdesk.ClassTime:
		return []string{c.time().Format(time.RFC3339)}
	case helpdesk.ClassFlag, helpdesk.ClassDigest:
		return nil
	case helpdesk.ClassSize:
		return []string{"1260"}
	case helpdesk.ClassEmail:
		return c.emails(r, v)
	}
	return []string{c.text(name, v.Field.Class)}
}

// emails repeats the key of a person who is known by it. Of two participants,
// the second has an address instead of a person.
func (c *cage) emails(r *helpdesk.Record, v helpdesk.Value) []string {
	if strings.HasPrefix(v.Path(), "participants[0]") {
		return nil
	}
	address := c.lower(v.Field.Name) + "@example.net"
	if v.Field.Many && strings.Contains(r.Key, "@") {
		return []string{r.Key, address}
	}
	return []string{address}
}

func (c *cage) reference(r *helpdesk.Record, v helpdesk.Value) []string {
	keys := slices.Clone(c.keys[v.Field.Refers])
	switch {
	case strings.HasPrefix(v.Path(), "participants[1]"):
		return nil
	case v.Field.Name == "ticket.assignee" || v.Field.Name == "time_entry.person" || v.Field.Name == "article.author":
		return keys[2:] // the agent
	case v.Field.Refers == r.Kind:
		keys = slices.DeleteFunc(keys, func(k string) bool { return k == r.Key })
	}
	return []string{c.turn(v.Field.Name, keys)}
}
