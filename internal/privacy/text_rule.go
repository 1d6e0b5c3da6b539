package privacy

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// A TextRule finds in free text what only the customer knows: numbers of employees, of
// contracts, of devices. What it finds is a whole word, number or code: letters or digits
// beside it make it part of something else.
type TextRule struct {
	// Name is what scan and reports call it, and its kind if Kind is empty: small letters,
	// digits and hyphens.
	Name string `yaml:"name" json:"name"`
	// Kind is one of TextKinds that it counts as.
	Kind Kind `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Pattern is a regular expression of Go (RE2) for all of it: at least two characters and
	// at most maxRuleMatch. Of several matches at a place the longest counts.
	Pattern string `yaml:"pattern" json:"pattern"`
	// Context are words of which one must stand near; none asks for none.
	Context RuleContext `yaml:"context,omitempty" json:"context,omitzero"`
	// Checksum is one of Checksums that its letters and digits must satisfy; empty for none.
	Checksum string `yaml:"checksum,omitempty" json:"checksum,omitempty"`
	// Finds are invented texts in which it must find something, Leaves those in which it must
	// not: at least one of each. They change nothing that is done, nor any hash.
	Finds  []string `yaml:"finds" json:"-"`
	Leaves []string `yaml:"leaves" json:"-"`
	// Operator is what becomes of what it finds; if it is empty, what the policy decides of
	// Kind. With Keep it stays, even where the engine alone would find something in it.
	Operator Operator `yaml:"operator,omitempty" json:"operator,omitempty"`
}

// A RuleContext is words near a place, in any case, on either side.
type RuleContext struct {
	Words  []string `yaml:"words" json:"words"`
	Within int      `yaml:"within,omitempty" json:"within,omitempty"` // words apart; contextWithin if 0
}

// Bounds on rules, so that their cost is: each looks at maxRuleMatch characters from each
// place at which a match may start, with a machine of maxRuleProgram steps.
const (
	maxTextRules    = 32
	maxRulePattern  = 200 // bytes
	maxRuleMatch    = 64  // characters
	maxRuleProgram  = 1000
	maxRuleWords    = 50
	maxRuleExamples = 20
	maxRuleExample  = 300 // bytes
	contextWithin   = 5
	maxWithin       = 10
)

// ownOperators are those for a kind of the customer's own.
var ownOperators = []Operator{Keep, Drop, Mask, Redact, Pseudonymize}

// isRuleName reports whether a rule may have this name.
func isRuleName(name string) bool {
	for i := range len(name) {
		if b := name[i]; b != lower(b) || !isLetter(b) && (i == 0 || !isDigit(b) && b != '-') {
			return false
		}
	}
	return len(name) >= 2 && len(name) <= 31
}

// An ownRule is a TextRule that is ready to look.
type ownRule struct {
	TextRule
	kind    Kind
	find    *regexp.Regexp
	first   byteSet // what a match may start with
	longest int     // in bytes
	words   map[uint64]bool
	check   func(code []byte) bool
}

// ownKind reports whether what it finds is of a kind of the customer's own.
func (r *ownRule) ownKind() bool { return r.Kind == "" }

// compileRules checks the rules of a policy. Each problem is a sentence with a next step,
// and names examples by their number: what stands in them may be somebody's.
func compileRules(rules []TextRule) (all []*ownRule, problems []string) {
	if len(rules) > maxTextRules {
		return nil, []string{fmt.Sprintf("%d rules are too many: each looks at every text; keep %d", len(rules), maxTextRules)}
	}
	for i, r := range rules {
		note := func(format string, args ...any) {
			problems = append(problems, fmt.Sprintf("rule %q: ", r.Name)+fmt.Sprintf(format, args...))
		}
		before := len(problems)
		r.checkNames(rules[:i], note)
		own := r.compile(note)
		if len(problems) == before {
			own.checkExamples(note)
			all = append(all, own)
		}
	}
	return all, problems
}

type noting func(format string, args ...any)

func (r *TextRule) checkNames(before []TextRule, note noting) {
	switch {
	case !isRuleName(r.Name):
		note("give it a name of 2 to 31 small letters, digits and hyphens, such as employee-id")
	case sensibleText[Kind(r.Name)] != nil || Kind(r.Name) == Login:
		note("this is a kind of the engine's own; choose another name, and kind: %s if it counts as one", r.Name)
	case slices.ContainsFunc(before, func(b TextRule) bool { return b.Name == r.Name }):
		note("two rules have this name")
	}
	switch sensible := r.sensible(); {
	case sensible == nil:
		note("there is no kind %q%s", r.Kind, suggest(string(r.Kind), kindNames()))
	case r.Operator == "" && r.Kind == "":
		note("say what becomes of what it finds: operator, one of %s", list(sensible))
	case r.Operator != "" && !slices.Contains(sensible, r.Operator):
		note("what it finds can't be %q%s; choose one of %s", r.Operator, why(r.Operator), list(sensible))
	}
	if _, ok := checksums[r.Checksum]; !ok && r.Checksum != "" {
		note("there is no checksum %q%s; choose one of %s", r.Checksum, suggest(r.Checksum, Checksums()), strings.Join(Checksums(), ", "))
	}
}

// sensible lists the operators that its kind has; nil if there is no such kind.
func (r *TextRule) sensible() []Operator {
	if r.Kind == "" {
		return ownOperators
	}
	return sensibleText[r.Kind]
}

func (r *TextRule) compile(note noting) *ownRule {
	own := &ownRule{TextRule: *r, kind: r.Kind, words: map[uint64]bool{}, check: checksums[r.Checksum]}
	if own.kind == "" {
		own.kind = Kind(r.Name)
	}
	r.compileContext(own, note)
	if len(r.Pattern) > maxRulePattern {
		note("its pattern is longer than %d bytes", maxRulePattern)
		return own
	}
	tree, err := syntax.Parse(r.Pattern, syntax.Perl)
	if err != nil {
		note("its pattern is no regular expression: %s", ruleSyntax(err))
		return own
	}
	shortest, longest, open := lengths(tree)
	switch {
	case anchored(tree):
		note("its pattern holds ^, $, \\A, \\z or \\B; leave them out: it looks for whole words, wherever they stand")
	case open || longest > maxRuleMatch:
		note("its pattern has matches of more than %d characters; write how many at most, as {1,12} for + and {0,12} for *", maxRuleMatch)
	case shortest < 2:
		note("its pattern matches a single character or nothing; two are the least")
	}
	if program, err := syntax.Compile(tree.Simplify()); err == nil && len(program.Inst) > maxRuleProgram {
		note("its pattern takes %d steps, more than %d; make it simpler", len(program.Inst), maxRuleProgram)
	}
	own.longest = longest * utf8.UTFMax
	own.first, _ = firstBytes(tree)
	if own.find, err = regexp.Compile(`\A(?:` + r.Pattern + `)`); err != nil {
		note("its pattern is no regular expression: %s", ruleSyntax(err))
		return own
	}
	own.find.Longest()
	return own
}

// ruleSyntax says what is wrong with a pattern, not where: that would show it.
func ruleSyntax(err error) string {
	if syntactic, ok := err.(*syntax.Error); ok {
		return syntactic.Code.String()
	}
	return "it can't be read"
}

func (r *TextRule) compileContext(own *ownRule, note noting) {
	c := r.Context
	if own.Context.Within == 0 {
		own.Context.Within = contextWithin
	}
	switch {
	case len(c.Words) > maxRuleWords:
		note("%d words of context are too many; keep %d", len(c.Words), maxRuleWords)
	case c.Within < 0 || c.Within > maxWithin:
		note("its context is within 1 to %d words", maxWithin)
	case c.Within > 0 && len(c.Words) == 0:
		note("its context has a distance and no words")
	}
	for _, word := range c.Words {
		if wd := readWord(window{[]byte(word), 0}, 0); wd.letters == 0 || wd.end != len(word) {
			note("each of its context's words is one word of letters")
			return
		}
		own.words[keyOf(word)] = true
	}
}

func (r *ownRule) checkExamples(note noting) {
	if len(r.Finds) == 0 || len(r.Leaves) == 0 {
		note("give it examples, invented ones: finds, texts in which it must find something, and leaves, texts in which it must not")
	}
	if len(r.Finds) > maxRuleExamples || len(r.Leaves) > maxRuleExamples {
		note("%d examples of each are enough", maxRuleExamples)
		return
	}
	for list, examples := range map[string][]string{"finds": r.Finds, "leaves": r.Leaves} {
		for i, e := range examples {
			found := len(r.appendTo(nil, window{[]byte(e), 0})) > 0
			switch {
			case len(e) > maxRuleExample:
				note("example %d of %s is longer than %d bytes", i+1, list, maxRuleExample)
			case found && list == "leaves":
				note("example %d of leaves is found; make its pattern or context narrower, or correct the example", i+1)
			case !found && list == "finds":
				note("example %d of finds is not found; check its pattern, context and checksum, and what stands beside it", i+1)
			}
		}
	}
}
