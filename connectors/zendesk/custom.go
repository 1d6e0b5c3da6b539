package zendesk

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// values are what a record holds in a custom field, in words that people see: the
// name of an option, not its tag.
func (c *field) values(raw json.RawMessage) (all []string) {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			all = []string{c.name(v)}
		}
	case bool:
		if v {
			all = []string{"true"}
		}
	case float64:
		all = []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		for _, x := range v {
			if text, ok := x.(string); ok {
				all = append(all, c.name(text))
			}
		}
	}
	return all
}

// name is the name of an option, by its tag.
func (c *field) name(tag string) string {
	for _, o := range c.Options {
		if o.Value == tag {
			return o.Name
		}
	}
	return tag
}

// tag is the tag of an option, by its name; a list takes nothing else.
func (c *field) tag(name string) (string, bool) {
	for _, o := range c.Options {
		if o.Name == name || o.Value == name {
			return o.Value, true
		}
	}
	return name, !c.closed()
}

// closed reports whether the field takes certain words only.
func (c *field) closed() bool {
	return c.Type == "tagger" || c.Type == "multiselect" || c.Type == "dropdown"
}

// many reports whether the field takes several values.
func (c *field) many() bool { return c.Type == "multiselect" }

// takes reports whether the field keeps values as they are given.
func (c *field) takes() bool {
	return c.closed() || slices.Contains([]string{"text", "textarea", "regexp", "integer", "decimal", "date", "checkbox"}, c.Type)
}

// separator joins values where a field takes one.
const separator = ", "

// shown are values as the field keeps them.
func (c *field) shown(values []string) []string {
	switch {
	case c.Type == "checkbox":
		if slices.Contains(values, "true") {
			return []string{"true"}
		}
		return nil
	case c.many() || len(values) < 2:
		return values
	}
	return []string{strings.Join(values, separator)}
}

// given is what the API takes for values.
func (c *field) given(values []string) (value any, ok bool) {
	values = c.shown(values)
	switch {
	case len(values) == 0:
		return nil, true
	case c.Type == "checkbox":
		return true, true
	case c.Type == "integer" || c.Type == "decimal":
		_, err := strconv.ParseFloat(values[0], 64)
		return json.Number(values[0]), err == nil
	}
	tags := []string{}
	for _, v := range values {
		tag, known := c.tag(v)
		if !known {
			return nil, false
		}
		tags = append(tags, tag)
	}
	if c.many() {
		return tags, true
	}
	return tags[0], true
}

// tags are those that a ticket has because of what a field holds.
func (c *field) tags(values []string) (all []string) {
	switch {
	case c.closed():
		for _, v := range values {
			tag, _ := c.tag(v)
			all = append(all, tag)
		}
	case c.Type == "checkbox" && c.Tag != "" && slices.Contains(values, "true"):
		all = []string{c.Tag}
	}
	return all
}

// custom are the custom values of a person or an organization.
func (f *facts) custom(scope string, held map[string]json.RawMessage) (all []helpdesk.CustomValue) {
	for i := range f.fields {
		c := &f.fields[i]
		if values := c.values(held[c.Key]); c.scope == scope && len(values) > 0 {
			all = append(all, helpdesk.CustomValue{Name: c.Title, Values: values})
		}
	}
	return all
}

// customOfTicket are those of a ticket, and the tags that it has because of them.
func (f *facts) customOfTicket(held []customField) (all []helpdesk.CustomValue, tags []string) {
	for i := range f.fields {
		c := &f.fields[i]
		for _, h := range held {
			if values := c.values(h.Value); c.scope == "ticket" && h.ID == c.ID && len(values) > 0 {
				all = append(all, helpdesk.CustomValue{Name: c.Title, Values: values})
				tags = append(tags, c.tags(values)...)
			}
		}
	}
	return all, tags
}
