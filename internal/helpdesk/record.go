package helpdesk

import "time"

// A Record is one object of a help desk. Exactly one of the pointers is set,
// the one that Kind names.
type Record struct {
	Kind Kind `json:"kind"`
	// Key is the source's own key, unique within the kind. It is often an e-mail
	// address: outside sealed segments it never stands in clear. In a clean
	// segment it is the record's keyed reference instead.
	Key string `json:"key"`
	// Changed is when the source last changed the record; zero if unknown.
	Changed time.Time `json:"changed,omitzero"`

	Definition   *Definition   `json:"definition,omitempty"`
	Group        *Group        `json:"group,omitempty"`
	Organization *Organization `json:"organization,omitempty"`
	Person       *Person       `json:"person,omitempty"`
	Ticket       *Ticket       `json:"ticket,omitempty"`
	Article      *Article      `json:"article,omitempty"`
}

// New returns an empty record of kind k, and panics for a kind there is not.
func New(k Kind, key string) Record {
	r := Record{Kind: k, Key: key}
	switch k {
	case KindDefinition:
		r.Definition = &Definition{}
	case KindGroup:
		r.Group = &Group{}
	case KindOrganization:
		r.Organization = &Organization{}
	case KindPerson:
		r.Person = &Person{}
	case KindTicket:
		r.Ticket = &Ticket{}
	case KindArticle:
		r.Article = &Article{}
	default:
		panic("helpdesk: no kind " + string(k))
	}
	return r
}

// body is the struct of the record's kind, or nil if it is not set.
func (r *Record) body() any {
	switch {
	case r.Kind == KindDefinition && r.Definition != nil:
		return r.Definition
	case r.Kind == KindGroup && r.Group != nil:
		return r.Group
	case r.Kind == KindOrganization && r.Organization != nil:
		return r.Organization
	case r.Kind == KindPerson && r.Person != nil:
		return r.Person
	case r.Kind == KindTicket && r.Ticket != nil:
		return r.Ticket
	case r.Kind == KindArticle && r.Article != nil:
		return r.Article
	}
	return nil
}

// Complete reports whether the part that Kind names is there.
func (r *Record) Complete() bool { return r.body() != nil }

// A Definition describes a custom field.
type Definition struct {
	Title    string   `json:"title" field:"title"`
	Scope    string   `json:"scope" field:"label"` // ticket, person or organization
	Type     string   `json:"type,omitempty" field:"label"`
	Options  []string `json:"options,omitempty" field:"label,set"`
	Required bool     `json:"required,omitempty" field:"flag"`
}

// A Group is a team, queue, inbox, department or project that tickets belong to.
type Group struct {
	Name        string `json:"name" field:"title"`
	Description string `json:"description,omitempty" field:"text"`
}

// An Organization is a customer's company or household.
type Organization struct {
	Name    string        `json:"name" field:"title"`
	Domains []string      `json:"domains,omitempty" field:"label,set"`
	Tags    []string      `json:"tags,omitempty" field:"label,set"`
	Notes   string        `json:"notes,omitempty" field:"text"`
	Created time.Time     `json:"created,omitzero" field:"time"`
	Updated time.Time     `json:"updated,omitzero" field:"time"`
	Custom  []CustomValue `json:"custom,omitempty"`
	Extra   []ExtraValue  `json:"extra,omitempty"`
}

// Roles of a person.
const (
	RoleContact = "contact"
	RoleAgent   = "agent"
)

// A Person is a contact or an agent.
type Person struct {
	Name          string        `json:"name" field:"name"`
	Emails        []string      `json:"emails,omitempty" field:"email"`
	Phones        []string      `json:"phones,omitempty" field:"phone"`
	Role          string        `json:"role,omitempty" field:"label"`
	Login         string        `json:"login,omitempty" field:"login"`
	Organizations []string      `json:"organizations,omitempty" field:"ref=organization"`
	Groups        []string      `json:"groups,omitempty" field:"ref=group"`
	Locale        string        `json:"locale,omitempty" field:"label"`
	TimeZone      string        `json:"time_zone,omitempty" field:"label"`
	Address       string        `json:"address,omitempty" field:"address"`
	Notes         string        `json:"notes,omitempty" field:"text"`
	Tags          []string      `json:"tags,omitempty" field:"label,set"`
	Suspended     bool          `json:"suspended,omitempty" field:"flag"`
	Created       time.Time     `json:"created,omitzero" field:"time"`
	Updated       time.Time     `json:"updated,omitzero" field:"time"`
	Custom        []CustomValue `json:"custom,omitempty"`
	Extra         []ExtraValue  `json:"extra,omitempty"`
}

// An Article is a page of the knowledge base in one language.
type Article struct {
	Title       string       `json:"title" field:"title"`
	Body        string       `json:"body,omitempty" field:"html"`
	Section     []string     `json:"section,omitempty" field:"label"` // path from the top
	Locale      string       `json:"locale,omitempty" field:"label"`
	State       string       `json:"state,omitempty" field:"label"` // draft or published
	Author      string       `json:"author,omitempty" field:"ref=person"`
	Tags        []string     `json:"tags,omitempty" field:"label,set"`
	Created     time.Time    `json:"created,omitzero" field:"time"`
	Updated     time.Time    `json:"updated,omitzero" field:"time"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Extra       []ExtraValue `json:"extra,omitempty"`
}

// A CustomValue is what a record holds in a custom field. Its field name is
// "ticket.custom.<Name>".
type CustomValue struct {
	Name   string   `json:"name" field:"name-of-field"`
	Values []string `json:"values" field:"text"`
}

// An ExtraValue is a source field for which the model has no place. It is kept,
// so that nothing is dropped silently; the policy decides what becomes of it.
type ExtraValue struct {
	Name   string   `json:"name" field:"name-of-field"`
	Values []string `json:"values" field:"text"`
}
