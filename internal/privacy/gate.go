package privacy

import (
	"math/bits"
	"unicode/utf8"
)

// A gate says by what is quick to see at a place who may find anything there: most
// recognizers are not asked at most digits and letters.

// The gates of numbers, in the order of its recognizers.
const (
	gatePhone uint32 = 1 << iota
	gateIdentifier
	gateCard
	gateNetwork
	gateHardware
	gateBirth
	gateStreet
	gatePlace
	gateCrypto
	gateRecord // of those whose number is on record; no recognizer's
)

// gate says who may find anything at the digits at i, by what is quick to see. It asks
// for less than they do, never for more: who is left out would find nothing.
func (s *scanner) gate(i int) (open uint32) {
	end := digitsEnd(s.window, i)
	r, b := end-i, s.at(end)
	may := s.mayStart(i)
	var spoken cueSet
	if (may&(gateIdentifier|gatePhone) != 0 || r <= 4) && s.heardBefore(i) {
		spoken = s.hearing(i).speaks
	}
	if may&gateIdentifier != 0 && r <= maxRun && (mayStandAlone(s.window, runOfDigits, i, r) || spoken.meets(&cuesOf[runOfDigits][r])) {
		open |= gateIdentifier
	}
	if r <= 4 && spoken.has(birth.cues.id) || r <= 3 && s.mayBeAge(end) {
		open |= gateBirth
	}
	if b == '.' && r <= 3 && isDigit(s.at(end+1)) && isDigit(s.at(end+3)) && isDigit(s.at(end+4)) {
		open |= gatePlace
	}
	if r <= 4 && (b == ':' || isLetter(b)) && s.colons(i) {
		open |= gateNetwork
	}
	if s.parted(i) {
		open |= gateHardware
	}
	if r <= 6 && (b == ' ' && s.capitalMayStart(end+1) || isLetter(b) && s.at(end+1) == ' ' && s.capitalMayStart(end+2)) {
		open |= gateStreet
	}
	if run := alnumRun(s.window, end); run-i >= minCrypto {
		open |= gateCrypto
	}
	return (open | s.gateOfGroups(i, r, may, spoken)) & may
}

// gateOfGroups is gate for those who read several groups of digits, of which the first
// has r.
func (s *scanner) gateOfGroups(i, r int, may uint32, spoken cueSet) (open uint32) {
	called := spoken.has(phone.cues.id)
	if may&gatePhone == 0 || !s.leadsToNumber(s.text[i:i+min(r, maxDigits)]) {
		may &^= gateRecord
	}
	if s.text[i] != '0' && r != 1 && r != 3 && !called {
		may &^= gatePhone
	}
	if r < 12 && (r != 4 || !s.fourMayFollow(i+r)) {
		may &^= gateCard
	}
	if s.at(i+r) != '.' {
		may &^= gateNetwork
	}
	if may&(gatePhone|gateCard|gateNetwork|gateRecord) == 0 || r < minPhone && !s.groupMayFollow(i+r) {
		return 0
	}
	n := s.number(i)
	if n.n == 0 {
		return 0
	}
	if n.n >= 4 && n.groups[1].sep == '.' && n.groups[3].sep == '.' {
		open |= gateNetwork
	}
	if digits := n.groups[n.n-1].upTo; digits >= minPhone {
		if s.leadsToNumber(n.digits[:digits]) {
			open |= gateRecord
		}
		if n.digits[0] == '0' || n.mayBeNorthAmerican() || called {
			open |= gatePhone
		}
		if digits >= 12 && n.groups[0].len() >= 4 {
			open |= gateCard
		}
	}
	return open & may
}

// goingOn are the gates that are shut to digits which a mark parts from other digits:
// in dates, times and decimals a number goes on there, and none starts.
var goingOn = [256]uint32{
	'.': ^(gateHardware | gateCrypto),
	',': gateIdentifier | gateCard | gateStreet,
	'-': gatePhone | gateIdentifier | gateCard | gateHardware | gateStreet,
	'/': gatePhone | gateIdentifier | gateStreet,
	':': gatePhone | gateNetwork | gateHardware | gateStreet,
}

// mayStart are the gates that may be open to digits at i, by what stands before.
func (s *sight) mayStart(i int) uint32 {
	if shut := goingOn[s.at(i-1)]; shut != 0 && isDigit(s.at(i-2)) {
		return ^shut
	}
	return ^uint32(0)
}

// fourMayFollow reports whether a group of four digits or more may follow those that
// end at i.
func (s *sight) fourMayFollow(i int) bool {
	if !isDigit(s.at(i + 1)) {
		return s.groupMayFollow(i)
	}
	return isDigit(s.at(i+2)) && isDigit(s.at(i+3)) && isDigit(s.at(i+4))
}

// groupMayFollow reports whether more digits of a number may follow those that end at i.
func (s *sight) groupMayFollow(i int) bool {
	b := s.at(i)
	if b == ' ' || b == '-' || b == '.' || b == '/' {
		b = s.at(i + 1)
		return isDigit(b) || betweenGroups.has(b)
	}
	return betweenGroups.has(b)
}

// betweenGroups is what may stand between two groups of digits.
var betweenGroups = bytesThat(func(b byte) bool { return isOneOf(b, " -./&()") || b >= utf8.RuneSelf })

// colons reports whether two colons stand around a first or second group of
// hexadecimal at i, as in every address of IPv6.
func (s *sight) colons(i int) bool {
	end := hexEnd(s.window, i)
	return s.at(end) == ':' && (s.at(end+1) == ':' || s.at(hexEnd(s.window, end+1)) == ':')
}

// parted reports whether the same mark stands twice around two or four signs, as in
// every address of hardware.
func (s *sight) parted(i int) bool {
	if s.at(i+4) == '.' {
		return s.at(i+9) == '.'
	}
	sep := s.at(i + 2)
	return (sep == ':' || sep == '-') && s.at(i+5) == sep
}

// The gates of codes, in the order of its recognizers.
const (
	gateIBAN uint32 = 1 << iota
	gateCodeNetwork
	gateCodeHardware
	gateCodeIdentifier
	gateVendorKey
	gateCodeCrypto
	gateICD
	gateMRZ
)

// codeAt looks for one that starts with the letter at i.
func (s *scanner) codeAt(i int) (Span, bool) {
	open := gateCodeIdentifier
	if isDigit(s.at(i+2)) && isDigit(s.at(i+3)) {
		open |= gateIBAN
	}
	if s.colons(i) {
		open |= gateCodeNetwork
	}
	if s.parted(i) {
		open |= gateCodeHardware
	}
	if len(byFirst[s.at(i)]) > 0 {
		open |= gateVendorKey
	}
	if isAlnum(s.at(i + minCrypto - 1)) {
		open |= gateCodeCrypto
	}
	if isDigit(s.at(i + 1)) {
		open |= gateICD
	}
	if b := s.at(i + minMRZ - 1); isAlnum(b) || b == '<' {
		open |= gateMRZ
	}
	for ; open != 0; open &= open - 1 {
		r := codes[bits.TrailingZeros32(open)]
		if span, ok := r.match(&s.sight, i, r.cues); ok {
			return span, true
		}
	}
	return Span{}, false
}

// capitalMayStart reports whether a word with a capital may start at i.
func (s *sight) capitalMayStart(i int) bool {
	b := s.at(i)
	return b >= 'A' && b <= 'Z' || b >= utf8.RuneSelf || b == '&' || b == '='
}
