package privacy

import "strings"

// An Identity is what a help desk has on record of one person.
type Identity struct {
	Name          string // "Jane Doe" or "Doe, Jane", if Given and Family are not known apart
	Given, Family string
	Organization  string
	Emails        []string
	Phones        []string
	Role          string // helpdesk.RoleContact or RoleAgent
}

// name is how the person is called in pseudonyms, whatever form stood in a text.
func (id Identity) name() string {
	if id.Name != "" {
		return id.Name
	}
	return strings.TrimSpace(id.Given + " " + id.Family)
}

// People are the people of one ticket: requester, assignee, authors,
// participants. Detect finds them in the ticket's text in every form that the
// package knows: a first name alone is somebody's name there. The zero value is
// empty, and so is nil. Reset makes one value serve ticket after ticket.
type People struct {
	// Account is the directory of all that the account knows; nil for none. Its
	// people are found in every ticket, by forms that are no word of any sentence.
	Account *Directory
	// Ordinary are the names of the account that are also words; nil if that is
	// unknown, and then nobody of the account is found by one name alone.
	Ordinary *Ordinary

	all   []Identity
	forms table
	adder former
}

// minNameForm is how many letters a name has at least that is searched for as a
// string: see application.search.
const minNameForm = 5

// Reset empties the list and keeps its memory and the account.
func (p *People) Reset() {
	clear(p.all)
	p.all = p.all[:0]
	p.forms.empty()
	clear(p.adder.buf[:cap(p.adder.buf)])
	p.adder.lastOrg = ""
}

// Add puts a person on the list.
func (p *People) Add(id Identity) {
	if p.forms.slots == nil {
		p.forms = newTable(256)
	}
	p.all = append(p.all, id)
	p.adder.into, p.adder.person, p.adder.ticket = &p.forms, int32(len(p.all)), true
	p.adder.add(id)
}

// Copy returns a list of its own with the same people on it, and the same account.
func (p *People) Copy() *People {
	other := &People{Account: p.Account, Ordinary: p.Ordinary}
	for _, id := range p.all {
		other.Add(id)
	}
	return other
}

// known reports whether anything is on record: if not, nobody is looked for.
func (p *People) known() bool {
	return p != nil && (len(p.all) > 0 || p.Account != nil || p.Ordinary != nil)
}

// settled reports whether anything is known of the account's ordinary words.
func (p *People) settled() bool { return p != nil && p.Ordinary.settled() }

// person is the name on record behind Span.Person; "" if it is of nobody.
func (p *People) person(n int) string {
	switch {
	case p == nil || n <= 0:
		return ""
	case n <= len(p.all):
		return p.all[n-1].name()
	}
	return p.Account.name(n - len(p.all))
}

// splitName splits "Jane Doe" and "Doe, Jane" alike. given is empty for a name of
// one word.
func splitName(name string) (given, family string) {
	name = strings.TrimSpace(name)
	if family, given, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return "", name
	}
	return strings.TrimSpace(name[:i]), name[i+1:]
}
