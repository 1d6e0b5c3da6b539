package privacy

// A recognizer finds one kind of personal data. It is one value in one file, with
// the examples that it is held to; TestRecognizers runs them all.
type recognizer struct {
	kind Kind
	// triggers are the bytes at which match is tried, of those in a stage.
	triggers string
	// match looks around the place at i and returns the span it belongs to, which
	// may start before i. A span of kind reserved is a replacement of our own.
	match func(s *sight, i int, c *cues) (Span, bool)
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
	recognizers []*recognizer
	tried       [256]uint32 // bit k: recognizers[k] is tried at this byte
}

const digitBytes = "0123456789"

// Who is asked where. Of two that find the same, the first wins.
var (
	// numbers are tried at the first digit of one.
	numbers = newStage(&phone, &iso, &card, &network, &hardware, &birth, &numberedStreet, &coordinates, &crypto) // see scanner.gate
	// plainNumbers are tried at a small number with nothing around that makes it more.
	plainNumbers = []*recognizer{&numberedStreet, &birth}
	// signs are tried at what stands in an address or before a number.
	signs = newStage(&email, &ours, &phone, &coordinates)
	// codes are tried at a word that digits or a colon follow.
	codes = []*recognizer{&iban, &network, &hardware, &iso, &vendorKey, &crypto, &icd, &mrz} // see scanner.codeAt
	// longWords are tried at words as long as no word of a language.
	longWords = []*recognizer{&vendorKey, &crypto}
)

const minLongWord = 16

// startsSomething are the words at which more than a name may start.
const startsSomething = isReplacement | isData | isPassword | isSecret | isScheme | isBegin | isUnit | isBox | isCode | isMonth

// wordStages lists who is asked at a word of which grammar.
var wordStages = []struct {
	grammar     grammar
	recognizers []*recognizer
}{
	{isReplacement, []*recognizer{&ours}},
	{isData, []*recognizer{&dataURI}},
	{isScheme, []*recognizer{&vendorKey}},
	{isPassword, []*recognizer{&password}},
	{isSecret, []*recognizer{&token}},
	{isBegin, []*recognizer{&privateKey}},
	{isUnit, []*recognizer{&unit}},
	{isBox, []*recognizer{&box}},
	{isCode, []*recognizer{&spelledCode}},
	{isMonth, []*recognizer{&monthFirst}},
}

func newStage(recognizers ...*recognizer) *stage {
	s := &stage{recognizers: recognizers}
	for k, r := range recognizers {
		for _, b := range []byte(r.triggers) {
			s.tried[b] |= 1 << k
		}
	}
	return s
}

// recognizers lists them all, each once.
func recognizers() (all []*recognizer) {
	seen := map[*recognizer]bool{}
	add := func(list []*recognizer) {
		for _, r := range list {
			if !seen[r] {
				seen[r] = true
				all = append(all, r)
			}
		}
	}
	add(numbers.recognizers)
	add(plainNumbers)
	add(signs.recognizers)
	add(codes)
	add(longWords)
	for _, s := range wordStages {
		add(s.recognizers)
	}
	return all
}

// allCues lists the cues of recognizers and identifiers.
func allCues() (all []*cues) {
	for _, r := range recognizers() {
		all = append(all, r.cues)
	}
	for _, id := range identifiers {
		all = append(all, id.cues)
	}
	return all
}
