package privacy

// RulesVersion changes whenever the same policy would do something else to the
// same record: a recognizer, a replacement or a preset became different. It is
// part of every policy's Hash.
const RulesVersion = "1"

// An Operator is what a policy does to a value.
type Operator string

const (
	Keep         Operator = "keep"         // leave it as it is
	Drop         Operator = "drop"         // leave it out
	Mask         Operator = "mask"         // replace it by what kind of thing stood there
	Pseudonymize Operator = "pseudonymize" // replace it by the same pseudonym everywhere
)

// A Policy is the privacy section of a plan.
type Policy struct {
	// Preset names the policy to start from: see Presets. Without one the policy
	// itself must decide every field and every kind of text.
	Preset string
	// Fields decides fields, over the preset. A key is, most specific first: a
	// field ("ticket.subject", "ticket.custom.Birthday"), the start of a name
	// ("ticket.custom.*"), a class in one table ("person/email"), a class anywhere
	// ("email"). The most specific rule wins; of two alike, the plan's over the
	// preset's.
	Fields map[string]Operator
	// Text decides what Detect finds inside the free text that is kept.
	Text map[Kind]Operator
}

// Presets lists the names of the presets.
func Presets() []string { return []string{"demo", "gdpr", "pseudonymous"} }

// Preset returns the complete policy of that name.
func Preset(name string) (Policy, bool) { return Policy{}, false }
