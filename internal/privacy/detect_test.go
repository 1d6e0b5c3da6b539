package privacy

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// testKey makes pseudonyms as keyring does.
type testKey string

func (k testKey) Of(kind, canonical string) (sum [16]byte) {
	h := hmac.New(sha256.New, []byte(k))
	h.Write([]byte(kind + "\x00" + canonical))
	copy(sum[:], h.Sum(nil))
	return sum
}

func team() *People {
	p := &People{}
	p.Add(Identity{Name: "Jane Doe", Emails: []string{"Jane.Doe@example.test", "jane@intranet"}, Phones: []string{"+49 30 1234567"}})
	p.Add(Identity{Name: "Müller, Jörg Özil", Phones: []string{"5550199", "123 4567 8901"}})
	return p
}

// account is team with a directory that has learned what is an ordinary word.
func account() *People {
	d := NewDirectory(4)
	d.Add(Identity{Given: "Mark", Family: "Koch", Organization: "Koch & Söhne GmbH", Phones: []string{"0171 5550199"}})
	d.Add(Identity{Name: "Anna-Lena von der Heide", Emails: []string{"heide@intranet"}})
	d.Add(Identity{Name: "山田 太郎"})
	d.Add(Identity{Name: "Иван Петров"})
	p := team()
	p.Account, p.Ordinary = d, d.Learn()
	for range 100 {
		p.Ordinary.Observe(nil, "Der Koch ist da.")
	}
	p.Ordinary.Settle()
	return p
}

// rewriter applies the text rules of a preset.
func rewriter(t fataler, preset string, people *People) func(text []byte) []byte {
	return rewriterOf(t, Policy{Preset: preset}, people)
}

func rewriterOf(t fataler, p Policy, people *People) func(text []byte) []byte {
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return rewriting(t, c, people)
}

func rewriting(t fataler, c *Compiled, people *People) func(text []byte) []byte {
	r, err := c.Rewriter(testKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	return func(text []byte) []byte {
		out, _, _ := r.Rewrite(text, people)
		return bytes.Clone(out)
	}
}

// keepsPromises checks what Detect and Rewrite promise of any bytes.
func keepsPromises(t fataler, text []byte) {
	people := account()
	for _, of := range []*People{nil, team(), people} {
		spans := Detect(nil, text, of)
		at := 0
		for _, s := range spans {
			if s.Start < at || s.End <= s.Start || s.End > len(text) || !slices.Contains(TextKinds(), s.Kind) {
				t.Fatalf("in %q: span %+v after %d", text, s, at)
			}
			at = s.End
		}
	}
	for name, c := range promising() {
		rewrite := rewriting(t, c, people)
		once := rewrite(text)
		if twice := rewrite(once); !bytes.Equal(once, twice) {
			t.Fatalf("%s: %q became %q, and that became %q", name, text, once, twice)
		}
	}
	outside(t, text, Detect(nil, text, people))
}

// promising are policies that keep what the package promises of any.
var promising = sync.OnceValue(func() map[string]*Compiled {
	all := map[string]*Compiled{}
	add := func(name string, p Policy) {
		c, err := Compile(p)
		if err != nil {
			panic(err)
		}
		all[name] = c
	}
	for _, name := range Presets() {
		add(name, Policy{Preset: name})
	}
	both := surrogating
	both.Rules = rulesOf
	add("surrogates", surrogating)
	add("surrogates and rules", both)
	add("tagger", Policy{Preset: "demo", Tagger: true})
	both.Tagger = true
	add("tagger, surrogates and rules", both)
	return all
})

// outside checks that Rewrite leaves the bytes between the spans alone.
func outside(t fataler, text []byte, spans []Span) {
	var parts [][]byte
	at := 0
	for _, s := range spans {
		parts = append(parts, text[at:s.Start])
		at = s.End
	}
	want := bytes.Join(append(parts, text[at:]), []byte{0})
	got := Rewrite(nil, text, spans, func(dst []byte, _ Span, _ []byte) []byte { return append(dst, 0) })
	if !bytes.Equal(got, want) {
		t.Fatalf("outside the spans of %q: got %q, want %q", text, got, want)
	}
}

func FuzzDetectAndRewriteKeepTheirPromises(f *testing.F) {
	for _, text := range examples() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { keepsPromises(t, text) })
}

// examples lists the texts of all recognizers, and some that are built to confuse.
func examples() (all []string) {
	for _, h := range allHeld() {
		for _, e := range append(h.finds, h.leaves...) {
			text, _ := marked(e)
			all = append(all, text)
		}
	}
	return append(all, "a@b.de@c.de", "\xff@\xfe.de", "tel \xff0301234567", "((((030)))", "Call (1 2(3", "+", "@", "[card ****",
		"030 123 4111 1111 1111 1111", "Karte Jane Doe 4111 1111 1111 1112", "jane doe@example.test", "Doe, Jane's +1-202-555-0147x12",
		"müller, jörg özil", "JÖRG ÖZIL MÜLLER", "tel 5550199 5550199", "123 4567 8901", "data:;base64,"+strings.Repeat("A", 50),
		"Robin T. Belkovford", "robin.belkovford.7k2m9x4q@example.org", "+44 20 7946 0123", "12 Belkovford Lane, Marmokham", "Belkovbergweg 12, Marmokfeld",
		"E-123456", "customer 12345678", "AB12345674", "order 0301234567", "[employee-id]", "[customer-no 0123456789ab]", "192.0.2.123", "666-12-3456", "00-00-5E-00-53-7F", "2001:db8:00ff:1234::abcd")
}

// TestAnyMixtureOfValuesKeepsThePromises glues pieces of values and noise together:
// where one ends and the next begins is where engines fail.
func TestAnyMixtureOfValuesKeepsThePromises(t *testing.T) {
	pieces := append(examples(), " ", "-", "/", ".", ",", ":", "\n", "@", "+", "(", ")", "0", "00", "1", "4", "card ", "IBAN ", "Tel ",
		"DE89", "\xc3", "\xff", "x12", "[phone]", "Person 1A2B", "masked@masked.invalid", "Jane Doe", "Jane", "s", "5550199", "&nbsp;")
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, "parts")
		text := []byte(strings.Join(parts, rapid.SampledFrom([]string{"", " ", ""}).Draw(t, "glue")))
		cut := rapid.IntRange(0, len(text)).Draw(t, "cut")
		keepsPromises(t, text[cut:])
	})
}

// TestNobodyIsLeftOutWhoWouldFindANumber asks all at digits, and compares with whom the
// gate lets in.
func TestNobodyIsLeftOutWhoWouldFindANumber(t *testing.T) {
	people := team()
	people.Add(Identity{Name: "Nora Stein", Phones: []string{"2024031109", "4111 1111", "12.34.567", "0301122334"}})
	short := []string{" ", "-", "/", ".", ",", ":", "\n", "+", "(", ")", "0", "00", "1", "4", "24", "123", "1234", "12345", "2024", "-03-", "11.", "09:41", "1122334",
		"card ", "IBAN ", "Tel ", "born ", "SSN ", "NHS ", "IP ", "4111", "1111", " years old", "&nbsp;", "a", "A", "é", " St", "52.52000", "10.1.2.3", "fe80::1"}
	long, random, asked := examples(), rand.New(rand.NewPCG(1, 2)), 0
	for range 50_000 {
		var text []byte
		for range 1 + random.IntN(8) {
			from := short
			if random.IntN(4) == 0 {
				from = long
			}
			text = append(text, from[random.IntN(len(from))]...)
		}
		s := &scanner{}
		s.begin(text, people)
		for i := 0; i < len(text); {
			switch classes256[text[i]] {
			case classOther:
				i++
			case classWord:
				i = s.word(i)
			case classSign:
				i = s.sign(i)
			case classDigit:
				if s.shaped(i) && !(i > s.lo && (isAlnum(text[i-1]) || s.wordBefore(i))) {
					open := s.gate(i)
					for k, r := range numbers.recognizers {
						if span, ok := r.match(&s.sight, i, r.cues); ok && open>>k&1 == 0 {
							t.Fatalf("in %q the gate at %d leaves out who finds %s %v", text, i, span.TypeName(), span)
						}
					}
					if span, ok := s.numberOnRecord(i); ok && open&gateRecord == 0 {
						t.Fatalf("in %q the gate at %d leaves out a number on record, %v", text, i, span)
					}
					asked++
				}
				i = s.digits(i)
			}
		}
	}
	if asked < 50_000 {
		t.Errorf("only %d numbers were asked", asked)
	}
}

func TestMarkupAndInlineImagesSurvive(t *testing.T) {
	text := `<p style="margin:0 0 12px">Hi <b>Jane Doe</b>,<br>mail <a href="mailto:jane.doe@example.test?subject=a%20b">jane.doe@example.test</a>` +
		` or <a href='tel:+49301234567'>030/1234567</a>&nbsp;&#8211; thanks!</p><img src="data:image/png;base64,iVBORw0K4111111111111111/+4930123456=">`
	want := `<p style="margin:0 0 12px">Hi <b>Person N</b>,<br>mail <a href="mailto:masked@masked.invalid?subject=a%20b">masked@masked.invalid</a>` +
		` or <a href='tel:[phone]'>[phone]</a>&nbsp;&#8211; thanks!</p><img src="data:image/png;base64,iVBORw0K4111111111111111/+4930123456=">`
	got := string(rewriter(t, "demo", team())([]byte(text)))
	if i := strings.Index(got, "Person "); i > 0 {
		got = got[:i+7] + "N" + got[i+11:]
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLimits pins what doc.go says is not found, so that it stays true.
func TestLimits(t *testing.T) {
	for _, text := range []string{
		"jack@<b>example.test</b>", "jack=40example.test", "jack at example dot test", "jack＠example.test",
		"030/<b>1234567</b>", "0309876543", "12345678", "４１１１１１１１１１１１１１１１", "4111  1111  1111  1111", "J<b>ane</b>", "jane",
	} {
		for _, s := range Detect(nil, []byte(text), team()) {
			t.Errorf("%q is found as %s: take it out of the limits", text, s.Kind)
		}
	}
}

// TestHostileTextIsReadInLinearTime feeds what makes recognizers look far and find
// nothing.
func TestHostileTextIsReadInLinearTime(t *testing.T) {
	const size = 1 << 17 // squared, this is more than the limit on any machine
	people := account()
	for _, piece := range []string{
		"@", "a@", "a", "1", "1 ", "+", "+49 ", "(", "(0", "0301234567 ", "4111 ", "DE89 ", "IBAN DE", "data:", "data:a/", "<", "> ",
		"a.", "a@b.", "%40", "(at) ", "[IBAN ", "Person ", "tel ", "tel 5550199", "a@b.de", "J", "Jane ", "&nbsp;1", "\xff", "\xc3", "p-", "masked@",
		"pass=", "key-", "a1<", "MRN 1-", "token=", "token: ", "-----BEGIN PRIVATE KEY", "12 Main ", "Flat 5, ", "Herr ", "Dear ", "Am ", "J. ",
		"Mark Koch ", "Mark, ", "Koch-", "<b>", "&uuml;", "=C3=BC", "山田", "1A1z", "bc1q", "::", "fe80:", "1.1.1.1.", "12:", "von ", "Postfach 1 ",
		"BIC ", "AB-", "Street ", "5 Mai ", "Mai 5 ", "1,1", "[card ", "ICD ", "DE1", "O'", "Bates, ",
	} {
		text := []byte(strings.Repeat(piece, size/len(piece)))
		start := time.Now()
		Detect(nil, text, people)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("128 KiB of %q took %v", piece, took)
		}
	}
}

// fataler is what tests, fuzzers and rapid have in common.
type fataler interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}
