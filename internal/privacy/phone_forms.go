package privacy

// A candidate is a number that may be one of a telephone.
type candidate struct {
	*number
	w       window
	cue     verdict
	follows bool // stands right behind other digits
}

// ends reports whether the number can end after k groups.
func (p *candidate) ends(k int) bool {
	end := p.end(k)
	b := p.w.at(end)
	switch {
	case p.w.wordAt(end):
		return extensionEnd(p.w, end) > end
	case b == '_' || b == '%' || b == '@':
		return false
	case (b == ':' || b == '.') && isDigit(p.w.at(end+1)):
		return false
	case b == ',' && isDigit(p.w.at(end+1)): // a decimal, or the next column
		return p.plus || p.groups[0].paren || p.hyphenated(k)
	case k < p.n: // the rest is something else only behind a blank
		return p.groups[k].spaced
	}
	return true
}

// dialled reports whether the first k groups are a number by one of the ways of
// writing one, and no date, address of a machine, or two numbers.
func (p *candidate) dialled(k int) bool {
	return len(p.first(k)) >= minPhone && p.formed(k) && !p.date(k) && !p.octets(k) && !p.another(k)
}

func (p *candidate) formed(k int) bool {
	digits := p.first(k)
	switch {
	case p.plus:
		return p.international(digits, k)
	case p.follows && !p.groups[0].paren && (k < 2 || p.groups[1].sep != '/' && !p.hyphenated(k)):
		return false
	case p.doubleZero(digits, k), p.northAmerican(digits, k), p.trunk(digits, k):
		return true
	}
	return p.called(digits, k)
}

// international checks digits that start with a country code. E.164 allows 15
// digits; under nine no public number of the countries here is written with a code.
func (p *candidate) international(digits []byte, k int) bool {
	cc := countryCode(digits)
	if cc == 0 || len(digits) < 9 || len(digits) > 16 {
		return false
	}
	if digits[0] == '1' {
		return len(digits) == 11
	}
	national := digits[cc:]
	// 0 behind the code is the trunk prefix, written in brackets: +49 (0)30.
	trunk := national[0] == '0' && p.bracketedZero(k)
	return national[0] != '0' || trunk
}

// doubleZero checks for the 00 that most of the world dials before a country code.
// In one piece, 001… is more often a product's bar code (GTIN-13 of a US item).
func (p *candidate) doubleZero(digits []byte, k int) bool {
	return digits[0] == '0' && digits[1] == '0' && p.cue != adverse &&
		(k > 1 || digits[2] != '1') && p.international(digits[2:], k)
}

func (p *candidate) bracketedZero(k int) bool {
	for i := range min(k, 3) {
		if g := p.groups[i]; g.paren && p.w.at(g.start) == '0' {
			return true
		}
	}
	return p.plus
}

// mayBeNorthAmerican reports whether the number may start with one of North America, by the
// lengths of its groups.
func (n *number) mayBeNorthAmerican() bool {
	first := 0
	if n.groups[0].len() == 1 && n.digits[0] == '1' {
		first = 1
	}
	return n.n >= first+3 && n.groups[first].len() == 3 && n.groups[first+1].len() == 3 && n.groups[first+2].len() == 4
}

// northAmerican checks for an area code, an exchange and four digits (NANP). Area
// codes start with 2 to 9 and are never N11. With blanks between, as the NHS
// writes its numbers as well, only a cue tells.
func (p *candidate) northAmerican(digits []byte, k int) bool {
	first := 0
	if p.groups[0].len() == 1 && digits[0] == '1' {
		first = 1
	}
	if k != first+3 || len(digits) != first+10 {
		return false
	}
	area, exchange := p.groups[first], p.groups[first+1]
	if area.len() != 3 || exchange.len() != 3 || digits[first] < '2' || digits[first+1] == '1' && digits[first+2] == '1' {
		return false
	}
	if area.paren || p.cue == speaks {
		return true
	}
	return p.cue != adverse && (p.hyphenated(k) || exchange.sep == '.' && p.groups[first+2].sep == '.')
}

func (p *candidate) hyphenated(k int) bool {
	for _, g := range p.groups[1:k] {
		if g.sep != '-' || g.spaced {
			return false
		}
	}
	return k > 2
}

// trunk checks for a national number with its 0: an area code of up to six digits
// and a subscriber's. Without separators only the mobile numbers of Germany
// (015, 016, 017: Bundesnetzagentur) and Britain (07: Ofcom) are told from ids.
func (p *candidate) trunk(digits []byte, k int) bool {
	if digits[0] != '0' || digits[1] == '0' || len(digits) > 12 {
		return false
	}
	if k == 1 {
		return p.cue != adverse && mobile(digits)
	}
	area, next := p.groups[0], p.groups[1]
	switch {
	case area.len() < 2 || area.len() > 6:
		return false
	case next.sep == '.' && k > 2 && !pairs(p.groups[:k]):
		return false
	case area.len() == 2 && !area.paren && next.sep != ' ' && !pairs(p.groups[:k]):
		return false // 05-2024-1234, 04/2024-1234 are invoices; area codes of one digit are rare
	}
	if area.paren || next.sep == '/' {
		return len(digits) >= 8
	}
	if p.cue == silent && next.sep == '-' && k == 3 && p.shape(3, 2, 4) { // a US social security number
		return false
	}
	return p.cue != adverse && len(digits) >= 9
}

func mobile(digits []byte) bool {
	switch digits[1] {
	case '1':
		return digits[2] >= '5' && digits[2] <= '7' && (len(digits) == 11 || len(digits) == 12)
	case '7':
		return digits[2] != '0' && len(digits) == 11
	}
	return false
}

// pairs reports whether the groups are five of two digits with the same mark
// between, as in France.
func pairs(groups []group) bool {
	for i, g := range groups {
		if g.len() != 2 || i > 1 && g.sep != groups[1].sep {
			return false
		}
	}
	return len(groups) == 5
}

// called checks a number that only the word before it makes a telephone's.
func (p *candidate) called(digits []byte, k int) bool {
	if p.cue != speaks || len(digits) > 15 || p.quantity(k) {
		return false
	}
	for _, g := range p.groups[1:k] {
		if g.sep == '.' && g.len() <= 2 && k == 2 { // a price
			return false
		}
	}
	return true
}

// another reports whether a second number starts within the first k groups: a
// blank and a 0, with digits enough before and behind.
func (p *candidate) another(k int) bool {
	all := p.groups[p.n-1].upTo
	for i := 1; i < k; i++ {
		before := p.groups[i-1].upTo
		if p.groups[i].spaced && p.w.at(p.groups[i].start) == '0' && before >= 9 && all-before >= 9 {
			return true
		}
	}
	return false
}

// octets reports whether the groups are an IPv4 address.
func (p *candidate) octets(k int) bool {
	if k != 4 {
		return false
	}
	for i, g := range p.groups[:k] {
		if g.len() > 3 || g.paren || i > 0 && g.sep != '.' {
			return false
		}
	}
	return true
}

// units are what follows a quantity, in English and German.
var units = []string{"eur", "euro", "usd", "gb", "mb", "kb", "bytes", "byte", "ms", "kg", "km", "px", "pcs", "times", "mal", "stück"}

func (p *candidate) quantity(k int) bool {
	i := p.end(k)
	if p.w.at(i) != ' ' {
		return false
	}
	for _, u := range units {
		if p.w.foldedAt(i+1, u) && !p.w.wordAt(i+1+len(u)) {
			return true
		}
	}
	return false
}

// extensions are the ways to write an extension behind a number.
var extensions = []string{"x", "ext.", "ext", "extension", "durchwahl", "dw", "app.", "apparat"}

const maxExtension = 5 // digits

// extensionEnd returns where the extension ends that starts at i, or i.
func extensionEnd(w window, i int) int {
	at := i + blank(w, i)
	for _, e := range extensions {
		if !w.has(at, e) {
			continue
		}
		from := at + len(e)
		from += blank(w, from)
		end := digitsEnd(w, from)
		if end > from && end-from <= maxExtension && !w.wordAt(end) {
			return end
		}
	}
	return i
}
