package privacy

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Pseudonyms depend on the migration's key, the kind and the canonical form only,
// never on the order in which people come: a delta gives the same ones. Lengths
// are chosen by what a collision would do. Two people of one display name are as
// in life (8 digits: 1 in 100 among 9,000 people); two of one address would become
// one contact in the target (16 digits: 1 in 30 million among a million).

// pseudonym appends the replacement of one value of a kind.
func (a *application) pseudonym(dst []byte, k Kind, value string) []byte {
	switch k {
	case Name:
		return a.personName(dst, value, 8)
	case Email:
		return a.pseudonymEmail(dst, value)
	case Phone:
		return a.pseudonymPhone(dst, value)
	case Login:
		if strings.Contains(value, "@") {
			return a.pseudonymEmail(dst, value)
		}
		return append(dst, "user-"+a.code(string(Login), canonical(value), 16)...)
	}
	if sensibleText[k] == nil { // a kind of the customer's own
		code := strings.Map(func(r rune) rune {
			if r < utf8.RuneSelf && !isAlnum(byte(r)) {
				return -1
			}
			return r
		}, canonical(value))
		return append(append(append(append(append(dst, '['), k...), ' '), a.code("rule "+string(k), code, ruleCode)...), ']')
	}
	return append(dst, removed...) // no other kind may be pseudonymized
}

// ruleCode is how many digits stand for what a rule found: 1 in 500 that two of a million
// are the same.
const ruleCode = 12

// ruleCodeForm is its form, as in ourPatterns.
var ruleCodeForm = strings.Repeat("%", ruleCode)

// code is n hexadecimal digits of the pseudonym.
func (a *application) code(kind, canonical string, n int) string {
	sum := a.pseudonyms.Of(kind, canonical)
	return hex.EncodeToString(sum[:])[:n]
}

// personName is "Person 7F3A2C1B". It starts with a figure, so that the words
// before a name never read on into the words behind it (see cues.before).
func (a *application) personName(dst []byte, name string, n int) []byte {
	sum := a.pseudonyms.Of(string(Name), canonicalName(name))
	digits := strings.ToUpper(hex.EncodeToString(sum[1:]))
	dst = append(dst, "Person "...)
	dst = append(dst, '0'+sum[0]%10)
	return append(dst, digits[:n-1]...)
}

func (a *application) pseudonymEmail(dst []byte, address string) []byte {
	return append(dst, "p-"+a.code(string(Email), canonicalEmail(address), 16)+pseudonymDomain...)
}

// pseudonymPhone is a number that the North American Numbering Plan keeps for
// fiction: 555-0100 to 555-0199 in every area code. There are 71,200 of the form,
// so two people may get the same. A number has the same one however it is dialled.
func (a *application) pseudonymPhone(dst []byte, number string) []byte {
	sum := a.pseudonyms.Of(string(Phone), dialledAbroad(canonicalPhone(number)))
	area := [3]byte{'2' + sum[0]%8, '0' + sum[1]%9, '0' + sum[2]%10}
	if area[1] == '1' && area[2] == '1' { // N11 are services
		area[2] = '2'
	}
	dst = append(append(append(dst, "+1-"...), area[:]...), "-555-01"...)
	return append(dst, '0'+sum[3]%10, '0'+sum[4]%10)
}

// pseudonymField is the replacement of what is no kind of personal data by itself
// and leads to some: a ticket's number, the name of a file or of a company.
func (a *application) pseudonymField(f helpdesk.Field, value string) string {
	kind := string(f.Class)
	switch f.Class {
	case helpdesk.ClassNumber:
		return "T-" + a.code(kind, canonical(value), 12)
	case helpdesk.ClassFileName:
		return "file-" + a.code(kind, value, 8) + extension(value)
	case helpdesk.ClassMessageID:
		return "<" + a.code(kind, canonical(value), 32) + pseudonymDomain + ">"
	case helpdesk.ClassTitle:
		table, _ := splitField(f.Name)
		return string(upper(table[0])) + table[1:] + " " + strings.ToUpper(a.code(f.Name, canonical(value), 8))
	}
	return removed // sensible allows no other class
}

// canonical is the form by which e-mail addresses, logins and ids are the same.
func canonical(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// canonicalEmail is the address alone, of "Jane <Jane@example.test>" and of "jane
// (at) example.test" as well.
func canonicalEmail(s string) string {
	w := sight{window: window{[]byte(s), 0}}
	for i := range len(s) {
		left, right := atSign(w.window, i)
		if span, ok := matchEmail(&w, i, nil); ok {
			return canonical(s[span.Start:left] + "@" + s[right:span.End])
		}
	}
	return canonical(s)
}

// canonicalName is the same for "Jane  Doe", "jane doe" and "Doe, Jane".
func canonicalName(name string) string {
	given, family := splitName(name)
	return strings.Join(strings.Fields(strings.ToLower(given+" "+family)), " ")
}

// canonicalPhone is the digits of a number with its country code where it has one:
// "+49 (0)30 123" and "0049 30123" are the same; "030 123" is not, because the
// country is not known.
func canonicalPhone(number string) string {
	number = strings.NewReplacer("(0)", "", "&nbsp;", "", "&#160;", "").Replace(number)
	var b strings.Builder
	for i := range len(number) {
		if isDigit(number[i]) || number[i] == '+' && b.Len() == 0 {
			b.WriteByte(number[i])
		}
	}
	if digits, ok := strings.CutPrefix(b.String(), "00"); ok {
		return "+" + digits
	}
	return b.String()
}

// extension is the ending of a file's name if it looks like one: the target shows
// an icon by it, and it is nobody's name.
func extension(file string) string {
	i := strings.LastIndexByte(file, '.')
	if i < 0 || len(file)-i < 2 || len(file)-i > 6 {
		return ""
	}
	for _, b := range []byte(file[i+1:]) {
		if !isAlnum(b) {
			return ""
		}
	}
	return strings.ToLower(file[i:])
}
