package helpdesk

import "slices"

// A Kind is a kind of record that is read, staged and loaded by itself.
type Kind string

const (
	KindDefinition   Kind = "definition"
	KindGroup        Kind = "group"
	KindOrganization Kind = "organization"
	KindPerson       Kind = "person"
	KindTicket       Kind = "ticket"
	KindArticle      Kind = "article"
)

// Kinds lists every kind in the order in which records can refer to each other:
// a record refers only to records of earlier kinds or of its own.
func Kinds() []Kind {
	return []Kind{KindDefinition, KindGroup, KindOrganization, KindPerson, KindTicket, KindArticle}
}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// A Phase is one pass of loading. Phases run one after another, so that what a
// record refers to stands in the target before the record does.
type Phase string

const (
	PhaseDefinitions   Phase = "definitions"
	PhaseGroups        Phase = "groups"
	PhaseOrganizations Phase = "organizations"
	PhasePeople        Phase = "people"
	PhaseTickets       Phase = "tickets"
	// PhaseRelations is a second pass over the tickets that link to others: only
	// now is every ticket's id in the target known.
	PhaseRelations Phase = "relations"
	PhaseArticles  Phase = "articles"
	// PhaseAccounts is a second pass over the people who are suspended: only now is
	// everything written that is in their name.
	PhaseAccounts Phase = "accounts"
	// PhaseRemovals goes over what the source has no more, of every kind: only now
	// does nothing refer to it that this run writes.
	PhaseRemovals Phase = "removals"
)

// Phases lists the phases in the order in which they run.
func Phases() []Phase {
	return []Phase{PhaseDefinitions, PhaseGroups, PhaseOrganizations, PhasePeople,
		PhaseTickets, PhaseRelations, PhaseArticles, PhaseAccounts, PhaseRemovals}
}

// Kind is the kind of the records that the phase goes over; none for removals,
// which go over all.
func (p Phase) Kind() Kind {
	switch p {
	case PhaseRemovals:
		return ""
	case PhaseDefinitions:
		return KindDefinition
	case PhaseGroups:
		return KindGroup
	case PhaseOrganizations:
		return KindOrganization
	case PhasePeople, PhaseAccounts:
		return KindPerson
	case PhaseArticles:
		return KindArticle
	default:
		return KindTicket
	}
}
