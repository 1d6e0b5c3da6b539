package privacy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rulesOf are rules of a customer, of each sort one.
var rulesOf = []TextRule{
	{Name: "employee-id", Pattern: `E-?\d{6}`, Operator: Mask,
		Finds: []string{"ask E-123456", "E123456."}, Leaves: []string{"XE123456", "E-1234567", "E-12345"}},
	{Name: "customer-no", Pattern: `\d{8}`, Context: RuleContext{Words: []string{"customer", "Kundennummer", "Kunde"}}, Operator: Pseudonymize,
		Finds:  []string{"customer no. 12345678", "Kundennummer: 12345678", "12345678 is his customer number", "KUNDE\n12345678"},
		Leaves: []string{"12345678", "customer said on the phone that it was about 12345678", "custom 12345678"}},
	{Name: "member", Kind: HealthID, Pattern: `[A-Z]{2}\d{8,10}`, Checksum: "luhn", Operator: Redact,
		Finds: []string{"AB12345674"}, Leaves: []string{"AB12345675", "ab12345674"}},
	{Name: "test-order", Pattern: `(?i)order 0\d{9}`, Operator: Keep,
		Finds: []string{"Order 0301234567"}, Leaves: []string{"border 0301234567"}},
	{Name: "umlaut", Kind: Account, Pattern: `Ü\d{3}-[äöü]{2}`, Finds: []string{"Ü123-öä"}, Leaves: []string{"Ü123-öäx", "U123-öä"}},
}

var ruled = Policy{Preset: "demo", Rules: rulesOf}

func TestRulesFindWhatOnlyTheCustomerKnows(t *testing.T) {
	r, err := compile(t, ruled).Rewriter(testKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	code := func(no string) string {
		sum := testKey("k").Of("rule customer-no", no)
		return fmt.Sprintf("[customer-no %x]", sum[:ruleCode/2])
	}
	for text, want := range map[string]string{
		"E-123456, E123456 and E-1234567":                   "[employee-id], [employee-id] and E-1234567",
		"customer no. 12345678":                             "customer no. " + code("12345678"),
		"Kunde 12345678, Nr. 87654321":                      "Kunde " + code("12345678") + ", Nr. " + code("87654321"),
		"12345678":                                          "12345678",
		"member AB12345674 and AB12345675":                  "member [removed] and AB12345675",
		"order 0301234567 for jane@acme.test":               "order 0301234567 for masked@masked.invalid",
		"Ü123-öä":                                           "[account]",
		"[employee-id] and [customer-no 0123456789ab] stay": "[employee-id] and [customer-no 0123456789ab] stay",
		"E-123456@acme.test":                                "masked@masked.invalid", // the engine's is longer
		"mail to E-123456.jane@acme.test of E-123456":       "mail to masked@masked.invalid of [employee-id]",
		"IBAN DE89 3704 0044 0532 0130 00 of E-123456":      "IBAN [IBAN DE** ****3000] of [employee-id]",
	} {
		out, _, left := r.Rewrite([]byte(text), nil)
		if once := string(out); once != want || left > 0 {
			t.Errorf("%q: %q with %d left, want %q", text, once, left, want)
		}
		if out, n, _ := r.Rewrite([]byte(want), nil); string(out) != want || n > 0 {
			t.Errorf("%q was rewritten to %q", want, out)
		}
	}
}

func TestARuleThatKeepsMakesNoHoleAndOneThatMasksLeavesNoRest(t *testing.T) {
	digits := func(name string, n int, op Operator) TextRule {
		return TextRule{Name: name, Pattern: fmt.Sprintf(`\d{%d}`, n), Operator: op, Finds: []string{strings.Repeat("7", n)}, Leaves: []string{strings.Repeat("7", n+1)}}
	}
	for _, test := range []struct {
		rules      []TextRule
		text, want string
	}{
		{[]TextRule{digits("four", 4, Keep)}, "card 4111 1111 1111 1111", "card [card ****1111]"},
		{[]TextRule{digits("four", 4, Mask)}, "card 4111 1111 1111 1111", "card [card ****1111]"},
		{[]TextRule{digits("sixteen", 16, Keep)}, "card 4111111111111111", "card 4111111111111111"},
		{[]TextRule{digits("sixteen", 16, Redact)}, "card 4111111111111111", "card [removed]"},
		// What sticks out of the engine's span goes as well.
		{[]TextRule{{Name: "file", Pattern: `[A-Z]{3} \d{4} \d{4}`, Operator: Mask, Finds: []string{"ABC 4111 1111"}, Leaves: []string{"abc 4111 1111"}}},
			"card ABC 4111 1111 1111 1111", "card [file][card ****1111]"},
		{[]TextRule{{Name: "behind", Pattern: `\d{4} [A-Z]{3}`, Operator: Mask, Finds: []string{"1111 ABC"}, Leaves: []string{"1111 abc"}}},
			"card 4111 1111 1111 1111 ABC", "card [card ****1111][behind]"},
		{[]TextRule{digits("five", 5, Keep), digits("other", 5, Mask)}, "12345", "12345"}, // the first
		{[]TextRule{{Name: "pair", Pattern: `\d{2}-\d{2}`, Operator: Mask, Finds: []string{"12-34"}, Leaves: []string{"1-2"}},
			{Name: "tail", Pattern: `\d{2}-[A-Z]{2}`, Operator: Redact, Finds: []string{"34-AB"}, Leaves: []string{"34"}}}, "12-34-AB", "[pair][removed]"},
	} {
		got := string(rewriterOf(t, Policy{Preset: "demo", Rules: test.rules}, nil)([]byte(test.text)))
		if got != test.want {
			t.Errorf("%q with %s: %q, want %q", test.text, test.rules[0].Name, got, test.want)
		}
	}
	// A phone that the policy keeps makes no place for an employee's number to stay.
	p := Policy{Preset: "gdpr", Rules: []TextRule{{Name: "area", Pattern: `030 \d{3}`, Operator: Mask, Finds: []string{"030 123"}, Leaves: []string{"031 123"}}}}
	if got := string(rewriterOf(t, p, nil)([]byte("Tel. 030 123 4567"))); got != "Tel. [area] 4567" {
		t.Errorf("got %q", got)
	}
}

func TestChecksumsOfRulesAreThoseOfTheirAuthorities(t *testing.T) {
	for name, examples := range map[string]struct{ right, wrong string }{
		"luhn":     {"4111111111111111", "4111111111111112"},
		"verhoeff": {"234567890124", "234567890125"},
		"mod11-10": {"86095742719", "86095742718"},                   // a Steuer-ID, as its authority prints it
		"mod11":    {"080442957X", "0804429570"},                     // an ISBN
		"mod97":    {"529900T8BM49AURSDO55", "529900T8BM49AURSDO56"}, // an LEI of its foundation
	} {
		check := checksums[name]
		if check == nil || !check([]byte(examples.right)) || check([]byte(examples.wrong)) {
			t.Errorf("%s: %s is %v, %s is %v", name, examples.right, check([]byte(examples.right)), examples.wrong, check([]byte(examples.wrong)))
		}
		if check(nil) || check([]byte("7")) {
			t.Errorf("%s holds of nothing", name)
		}
	}
	if len(checksums) != 5 {
		t.Errorf("%d checksums", len(checksums))
	}
}

func TestCompileSaysWhatIsWrongWithARule(t *testing.T) {
	good := rulesOf[0]
	with := func(change func(r *TextRule)) []TextRule {
		r := good
		change(&r)
		return []TextRule{r}
	}
	pattern := func(p string) []TextRule { return with(func(r *TextRule) { r.Pattern = p }) }
	for _, test := range []struct {
		rules []TextRule
		want  string
	}{
		{with(func(r *TextRule) { r.Name = "Employee" }), `rule "Employee": give it a name of 2 to 31 small letters`},
		{with(func(r *TextRule) { r.Name = "1st" }), `give it a name`},
		{with(func(r *TextRule) { r.Name = "ünï" }), `give it a name`},
		{with(func(r *TextRule) { r.Name = "x" }), `give it a name`},
		{with(func(r *TextRule) { r.Name = strings.Repeat("x", 32) }), `give it a name`},
		{with(func(r *TextRule) { r.Name = "iban" }), `a kind of the engine's own; choose another name, and kind: iban`},
		{[]TextRule{good, good}, `two rules have this name`},
		{make([]TextRule, maxTextRules+1), `33 rules are too many`},
		{with(func(r *TextRule) { r.Kind = "natinal-id" }), `there is no kind "natinal-id" (did you mean "national-id"?)`},
		{with(func(r *TextRule) { r.Operator = "" }), `say what becomes of what it finds: operator, one of keep, drop, mask, redact, pseudonymize`},
		{with(func(r *TextRule) { r.Operator = "masc" }), `can't be "masc" (did you mean "mask"?); choose one of keep`},
		{with(func(r *TextRule) { r.Operator = Surrogate }), `can't be "surrogate": nobody keeps any of these free`},
		{with(func(r *TextRule) { r.Kind, r.Operator = Card, Pseudonymize }), `choose one of keep, drop, mask, redact`},
		{with(func(r *TextRule) { r.Checksum = "lun" }), `there is no checksum "lun" (did you mean "luhn"?); choose one of luhn, mod11, mod11-10, mod97, verhoeff`},
		{pattern(`E(\d{6}`), `its pattern is no regular expression: missing closing )`},
		{pattern(`E\d{6}\1`), `no regular expression`},
		{pattern(`E-?\d+`), `matches of more than 64 characters; write how many at most`},
		{pattern(`(E\d{6}){1,20}`), `matches of more than 64 characters`},
		{pattern(`\d?`), `matches a single character or nothing`},
		{pattern(``), `matches a single character or nothing`},
		{pattern(`E\d{6}|x`), `matches a single character or nothing`},
		{pattern(`\b\b`), `matches a single character or nothing`},
		{pattern(`^E\d{6}$`), `leave them out`},
		{pattern(strings.Repeat("x", 201)), `longer than 200 bytes`},
		{pattern(`(ab|cd|ef|gh|ij|kl|mn|op|qr|st|uv|wx){1,32}`), `steps, more than 1000`},
		{with(func(r *TextRule) { r.Context.Words = []string{"two words"} }), `each of its context's words is one word of letters`},
		{with(func(r *TextRule) { r.Context.Words = []string{""} }), `each of its context's words is one word of letters`},
		{with(func(r *TextRule) { r.Context.Within = 3 }), `its context has a distance and no words`},
		{with(func(r *TextRule) { r.Context = RuleContext{[]string{"x"}, 11} }), `within 1 to 10 words`},
		{with(func(r *TextRule) { r.Finds = nil }), `give it examples, invented ones`},
		{with(func(r *TextRule) { r.Leaves = nil }), `give it examples, invented ones`},
		{with(func(r *TextRule) { r.Finds = append(r.Finds, "E-12345") }), `example 3 of finds is not found`},
		{with(func(r *TextRule) { r.Leaves = []string{"E-12345", "E-123456"} }), `example 2 of leaves is found`},
		{with(func(r *TextRule) { r.Leaves = []string{strings.Repeat("x", 301)} }), `longer than 300 bytes`},
		{with(func(r *TextRule) { r.Leaves = make([]string, 21) }), `20 examples of each are enough`},
	} {
		_, err := Compile(Policy{Preset: "gdpr", Rules: test.rules})
		var policyErr *PolicyError
		if !errors.As(err, &policyErr) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want ... %s", err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "123456") {
			t.Errorf("%v shows an example", err)
		}
	}
	keyed := with(func(r *TextRule) { r.Operator = Pseudonymize })
	if _, err := Compile(Policy{Preset: SafeHarbor, Rules: keyed}); err == nil || !strings.Contains(err.Error(), `what rule "employee-id" finds can't be "pseudonymize" under hipaa-safe-harbor`) {
		t.Error(err)
	}
	if _, err := compile(t, Policy{Preset: "gdpr", Rules: keyed}).Rewriter(nil); !errors.Is(err, ErrNoPseudonyms) {
		t.Error(err)
	}
}

func TestRulesAreWhatThePolicyIs(t *testing.T) {
	seen := map[string]bool{compile(t, Policy{Preset: "gdpr"}).Hash(): true}
	for _, change := range []func(r *TextRule){
		func(r *TextRule) {}, func(r *TextRule) { r.Pattern = `E-?\d{6}(-X)?` }, func(r *TextRule) { r.Kind = Account }, func(r *TextRule) { r.Operator = Redact },
		func(r *TextRule) { r.Checksum, r.Finds = "luhn", []string{"E123455"} }, func(r *TextRule) { r.Name = "worker" },
		func(r *TextRule) { r.Context.Words = []string{"ask"}; r.Finds = r.Finds[:1] },
		func(r *TextRule) { r.Context.Words, r.Context.Within = []string{"ask"}, 2; r.Finds = r.Finds[:1] },
	} {
		r := rulesOf[0]
		change(&r)
		hash := compile(t, Policy{Preset: "gdpr", Rules: []TextRule{r}}).Hash()
		if seen[hash] {
			t.Errorf("%+v has the hash of another policy", r)
		}
		seen[hash] = true
	}
	r := rulesOf[0]
	r.Finds = r.Finds[:1] // examples change nothing
	if !seen[compile(t, Policy{Preset: "gdpr", Rules: []TextRule{r}}).Hash()] {
		t.Error("an example less is another policy")
	}
}

func TestRulesAreInInventoryMarksAndResidue(t *testing.T) {
	rec, inventory := conversation(), Inventory{}
	rec.Ticket.Comments[1].Body = "E-123456, E-654321 and member AB12345674"
	result, err := compile(t, ruled).Apply(&rec, canaryPeople(), testKey("k"), inventory.Add)
	if err != nil || len(result.Residual) > 0 {
		t.Fatal(err, result.Residual)
	}
	got := inventory.Fields["comment.body"]
	if id, health := got["employee-id"], got[HealthID]; id.Seen != (Seen{2, 0}) || id.Records != 1 || health.Seen != (Seen{1, 1}) || health.Records != 1 {
		t.Errorf("inventory %v", got)
	}
	if got := result.Marks["comments[1].body"]; got != (Mark{"text: health-id redact, employee-id mask", Masked, 3}) {
		t.Errorf("mark %+v", got)
	}
	a := &application{}
	a.begin(compile(t, ruled), nil, testKey("k"))
	a.out = []byte("E-123456 is left, order 0301234567 is kept")
	a.spans = a.policy.Detect(nil, a.out, nil)
	a.search("comment.body")
	if got := a.residual.findings(); !slices.Equal(got, []Finding{{Field: "comment.body", Kind: "employee-id", Count: 1}}) {
		t.Errorf("residue %v", got)
	}
}

func TestScanNamesTheRule(t *testing.T) {
	for _, s := range compile(t, ruled).Detect(nil, []byte("E-123456 AB12345674"), nil) {
		if want := map[int]string{0: "employee-id", 9: "member"}[s.Start]; s.TypeName() != want {
			t.Errorf("%+v, want %s", s, want)
		}
	}
}

// hostile is a pattern that starts anywhere and takes all the steps that a pattern may.
var hostile = TextRule{Name: "hostile", Pattern: `(([a-z0-9 ]{1,3}){1,4}[a-z ]?){1,4}!`, Operator: Mask, Finds: []string{"a a!"}, Leaves: []string{"a"}}

// TestHostileTextCostsRulesNoMoreThanItsLength: a search that were not linear would take
// hours with these, and the test ends by its deadline.
func TestHostileTextCostsRulesNoMoreThanItsLength(t *testing.T) {
	c := compile(t, Policy{Preset: "demo", Rules: append([]TextRule{hostile}, rulesOf...), Text: surrogating.Text})
	for _, piece := range []string{"a ", "a1 ", "[employee-id", "[", "E-123456", "E-123456 ", "Robin T. ", "robin.belkovford.", "12345678 ", "1 Belkovford ", "+44 ", "\xff", "Ü"} {
		c.Detect(nil, []byte(strings.Repeat(piece, 1<<16/len(piece))), nil)
	}
}

// FuzzRulesKeepTheirPromises: whatever pattern a customer writes, it is refused or its
// spans lie inside the text, apart, and rewriting twice is rewriting once.
func FuzzRulesKeepTheirPromises(f *testing.F) {
	for _, r := range rulesOf {
		f.Add(r.Pattern, r.Checksum, "customer", strings.Join(append(r.Finds, r.Leaves...), "; "))
	}
	f.Add(`[^x]{2,9}`, "", "", "Jane Doe 4111 1111 1111 1111")
	f.Add(`\[x1|1\]`, "mod97", "x", "[x1] [x1 0123456789ab] 1]1]")
	f.Add(`(?i)\bK\pL?s{1,3}`, "", "", "kſ Kelvin ſs")
	f.Fuzz(func(t *testing.T, pattern, checksum, word, text string) {
		r := TextRule{Name: "x1", Pattern: pattern, Checksum: checksum, Operator: Pseudonymize}
		if word != "" {
			r.Context.Words = []string{word}
		}
		wrong := false
		note := func(string, ...any) { wrong = true }
		r.checkNames(nil, note)
		own := r.compile(note)
		if wrong {
			return
		}
		c := &Compiled{inText: promising()["demo"].inText, textRules: []*ownRule{own}, ruleOps: map[string]Operator{"x1": Pseudonymize}}
		at := 0
		for _, s := range c.Detect(nil, []byte(text), team()) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) || !slices.Contains(c.kinds(), s.Kind) {
				t.Fatalf("%q in %q: span %+v after %d", pattern, text, s, at)
			}
			at = s.End
		}
		rewrite := rewriting(t, c, team())
		once := rewrite([]byte(text))
		if twice := rewrite(once); string(once) != string(twice) {
			t.Fatalf("%q: %q became %q, and that became %q", pattern, text, once, twice)
		}
	})
}
