package privacy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Compiled is a policy that decides every field. It is safe for concurrent use.
type Compiled struct {
	rules  []rule // the winner first
	inText map[Kind]Operator
	known  map[string]rule // fields of the model by name
	keyed  bool            // needs pseudonyms
	// surrogates says that what has their form is left alone, and found by nobody.
	surrogates bool
	tagger     bool
	textRules  []*ownRule
	ruleOps    map[string]Operator // of rules that say themselves what becomes of what they find
	hash       string
	pool       sync.Pool // of *application
}

// A PolicyError lists what is wrong with a policy, a sentence each.
type PolicyError struct{ Problems []string }

func (e *PolicyError) Error() string {
	return "the privacy policy can't be applied: " + strings.Join(e.Problems, "; ")
}

// Compile checks a policy and makes it ready to apply. It returns a *PolicyError
// that names what is unknown or makes no sense, else what is not decided.
func Compile(p Policy) (*Compiled, error) {
	rules, problems := check(p)
	if len(problems) > 0 {
		return nil, &PolicyError{problems}
	}
	preset, _ := Preset(p.Preset)
	c := &Compiled{inText: map[Kind]Operator{}, known: map[string]rule{}, textRules: rules, tagger: p.Tagger, ruleOps: map[string]Operator{}}
	maps.Copy(c.inText, preset.Text)
	maps.Copy(c.inText, p.Text)
	c.addRules(preset.Fields, false)
	c.addRules(p.Fields, true)
	slices.SortFunc(c.rules, bySpecificity)
	for _, r := range rules {
		if r.Operator != "" {
			c.ruleOps[r.Name] = r.Operator
		}
	}
	if problems := c.decideAll(); len(problems) > 0 {
		return nil, &PolicyError{problems}
	}
	c.keyed = c.makes(isKeyed)
	c.surrogates = c.makes(func(op Operator, _ bool) bool { return op == Surrogate })
	if p.Preset == SafeHarbor && c.keyed {
		return nil, &PolicyError{c.derived()}
	}
	c.hash = c.digest()
	c.pool.New = func() any { return &application{} }
	return c, nil
}

func (c *Compiled) addRules(fields map[string]Operator, ofPlan bool) {
	for key, op := range fields {
		c.rules = append(c.rules, newRule(key, op, ofPlan))
	}
}

// decideAll fills known and returns what no rule decides.
func (c *Compiled) decideAll() (problems []string) {
	open := map[helpdesk.Class][]string{}
	for _, f := range knownFields() {
		r, ok := c.decide(f.Name, f)
		if !ok {
			open[classOf(f)] = append(open[classOf(f)], ruleName(f))
		}
		c.known[f.Name] = r
	}
	for _, class := range slices.Sorted(maps.Keys(open)) {
		problems = append(problems, fmt.Sprintf("nothing decides %s (%s): add %q under fields, with one of %s",
			class, strings.Join(open[class], ", "), class, list(sensible[class])))
	}
	for _, k := range TextKinds() {
		if c.inText[k] == "" {
			problems = append(problems, fmt.Sprintf("nothing decides %s in free text: add it under text, with one of %s",
				k, list(sensibleText[k])))
		}
	}
	return problems
}

// decide returns the rule for a field by its name in the record.
func (c *Compiled) decide(name string, f helpdesk.Field) (rule, bool) {
	if r, ok := c.known[name]; ok {
		return r, true
	}
	for _, r := range c.rules {
		if r.covers(name, f) {
			return r, true
		}
	}
	return rule{}, false
}

// isKeyed reports whether what an operator makes needs the migration's key. Masked names
// do: "Person 1A2B" lets a thread be followed. So do the days of a shift.
func isKeyed(op Operator, ofName bool) bool {
	return op == Pseudonymize || op == Surrogate || op == Shift || op == Mask && ofName
}

// makes reports whether the policy has an operator that is does; ofName says that it is for
// names of people.
func (c *Compiled) makes(does func(op Operator, ofName bool) bool) bool {
	for k, op := range c.inText {
		if does(op, k == Name) {
			return true
		}
	}
	if slices.ContainsFunc(c.textRules, func(r *ownRule) bool { return does(r.Operator, r.kind == Name) }) {
		return true
	}
	return slices.ContainsFunc(c.Decisions(), func(d Decision) bool {
		return does(d.Operator, d.Class == helpdesk.ClassName)
	})
}

// derived lists what the policy makes of values with a key. 45 CFR 164.514(c) has no code
// that is derived from information about the individual, and (b)(2)(i)(R) none at all.
func (c *Compiled) derived() (problems []string) {
	note := func(what string, op Operator, ofName bool, sensible []Operator) {
		if isKeyed(op, ofName) {
			others := slices.DeleteFunc(slices.Clone(sensible), func(op Operator) bool { return op == Keep || isKeyed(op, ofName) })
			problems = append(problems, fmt.Sprintf("%s can't be %q under %s: it would be derived from information about the individual (45 CFR 164.514(c)); choose one of %s",
				what, op, SafeHarbor, list(others)))
		}
	}
	for _, d := range c.Decisions() {
		note(fmt.Sprintf("%q", d.Field), d.Operator, d.Class == helpdesk.ClassName, sensible[d.Class])
	}
	for _, k := range TextKinds() {
		note(string(k)+" in free text", c.inText[k], k == Name, sensibleText[k])
	}
	for _, r := range c.textRules {
		note(fmt.Sprintf("what rule %q finds", r.Name), r.Operator, r.kind == Name, r.sensible())
	}
	return problems
}

// Hash identifies the policy with all that its preset says, and RulesVersion: the
// same hash does the same to the same record under the same key.
func (c *Compiled) Hash() string { return c.hash }

func (c *Compiled) digest() string {
	h := sha256.New()
	write(h, "safeconduct privacy", RulesVersion)
	for _, r := range c.rules {
		write(h, "field", r.key, string(r.op), fmt.Sprint(r.ofPlan))
	}
	for _, k := range slices.Sorted(maps.Keys(c.inText)) {
		write(h, "text", string(k), string(c.inText[k]))
	}
	if c.tagger {
		write(h, "tagger")
	}
	for _, r := range c.textRules {
		write(h, "rule", r.Name, string(r.kind), r.Pattern, strings.Join(r.Context.Words, " "), fmt.Sprint(r.Context.Within), r.Checksum, string(r.Operator))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// write hashes words so that no other words give the same bytes.
func write(h hash.Hash, words ...string) {
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s,", len(w), w)
	}
	fmt.Fprintln(h)
}

// A Decision is what a policy does to one field, for plans and reports.
type Decision struct {
	Field    string // "person.name"; "ticket.custom.*" for custom fields without a rule of their own
	Class    helpdesk.Class
	Operator Operator
	Rule     string // the key of the rule that decides it
}

// Decisions lists what the policy does to every field of the model, in its order.
func (c *Compiled) Decisions() (all []Decision) {
	for _, f := range knownFields() {
		r, _ := c.decide(f.Name, f)
		all = append(all, Decision{ruleName(f), classOf(f), r.op, r.key})
	}
	return all
}

// op is what the policy does to what stands in a span.
func (c *Compiled) op(s Span) Operator {
	if op, ok := c.ruleOps[s.Type]; ok {
		return op
	}
	return c.inText[s.Kind]
}

// byRule reports whether a rule of the policy found a span.
func (c *Compiled) byRule(s Span) bool {
	return slices.ContainsFunc(c.textRules, func(r *ownRule) bool { return r.Name == s.Type })
}

// kinds lists TextKinds and those of the policy's own.
func (c *Compiled) kinds() []Kind {
	all := TextKinds()
	for _, r := range c.textRules {
		if r.ownKind() {
			all = append(all, r.kind)
		}
	}
	return all
}

// Text returns what the policy does to what Detect finds in free text.
func (c *Compiled) Text() map[Kind]Operator { return maps.Clone(c.inText) }
