package privacy

// icd finds diagnoses by their code of ICD-10, behind a word for one.
var icd = recognizer{
	kind:  Health,
	match: matchICD,
	cues: newCues(map[string]language{
		"en": {"icd diagnosis diagnosed dx condition", ""}, "de": {"icd diagnose* erkrankung krankheit befund", ""}}),
	finds:  []string{"ICD-10: «E11.9»", "Diagnose «F32.1», seit", "diagnosis «J45»"},
	leaves: []string{"E11.9", "room B12", "diagnosis A4"},
}

// namesICD reports whether "ICD-10" stands before i: its figures hide the word from
// the cues.
func namesICD(w window, i int) bool {
	for w.at(i-1) == ' ' || w.at(i-1) == ':' {
		i--
	}
	return w.has(i-len("icd-10"), "icd-10")
}

func matchICD(s *sight, i int, c *cues) (Span, bool) {
	if s.wordBefore(i) || !isLetter(s.at(i)) || !isDigit(s.at(i+1)) || !isAlnum(s.at(i+2)) {
		return Span{}, false
	}
	end := i + 3
	if s.at(end) == '.' && isAlnum(s.at(end+1)) {
		for end++; isAlnum(s.at(end)) && end < i+8; end++ {
		}
	}
	if s.wordAt(end) || s.hears(i, c) != speaks && !namesICD(s.window, i) {
		return Span{}, false
	}
	return Span{Start: i, End: end, Kind: Health}, true
}
