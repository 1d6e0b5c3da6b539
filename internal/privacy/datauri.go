package privacy

import "strings"

// dataURI finds files that are written out inside the text (RFC 2397), as inline
// images in HTML. They are reserved: digits in base64 are no numbers, and one
// changed byte breaks the image. What the image shows is for the engine of
// attachments.
var dataURI = recognizer{
	kind:  reserved,
	match: matchDataURI,
	finds: []string{
		`<img src="data:image/png;base64,iVBORw0KGgo4111111111111111/0301234567+4930123456="> «jane@example.test»`,
		"data:text/plain,«jane@example.test»",
	},
	leaves: []string{"data:image/gif;base64,R0lGODlh/030/1234567/4111111111111111"},
}

// maxMediaType bounds the search for ";base64," so that a text of nothing but
// "data:" is still read in linear time.
const maxMediaType = 128

func matchDataURI(s *sight, i int, _ *cues) (Span, bool) {
	w := s.window
	if !w.has(i, "data:") || w.wordBefore(i) {
		return Span{}, false
	}
	end := i + len("data:")
	for limit := end + maxMediaType; mediaTypeByte(w.at(end)) && end < limit; end++ {
	}
	if w.at(end) != ',' || end-len(";base64") < w.lo || !w.has(end-len(";base64"), ";base64") {
		return Span{}, false
	}
	for end++; base64Byte(w.at(end)); end++ {
	}
	return Span{Start: i, End: end, Kind: reserved}, true
}

func mediaTypeByte(b byte) bool { return isAlnum(b) || b != 0 && strings.IndexByte("/;=.+-_", b) >= 0 }

// base64Byte also takes the percent sign, for "%2B" and "%3D".
func base64Byte(b byte) bool { return isAlnum(b) || b != 0 && strings.IndexByte("+/=%-_", b) >= 0 }
