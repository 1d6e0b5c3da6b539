package privacy

import (
	"bytes"
	"time"
)

// generalize appends what says less than a span and still says something: ten years
// of an age, the year of a birth, three digits of a postal code.
func generalize(dst []byte, s Span, found []byte) []byte {
	switch {
	case s.Kind == Address:
		return generalizeAddress(dst, found)
	case s.Type == "AGE":
		return generalizeAge(dst, atoi(found))
	}
	for i := 0; i < len(found); i++ {
		end := digitsEnd(window{found, 0}, i)
		if end-i == 4 {
			return append(append(append(dst, "[born "...), found[i:end]...), ']')
		}
		i = max(i, end)
	}
	return append(append(append(dst, '['), Birth...), ']') // a year of two digits may be of two centuries
}

// generalizeAge puts all above 89 together (45 CFR 164.514(b)(2)(i)(C)): the oldest are
// few enough to be known.
func generalizeAge(dst []byte, years int) []byte {
	switch {
	case years >= 90:
		return append(dst, "[age 90+]"...)
	case years < 10:
		return append(dst, "[age 0-9]"...)
	}
	tens := byte('0' + years/10)
	return append(dst, '[', 'a', 'g', 'e', ' ', tens, '0', '-', tens, '9', ']')
}

// generalizeAddress leaves the first three digits of a postal code of five, which
// covers about as much as a small county, and 000 where fewer than 20,001 people live.
func generalizeAddress(dst, address []byte) []byte {
	zip := postalCode(address)
	if zip == nil {
		return append(append(append(dst, '['), Address...), ']')
	}
	three := string(zip[:3])
	if restrictedZIP3[three] {
		three = "000"
	}
	return append(append(append(append(append(dst, '['), Address...), ' '), three...), "**]"...)
}

// restrictedZIP3 are the beginnings of ZIP codes under which 20,000 people or fewer
// live, by the census of 2000: the list of the guidance on de-identification of the
// US Department of Health and Human Services (2012), question 2.2. 45 CFR
// 164.514(b)(2)(i)(B) wants 000 for them.
var restrictedZIP3 = map[string]bool{
	"036": true, "059": true, "063": true, "102": true, "203": true, "556": true, "692": true, "790": true, "821": true,
	"823": true, "830": true, "831": true, "878": true, "879": true, "884": true, "890": true, "893": true,
}

// postalCode returns the last five digits in an address that stand where a code does:
// alone, behind a state ("CA 94110"), a country ("D-10115") or a comma or a new line
// ("Hauptstr. 5, 10115 Berlin"). Five digits elsewhere may number a house or a box;
// nil if there are no others.
func postalCode(address []byte) (code []byte) {
	w := window{address, 0}
	for i := 0; i < len(address); i++ {
		end := digitsEnd(w, i)
		if end-i == 5 && !w.wordAt(end) && (i == 0 && len(bytes.TrimSpace(address)) <= len("12345-6789") || codeMayFollow(address[:i])) {
			code = address[i:end]
		}
		i = max(i, end)
	}
	return code
}

func codeMayFollow(before []byte) bool {
	n := len(before)
	trimmed := bytes.TrimRight(before, " \t")
	k := len(trimmed)
	capital := func(i int) bool { return i >= 0 && before[i] >= 'A' && before[i] <= 'Z' }
	switch {
	case k == 0:
		return false
	case trimmed[k-1] == ',' || trimmed[k-1] == '\n':
		return true
	case k < n:
		return capital(k-1) && capital(k-2) && !(k > 2 && isAlnum(before[k-3]))
	}
	return before[n-1] == '-' && capital(n-2) && !(n > 2 && isAlnum(before[n-3]))
}

// yearOf is the start of the year of a time.
func yearOf(value string) string {
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return "" // a time of the model always parses
	}
	return time.Date(t.UTC().Year(), time.January, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339Nano)
}
