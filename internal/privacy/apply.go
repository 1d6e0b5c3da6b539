package privacy

import (
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// Compiled is a policy that decides every field. It is safe for concurrent use.
type Compiled struct{}

// Compile checks a policy and makes it ready to apply.
func Compile(p Policy) (*Compiled, error) { return &Compiled{}, nil }

// Hash identifies the policy with all that its preset says, and RulesVersion.
func (c *Compiled) Hash() string { return "" }

// Apply rewrites the record in place. people are those of the ticket (for a
// person's record: that person); p may be nil if the policy pseudonymizes and
// masks nothing. report is called once per field name and kind of personal data found,
// before the rules were applied; it may be nil.
func (c *Compiled) Apply(rec *helpdesk.Record, people *People, p keyring.Pseudonyms, report func(Finding)) (Result, error) {
	return Result{}, nil
}
