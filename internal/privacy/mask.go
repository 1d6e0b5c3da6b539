package privacy

import "github.com/safeconduct/safeconduct/internal/helpdesk"

// mask appends what stands for a value of a kind. Cards keep their last four
// digits, by which people tell theirs apart (PCI DSS 4.0 allows them, requirement
// 3.4.1); accounts their country as well.
func (a *application) mask(dst []byte, k Kind, value []byte) []byte {
	switch k {
	case Name:
		return a.personName(dst, string(value), 4)
	case Email:
		return append(dst, maskedEmail...)
	case Login:
		return append(dst, maskedLogin...)
	case IBAN:
		dst = append(dst, "[IBAN "...)
		dst = append(dst, upper(value[0]), upper(value[1]))
		return append(lastFour(append(dst, "** ****"...), value), ']')
	case Card:
		return append(lastFour(append(dst, "[card ****"...), value), ']')
	}
	dst = append(append(dst, '['), k...)
	return append(dst, ']')
}

// lastFour appends the last four letters or digits.
func lastFour(dst, value []byte) []byte {
	var four [4]byte
	for i, n := len(value)-1, 3; i >= 0 && n >= 0; i-- {
		if isAlnum(value[i]) {
			four[n] = upper(value[i])
			n--
		}
	}
	return append(dst, four[:]...)
}

// maskField masks what is no kind of personal data by itself.
func maskField(class helpdesk.Class, value string) string {
	if class == helpdesk.ClassFileName {
		return "file" + extension(value)
	}
	return maskedText
}
