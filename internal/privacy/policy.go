package privacy

import (
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// RulesVersion changes whenever the same policy would do something else to the
// same record: a recognizer, a replacement or a preset became different. It is
// part of every policy's Hash.
const RulesVersion = "5"

// An Operator is what a policy does to a value.
type Operator string

const (
	Keep         Operator = "keep"         // leave it; of free text, all but what Text decides
	Drop         Operator = "drop"         // leave it out
	Mask         Operator = "mask"         // replace it by what kind of thing stood there
	Redact       Operator = "redact"       // replace it by a word that does not even say that
	Generalize   Operator = "generalize"   // say less: the year of a time or a birth, ten years of age, three digits of a ZIP code
	Shift        Operator = "shift"        // move a time by days that are the person's own
	Pseudonymize Operator = "pseudonymize" // replace it by the same pseudonym everywhere
	Surrogate    Operator = "surrogate"    // replace it by what looks like it and is nobody's, the same everywhere
)

// A Policy is the privacy section of a plan.
type Policy struct {
	// Preset names the policy to start from: see Presets. Without one the policy
	// itself must decide every field and every kind of text.
	Preset string
	// Fields decides fields, over the preset. A key is, most specific first: a
	// field ("ticket.subject", "ticket.custom.Birthday"), the start of the name of custom or
	// extra fields ("ticket.custom.*"), a class in one table ("person/email"), a class
	// anywhere ("email"). The most specific rule wins; of two alike, the plan's over
	// the preset's: a general rule of a plan never undoes a special one of its preset.
	Fields map[string]Operator
	// Text decides what Detect finds inside the free text that is kept.
	Text map[Kind]Operator
	// Rules find there what only the customer knows. Of two that find the same the longer
	// match counts, then the first.
	Rules []TextRule
	// Tagger also looks there for names of people on no record, by whole sentences: see
	// DetectTagged.
	Tagger bool
}

// Classes of a policy beside those of the model: what a source calls its own.
const (
	classCustom helpdesk.Class = "custom" // values of custom fields
	classExtra  helpdesk.Class = "extra"  // source fields that the model does not know
)

// classOf is the class by which a policy decides a field.
func classOf(f helpdesk.Field) helpdesk.Class {
	switch _, last := splitField(f.Name); last {
	case "custom":
		return classCustom
	case "extra":
		return classExtra
	}
	return f.Class
}

// sensible says which operators make sense for a class. What is missing would
// break the record (a masked date), or only look like protection (a pseudonym of a
// free text).
var sensible = map[helpdesk.Class][]Operator{
	helpdesk.ClassText:      {Keep, Drop, Mask, Redact},
	helpdesk.ClassHTML:      {Keep, Drop, Mask, Redact},
	classCustom:             {Keep, Drop, Mask, Redact},
	classExtra:              {Keep, Drop, Mask, Redact},
	helpdesk.ClassTitle:     {Keep, Drop, Mask, Redact, Pseudonymize},
	helpdesk.ClassLabel:     {Keep, Drop},
	helpdesk.ClassName:      {Keep, Drop, Mask, Redact, Pseudonymize, Surrogate},
	helpdesk.ClassEmail:     {Keep, Drop, Mask, Pseudonymize, Surrogate},
	helpdesk.ClassPhone:     {Keep, Drop, Mask, Redact, Pseudonymize, Surrogate},
	helpdesk.ClassLogin:     {Keep, Drop, Mask, Pseudonymize, Surrogate},
	helpdesk.ClassAddress:   {Keep, Drop, Mask, Redact, Generalize, Surrogate},
	helpdesk.ClassNumber:    {Keep, Drop, Pseudonymize},
	helpdesk.ClassFileName:  {Keep, Drop, Mask, Pseudonymize},
	helpdesk.ClassMessageID: {Keep, Drop, Pseudonymize},
	helpdesk.ClassTime:      {Keep, Drop, Generalize, Shift},
	helpdesk.ClassFlag:      {Keep, Drop},
	helpdesk.ClassSize:      {Keep, Drop},
	helpdesk.ClassDigest:    {Keep, Drop},
	// Not references: the anonymize step replaces them all, whatever the policy.
	helpdesk.ClassKey: {Keep, Drop},
}

// sensibleText is the same for kinds of text. There are no pseudonyms of cards and
// accounts: nobody needs to recognise one, and a keyed digest beside the last four
// digits would make a card's number guessable (PCI DSS 4.0, requirement 3.5.1). There
// are surrogates where somebody keeps a range of them free: see surrogate_words.go.
var sensibleText = map[Kind][]Operator{
	Name:  {Keep, Drop, Mask, Redact, Pseudonymize, Surrogate},
	Email: {Keep, Drop, Mask, Redact, Pseudonymize, Surrogate},
	Phone: {Keep, Drop, Mask, Redact, Pseudonymize, Surrogate},
	IBAN:  {Keep, Drop, Mask, Redact},
	Card:  {Keep, Drop, Mask, Redact},

	// Nobody follows a thread by these, so that a mask says as much as a pseudonym.
	Organization: {Keep, Drop, Mask, Redact},
	Address:      {Keep, Drop, Mask, Redact, Generalize, Surrogate},
	Birth:        {Keep, Drop, Mask, Redact, Generalize},
	Account:      {Keep, Drop, Mask, Redact},
	Secret:       {Keep, Drop, Mask, Redact},
	NationalID:   {Keep, Drop, Mask, Redact, Surrogate}, // of social security numbers of the US
	TaxID:        {Keep, Drop, Mask, Redact},
	HealthID:     {Keep, Drop, Mask, Redact},
	DocumentID:   {Keep, Drop, Mask, Redact},
	Vehicle:      {Keep, Drop, Mask, Redact},
	Device:       {Keep, Drop, Mask, Redact, Surrogate}, // of addresses of hardware
	Network:      {Keep, Drop, Mask, Redact, Surrogate},
	Place:        {Keep, Drop, Mask, Redact},
	Health:       {Keep, Drop, Mask, Redact},
}

// freeText reports whether a field of this class is searched for personal data
// where it is kept. Labels are: people write names into tags.
func freeText(c helpdesk.Class) bool {
	switch c {
	case helpdesk.ClassText, helpdesk.ClassHTML, classCustom, classExtra,
		helpdesk.ClassTitle, helpdesk.ClassLabel, helpdesk.ClassFileName:
		return true
	}
	return false
}

// structured is the kind of personal data that a field of this class is by itself.
var structured = map[helpdesk.Class]Kind{
	helpdesk.ClassName:    Name,
	helpdesk.ClassEmail:   Email,
	helpdesk.ClassPhone:   Phone,
	helpdesk.ClassLogin:   Login,
	helpdesk.ClassAddress: Address,
}

// knownFields lists every field of the model that a policy decides, once.
func knownFields() (all []helpdesk.Field) {
	seen := map[string]bool{}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			if f.Class != helpdesk.ClassReference && !seen[f.Name] {
				seen[f.Name] = true
				all = append(all, f)
			}
		}
	}
	return all
}

// classes lists the classes of a policy by name.
func classes() (all []string) {
	for c := range sensible {
		all = append(all, string(c))
	}
	slices.Sort(all)
	return all
}
