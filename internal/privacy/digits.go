package privacy

// maxDialled is how many digits of a number are compared. E.164 allows 15; an
// extension may follow.
const maxDialled = 24

// Dialled are the digits of a telephone number without what stands between them.
type dialledDigits struct {
	n      int
	plus   bool
	digits [maxDialled]byte
}

// dialled takes the digits out of a number as it is on record, up to an extension.
func dialled(number []byte) (d dialledDigits) {
	w := window{number, 0}
	for i := 0; i < len(number) && d.n < maxDialled; i++ {
		switch b := number[i]; {
		case isDigit(b):
			d.digits[d.n] = b
			d.n++
		case b == '+' && d.n == 0:
			d.plus = true
		case b == '(' && w.has(i, "(0)"):
			i += 2
		case isLetter(b) && d.n >= minPhone: // an extension
			return d
		}
	}
	return d
}

// national is the number as it is dialled inside its country, without a trunk
// prefix: "+49 30 123" and "030 123" have the same.
func (d *dialledDigits) national() []byte {
	digits := d.digits[:d.n]
	switch {
	case d.plus:
		digits = digits[countryCode(digits):]
	case d.n > 4 && digits[0] == '0' && digits[1] == '0':
		digits = digits[2+countryCode(digits[2:]):]
	}
	if len(digits) > 0 && digits[0] == '0' {
		return digits[1:]
	}
	return digits
}

// digitsKey tells the digits of a number from any word, and those of another. It takes
// them in as words are: see keyed.
func digitsKey(digits []byte) uint64 {
	state := uint64(keySeed)
	for ; len(digits) > blockSize; digits = digits[blockSize:] {
		state = scrambled(keyed(state, blockAt(digits, 0)))
	}
	return keyed(state, blockAt(digits, 0))
}

// leadDigits is by how many digits most numbers are told from those on record.
const leadDigits = 4

// A leadSet is a set of first digits.
type leadSet [(10_000 + 63) / 64]uint64

func (l *leadSet) set(lead int)      { l[lead/64] |= 1 << (lead % 64) }
func (l *leadSet) has(lead int) bool { return l[lead/64]&(1<<(lead%64)) != 0 }

// leadOf is the first digits of a number behind the 0 that is dialled first inside a
// country; not ok if there are too few.
func leadOf(digits []byte) (lead int, ok bool) {
	if len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	if len(digits) < leadDigits {
		return 0, false
	}
	return atoi(digits[:leadDigits]), true
}
