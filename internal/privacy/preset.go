package privacy

import (
	"maps"
	"slices"
)

// Presets lists the names of the presets.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns the complete policy of that name.
func Preset(name string) (Policy, bool) {
	p, ok := presets[name]
	if !ok {
		return Policy{}, false
	}
	return Policy{Preset: name, Fields: maps.Clone(p.Fields), Text: maps.Clone(p.Text)}, true
}

var presets = map[string]Policy{"gdpr": gdpr, "pseudonymous": pseudonymous, "demo": demo}

// gdpr is a move into production: agents go on serving the same people, so names,
// addresses and numbers stay (Art. 6(1)(b) and 5(1)(b): same purpose). What service
// does not need stays behind (Art. 5(1)(c), minimisation).
var gdpr = Policy{
	Fields: map[string]Operator{
		"name": Keep, "email": Keep, "phone": Keep, "login": Keep, "address": Keep,
		"text": Keep, "html": Keep, "title": Keep, "label": Keep, "custom": Keep,
		"number": Keep, "file-name": Keep, "message-id": Keep, "key": Keep,
		"time": Keep, "flag": Keep, "size": Keep, "digest": Keep,
		// Nobody has said what these are, hence no purpose for them.
		"extra": Drop,
		// Agents' remarks about a person in no form: often opinions or health, needed
		// for no open case. Who needs them says so in the plan.
		"person.notes": Drop,
	},
	Text: map[Kind]Operator{
		Name: Keep, Email: Keep, Phone: Keep, Organization: Keep, Address: Keep,
		// What a case is about, and by what it is told from others.
		Birth: Keep, Vehicle: Keep, Device: Keep, Network: Keep, Place: Keep, Health: Keep,
		// A secret in a ticket is known to everybody who reads it (Art. 32), and the
		// numbers that a state gives to people are for the purposes that its law names
		// (Art. 87).
		Secret: Mask, NationalID: Mask, TaxID: Mask, HealthID: Mask, DocumentID: Mask,
		// Card numbers are kept where they are needed and nowhere else (PCI DSS 4.0,
		// requirement 3.2.1), and an account number in a case has served its purpose
		// (Art. 5(1)(e)).
		Card: Mask, IBAN: Mask, Account: Mask,
	},
}

// pseudonymous keeps cases and their course and replaces who they are about
// (Art. 4(5)). The same person has the same pseudonym everywhere, until the
// migration's key dies.
var pseudonymous = Policy{
	Fields: map[string]Operator{
		"name": Pseudonymize, "email": Pseudonymize, "phone": Pseudonymize, "login": Pseudonymize,
		"number": Pseudonymize, "file-name": Pseudonymize,
		"address": Drop, "message-id": Drop, // lead back, and nothing in the target needs them
		"key":  Drop, // the source's own id of a comment finds the original
		"text": Keep, "html": Keep, "title": Keep, "label": Keep,
		"time": Keep, "flag": Keep, "size": Keep,
		"digest": Keep, // verify needs it; it does not reach the target
		"custom": Drop, // a birthday, a member number: the plan names what may stay
		"extra":  Drop, "person.notes": Drop,
		// A sole trader's company is a person's name; only those of legal persons are
		// none (recital 14).
		"organization.name": Pseudonymize, "organization.domains": Drop, "organization.notes": Drop,
	},
	Text: maskedBut(map[Kind]Operator{Name: Pseudonymize, Email: Pseudonymize, Phone: Pseudonymize}),
}

// demo shows how the data will look to people who must not see it. A demo has
// keys of its own that die with it.
var demo = Policy{
	Fields: map[string]Operator{
		"name": Mask,
		// Pseudonyms, because targets tell contacts apart by these and refuse a second
		// one of the same value.
		"email": Pseudonymize, "login": Pseudonymize, "phone": Pseudonymize, "organization.name": Pseudonymize,
		"number": Pseudonymize, "file-name": Mask, "address": Mask, "message-id": Drop, "key": Drop,
		"text": Keep, "html": Keep, "title": Keep, "label": Keep,
		"time": Keep, "flag": Keep, "size": Keep, "digest": Keep,
		"custom": Drop, "extra": Drop,
		"person.notes": Drop, "organization.domains": Drop, "organization.notes": Drop,
	},
	Text: maskedBut(nil),
}

// maskedBut masks every kind of personal data in free text but those decided here.
func maskedBut(decided map[Kind]Operator) map[Kind]Operator {
	all := map[Kind]Operator{}
	for _, k := range TextKinds() {
		all[k] = Mask
	}
	maps.Copy(all, decided)
	return all
}
