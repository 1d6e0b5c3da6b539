package privacy

import (
	"maps"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// lengths are the fewest and the most characters that a pattern matches; open says that
// there is no most.
func lengths(re *syntax.Regexp) (shortest, longest int, open bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune), false
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1, false
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		shortest, longest, open = lengths(re.Sub[0])
		if re.Op != syntax.OpPlus {
			shortest = 0
		}
		return shortest, longest, open || re.Op != syntax.OpQuest
	case syntax.OpRepeat:
		shortest, longest, open = lengths(re.Sub[0])
		return shortest * re.Min, longest * re.Max, open || re.Max < 0
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			s, l, o := lengths(sub)
			shortest, longest, open = shortest+s, longest+l, open || o
		}
		return shortest, longest, open
	case syntax.OpAlternate:
		shortest, longest, open = lengths(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			s, l, o := lengths(sub)
			shortest, longest, open = min(shortest, s), max(longest, l), open || o
		}
		return shortest, longest, open
	}
	return 0, 0, false // what matches a place, or nothing
}

// anchored reports whether a pattern asks for the start or end of a text or line, which
// a rule does not see.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, anchored)
}

// firstBytes are those that a match may start with; empty says that it may match nothing,
// so that what follows counts as well.
func firstBytes(re *syntax.Regexp) (set byteSet, empty bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return firstOf(re.Rune[:1], re.Flags&syntax.FoldCase != 0), false
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], utf8.RuneSelf); r++ {
				one := firstOf([]rune{r}, false)
				set.join(&one)
			}
			if re.Rune[i+1] >= utf8.RuneSelf {
				set.join(&beyondASCII)
			}
		}
		return set, false
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return anyByte, false
	case syntax.OpStar, syntax.OpQuest, syntax.OpPlus, syntax.OpRepeat, syntax.OpCapture:
		set, empty = firstBytes(re.Sub[0])
		return set, empty || re.Op == syntax.OpStar || re.Op == syntax.OpQuest || re.Op == syntax.OpRepeat && re.Min == 0
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			more, goesOn := firstBytes(sub)
			set.join(&more)
			if !goesOn {
				return set, false
			}
		}
		return set, true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			more, goesOn := firstBytes(sub)
			set.join(&more)
			empty = empty || goesOn
		}
		return set, empty
	}
	return set, true
}

var beyondASCII = bytesThat(func(b byte) bool { return b >= utf8.RuneSelf })

// firstOf is how the first of some runes is encoded. Letters that are folded may stand for
// one beyond ASCII, as k for the sign of Kelvin.
func firstOf(runes []rune, fold bool) byteSet {
	r := runes[0]
	if r >= utf8.RuneSelf {
		return beyondASCII
	}
	set := bytesThat(func(b byte) bool { return b == byte(r) || fold && lower(b) == lower(byte(r)) })
	if fold {
		set.join(&beyondASCII)
	}
	return set
}

// Checksums lists those that a rule may ask for.
func Checksums() []string { return slices.Sorted(maps.Keys(checksums)) }

// checksums check the letters and digits of a code, letters as capitals. All but mod97
// leave letters out; mod11 has X for ten at the end.
var checksums = map[string]func(code []byte) bool{
	"luhn":     ofDigits(luhn),     // ISO/IEC 7812-1 annex B: cards, IMEI
	"verhoeff": ofDigits(verhoeff), // Aadhaar
	"mod11-10": ofDigits(mod11_10), // ISO/IEC 7064 MOD 11,10: Steuer-ID, USt-IdNr.
	"mod11":    mod11,              // each digit times its place from the end: ISBN-10, NHS
	"mod97":    mod97Of,            // ISO/IEC 7064 MOD 97-10, letters from A = 10: LEI
}

func ofDigits(check func(digits []byte) bool) func(code []byte) bool {
	return func(code []byte) bool {
		var digits [maxRuleMatch]byte
		n := 0
		for _, b := range code {
			if isDigit(b) {
				digits[n] = b
				n++
			}
		}
		return n > 1 && check(digits[:n])
	}
}

func mod11(code []byte) bool {
	ten := len(code) > 0 && code[len(code)-1] == 'X'
	return ofDigits(func(digits []byte) bool {
		sum, from := 0, 1 // the place of the last digit
		if ten {
			sum, from = 10, 2
		}
		for i, b := range digits {
			sum += int(b-'0') * (len(digits) - 1 - i + from)
		}
		return sum%11 == 0
	})(code)
}

func mod97Of(code []byte) bool {
	mod := 0
	for _, b := range code {
		mod = mod97(mod, b)
	}
	return mod == 1
}
