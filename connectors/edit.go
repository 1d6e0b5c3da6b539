package connectors

import (
	"context"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// An Updater is a target in which records that stand there can be changed.
type Updater interface {
	// Update gives the record the fields of the edit and leaves all others as they
	// are. Where the help desk lets it tell, it returns ErrChanged, and has changed
	// nothing, if one of these fields is not as in e.Was any more: an agent's work
	// goes before ours. ErrRejected says that the help desk will never take the edit,
	// ErrNotFound that there is no such record. To update twice is to update once.
	Update(ctx context.Context, id string, e Edit) error
}

// An Edit is what is to become of a record that stands in the target.
type Edit struct {
	Fields []string        // to be set: see FieldOf
	Was    helpdesk.Record // as Read gave it when the edit was decided
	Record helpdesk.Record // holds the values of the fields; references are ids of the target
	// Open opens the bytes of an article's attachment.
	Open OpenFunc
}

// Has reports whether the edit sets a field.
func (e Edit) Has(field string) bool { return slices.Contains(e.Fields, field) }

// Agree reports whether two records hold the same in the fields of the edit. It is for
// targets that look before they write: e.Was and the record as it is must agree.
func (e Edit) Agree(a, b helpdesk.Record) bool {
	for x, y := range helpdesk.Pairs(&a, &b) {
		v := x
		if !x.Exists() {
			v = y
		}
		if !e.Has(FieldOf(v.Path())) || v.Field.Class == helpdesk.ClassKey {
			continue
		}
		one, other := x.Strings(), y.Strings()
		if v.Field.Set {
			one, other = slices.Sorted(slices.Values(one)), slices.Sorted(slices.Values(other))
		}
		if !slices.Equal(one, other) {
			return false
		}
	}
	return true
}

// FieldOf is the field of an edit that a path in a record belongs to: the path
// itself for a field of the record's own ("status", "custom[Product]"), the name of
// the list for parts ("participants", "time_entries", "comments").
func FieldOf(path string) string {
	list, _, part := strings.Cut(path, "[")
	if part && list != "custom" && list != "extra" {
		return list
	}
	return path
}

// Merge puts the fields of an edit into a record; from holds their values. It is
// for targets that keep records as the model has them.
func Merge(into *helpdesk.Record, e Edit, from helpdesk.Record) {
	for is, to := range helpdesk.Pairs(into, &from) {
		path := is.Path()
		if !is.Exists() {
			path = to.Path()
		}
		switch {
		case !e.Has(path) || FieldOf(path) != path:
		case is.Exists():
			_ = is.Set(slices.Clone(to.Strings())) // the same field takes the same values
		default:
			define(into, path, slices.Clone(to.Strings()))
		}
	}
	switch {
	case into.Ticket != nil && from.Ticket != nil:
		replace(e, "participants", &into.Ticket.Participants, from.Ticket.Participants)
		replace(e, "time_entries", &into.Ticket.TimeEntries, from.Ticket.TimeEntries)
		replace(e, "ratings", &into.Ticket.Ratings, from.Ticket.Ratings)
	case into.Article != nil && from.Article != nil:
		replace(e, "attachments", &into.Article.Attachments, from.Article.Attachments)
	}
}

func replace[T any](e Edit, list string, into *[]T, from []T) {
	if e.Has(list) {
		*into = slices.Clone(from)
	}
}

// define adds a custom or extra value that the record does not have yet.
func define(r *helpdesk.Record, path string, values []string) {
	list, name, _ := strings.Cut(strings.TrimSuffix(path, "]"), "[")
	custom, extra := valuesOf(r)
	switch {
	case list == "custom" && custom != nil:
		*custom = append(*custom, helpdesk.CustomValue{Name: name, Values: values})
	case list == "extra" && extra != nil:
		*extra = append(*extra, helpdesk.ExtraValue{Name: name, Values: values})
	}
}

func valuesOf(r *helpdesk.Record) (*[]helpdesk.CustomValue, *[]helpdesk.ExtraValue) {
	switch {
	case r.Ticket != nil:
		return &r.Ticket.Custom, &r.Ticket.Extra
	case r.Person != nil:
		return &r.Person.Custom, &r.Person.Extra
	case r.Organization != nil:
		return &r.Organization.Custom, &r.Organization.Extra
	case r.Article != nil:
		return nil, &r.Article.Extra
	}
	return nil, nil
}
