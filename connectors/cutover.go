package connectors

import "context"

// An Addresser knows at which addresses people see a ticket of the help desk.
type Addresser interface {
	// Addresses are those of the ticket with this key or id, that of agents first.
	// They ask nobody, and hold nothing but the address of the help desk and the key.
	Addresses(ticket string) []string
}

// A Surveyor is a source that knows what works by itself in its help desk, is not
// moved, and has to be switched or built by somebody when all move over.
type Surveyor interface {
	Survey(ctx context.Context) ([]Switch, error)
}

// A Switch is one kind of such things, as the help desk has them. What they are called
// may name somebody, and is not told.
type Switch struct {
	Kind  SwitchKind
	Count int    // how many are active; NotCounted where the API does not tell
	Where string // the page of the help desk on which they are, in its own words
}

// NotCounted: there may be some, and nobody can tell.
const NotCounted = -1

// A SwitchKind is from a closed list: a certificate explains each in its languages.
type SwitchKind string

const (
	SwitchAddresses   SwitchKind = "addresses"   // at which mail becomes tickets
	SwitchChannels    SwitchKind = "channels"    // chat, forms, social networks, telephone
	SwitchTriggers    SwitchKind = "triggers"    // run when a ticket is made or changed
	SwitchAutomations SwitchKind = "automations" // run as time passes
	SwitchWebhooks    SwitchKind = "webhooks"    // call other systems
	SwitchMacros      SwitchKind = "macros"      // prepared answers and acts
	SwitchTargets     SwitchKind = "sla"         // times by which somebody must answer
)

// SwitchKinds lists them.
func SwitchKinds() []SwitchKind {
	return []SwitchKind{SwitchAddresses, SwitchChannels, SwitchTriggers, SwitchAutomations, SwitchWebhooks, SwitchMacros, SwitchTargets}
}
