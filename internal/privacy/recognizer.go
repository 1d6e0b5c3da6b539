package privacy

// A recognizer finds one kind of personal data. It is one value in one file, with
// the examples that it is held to; TestRecognizers runs them all.
type recognizer struct {
	kind Kind
	// triggers are the bytes at which match is tried.
	triggers string
	// match looks around the trigger at i and returns the span it belongs to, which
	// may start before i. A span of kind reserved is a replacement of our own.
	match func(w window, i int, c *cues) (Span, bool)
	// cues are the words beside a value that speak for or against it.
	cues *cues
	// finds shows what is found, between « and »; each text twice means: and only that.
	finds []string
	// leaves shows what is not.
	leaves []string
}

// reserved is the kind of spans that hold a replacement of our own: Detect reads
// around them and does not return them.
const reserved Kind = ""

// A stage is a group of recognizers that compete for the same bytes.
type stage struct {
	place       int // 0 comes first
	recognizers []*recognizer
	tried       [256]uint8 // bit k: recognizers[k] is tried at this byte
}

// The stages settle one after another. Replacements of our own come first, because
// nothing may read into them; words before numbers, because a number's cue may be
// hidden in what an address or a name replaces.
var (
	settled = newStage(0, &ours, &dataURI)
	words   = newStage(1, &email)
	numbers = newStage(2, &iban, &card, &phone)
	stages  = []*stage{settled, words, numbers}
)

func newStage(place int, recognizers ...*recognizer) *stage {
	s := &stage{place: place, recognizers: recognizers}
	for k, r := range recognizers {
		for _, b := range []byte(r.triggers) {
			s.tried[b] |= 1 << k
		}
	}
	return s
}
