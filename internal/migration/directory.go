package migration

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A Directory keeps, for the run that a process is working on, who the people of
// the source are and what its groups and organizations are called: a ticket holds only
// their keys.
// It is read from the raw segments once and lives in memory only.
type Directory struct {
	mu  sync.Mutex
	run string
	all *people
}

type people struct {
	identities map[string]privacy.Identity // by source key
	groups     map[string]string           // names by source key
	companies  map[string]string           // names of organizations by source key
	// account are all of them by their names: who is on no record of a ticket may be
	// spoken of in it all the same.
	account *privacy.Directory
}

// know builds account, in an order that does not change: the same run does the same
// twice.
func (p *people) know() {
	p.account = privacy.NewDirectory(len(p.identities))
	for _, key := range slices.Sorted(maps.Keys(p.identities)) {
		p.account.Add(p.identities[key])
	}
}

// spokenOf are the kinds whose names are looked for in texts. People come first: they name
// organizations.
var spokenOf = []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindGroup, helpdesk.KindOrganization}

// of returns the directory of a run.
func (d *Directory) of(ctx context.Context, s Anonymize, r Run) (*people, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.run == r.Prefix() {
		return d.all, nil
	}
	all := newPeople()
	for g, err := range s.ledger(r).Segments(ctx, r.ID, string(keyring.Raw)) {
		if err != nil {
			return nil, ofStorage("read the manifest", err)
		}
		if !slices.Contains(spokenOf, g.Kind) {
			continue
		}
		if err := all.read(ctx, s, r, g); err != nil {
			return nil, err
		}
	}
	all.know()
	d.run, d.all = r.Prefix(), all
	return all, nil
}

// forget has the directory read anew when it is next asked for.
func (d *Directory) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run, d.all = "", nil
}

func newPeople() *people {
	return &people{identities: map[string]privacy.Identity{}, groups: map[string]string{}, companies: map[string]string{}}
}

// add takes a record in. Organizations come before the people who belong to them.
func (p *people) add(r *helpdesk.Record) {
	switch {
	case r.Person != nil:
		id := privacy.Identity{Name: r.Person.Name, Emails: r.Person.Emails, Phones: r.Person.Phones, Role: r.Person.Role}
		if len(r.Person.Organizations) > 0 {
			id.Organization = p.companies[r.Person.Organizations[0]]
		}
		p.identities[r.Key] = id
	case r.Organization != nil:
		p.companies[r.Key] = r.Organization.Name
	case r.Group != nil:
		p.groups[r.Key] = r.Group.Name
	}
}

func (p *people) read(ctx context.Context, s Anonymize, r Run, g ledger.Segment) error {
	for line, err := range staging.ReadSegment(ctx, s.Staging, s.Raw, r.label(keyring.Raw, g.Object)) {
		if err != nil {
			return ofStorage("read segment "+g.Name(), err)
		}
		var raw rawLine
		if err := json.Unmarshal(line, &raw); err != nil || raw.Record == nil {
			continue // what is broken is put on record when its segment is passed
		}
		p.add(raw.Record)
	}
	return nil
}

// learn reads the texts of a segment's tickets for the names of the account that
// are also ordinary words in them, before anything is taken out. A segment is what
// one call sees, so that a call that is repeated learns the same.
func (a *pass) learn(all []rawLine) {
	for _, companies := range []bool{true, false} {
		for _, raw := range all {
			if raw.Named != nil && (raw.Named.Organization != nil) == companies {
				a.named.add(raw.Named)
			}
		}
	}
	ordinary := a.people.account.Learn()
	for _, raw := range all {
		if raw.Record == nil || raw.Record.Ticket == nil || !raw.Record.Complete() {
			continue
		}
		a.gather(raw.Record)
		ordinary.Observe(&a.crowd, textsOf(raw.Record)...)
	}
	ordinary.Settle()
	a.crowd.Account, a.crowd.Ordinary = a.people.account, ordinary
}

// textsOf are what people wrote in a record.
func textsOf(r *helpdesk.Record) (texts []string) {
	for v := range r.Values() {
		if c := v.Field.Class; c == helpdesk.ClassText || c == helpdesk.ClassHTML {
			texts = append(texts, v.Strings()...)
		}
	}
	return texts
}

// gather collects the people that a record names: those whose text is searched
// for. A key that is in no directory is often an e-mail address by itself.
func (a *pass) gather(r *helpdesk.Record) {
	a.crowd.Reset()
	seen := map[string]bool{}
	add := func(key string) {
		if key == "" || seen[key] {
			return
		}
		seen[key] = true
		id, known := a.people.identities[key]
		if !known {
			id, known = a.named.identities[key]
		}
		switch {
		case known:
			a.crowd.Add(id)
		case strings.Contains(key, "@"):
			a.crowd.Add(privacy.Identity{Emails: []string{key}})
		}
	}
	switch {
	case r.Person != nil:
		add(r.Key)
	case r.Organization != nil:
		a.crowd.Add(privacy.Identity{Organization: r.Organization.Name})
	}
	for v := range r.Values() {
		switch {
		case v.Field.Refers == helpdesk.KindPerson:
			for _, key := range v.Strings() {
				add(key)
			}
		case v.Field.Refers == helpdesk.KindOrganization:
			for _, key := range v.Strings() {
				if name := cmp.Or(a.people.companies[key], a.named.companies[key]); name != "" {
					a.crowd.Add(privacy.Identity{Organization: name})
				}
			}
		case v.Field.Name == "participant.email":
			for _, email := range v.Strings() {
				a.crowd.Add(privacy.Identity{Emails: []string{email}})
			}
		}
	}
}
