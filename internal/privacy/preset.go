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

// SafeHarbor is the preset that may hand nothing on that leads to somebody.
const SafeHarbor = "hipaa-safe-harbor"

var presets = map[string]Policy{
	"gdpr": gdpr, "uk-gdpr": ukGDPR, "ccpa": ccpa, SafeHarbor: safeHarbor, "pseudonymous": pseudonymous, "demo": demo,
}

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

// ukGDPR is gdpr, whose articles 4 to 6, 32 and 87 the United Kingdom has kept. It has
// a name of its own because the two laws may part.
var ukGDPR = gdpr

// ccpa is a move into production as well: service goes on, which the consumer expects
// (Cal. Civ. Code 1798.100(c), reasonably necessary and proportionate). What is
// sensitive in 1798.140(ae) and told in a case has served its purpose there: beside
// numbers of states, accounts and secrets, which gdpr masks, exact places and health.
var ccpa = Policy{Fields: gdpr.Fields, Text: with(gdpr.Text, map[Kind]Operator{Place: Mask, Health: Mask})}

// safeHarbor removes the identifiers of 45 CFR 164.514(b)(2)(i), (A) to (R), from
// whom and what cases are about. Nothing in it is keyed: a code that is made of a name
// or an address is derived from information about the individual (164.514(c)), so it
// says [removed] where pseudonymous has one. What people wrote is masked as a whole,
// because no engine finds all that may stand there.
var safeHarbor = Policy{
	Fields: map[string]Operator{
		"name": Redact, "phone": Drop, "email": Drop, "login": Drop, // (A), (D) to (F), (R)
		"address":      Generalize, // (B)
		"time":         Generalize, // (C): all elements of dates but the year
		"number":       Drop,       // (R)
		"text":         Mask,
		"html":         Mask,
		"article.body": Keep, // for everybody to read; the rules for text look at it
		"title":        Keep,
		// An employer is one of those whom (b)(2)(i) names beside the individual.
		"organization.name": Redact, "organization.domains": Drop,
		"label": Keep, "person.tags": Drop, "ticket.tags": Drop, "organization.tags": Drop, // people write names into tags
		"file-name": Mask, "message-id": Drop, "key": Drop,
		"flag": Keep, "size": Keep,
		"digest": Keep, // verify needs it; it does not reach the target
		"custom": Drop, "extra": Drop, "person.notes": Drop, "organization.notes": Drop,
	},
	Text: with(redactedText(), map[Kind]Operator{Address: Generalize}),
}

// redactedText leaves nothing of any kind. That includes years of birth, which tell who
// is above 89.
func redactedText() map[Kind]Operator {
	all := map[Kind]Operator{}
	for _, k := range TextKinds() {
		all[k] = Redact
	}
	return all
}

// with is a policy for text with some kinds decided otherwise.
func with(text, otherwise map[Kind]Operator) map[Kind]Operator {
	all := maps.Clone(text)
	maps.Copy(all, otherwise)
	return all
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
	return with(all, decided)
}
