package privacy

// birth finds dates of birth and ages, by the words beside them: any other date is
// none of a person's.
var birth = recognizer{
	kind:     Birth,
	triggers: digitBytes,
	match:    matchBirth,
	cues: newCues(map[string]language{
		"en": {"birth birthday born dob birthdate", "order invoice since account expiry expires"},
		"de": {"geboren geburt* geb gebdat", "bestell* rechnung* vertrag* seit"},
	}),
	finds: []string{
		"My date of birth is «1930-10-14».", "Mein Geburtsdatum ist der «29.05.2017».", "born «04/18/2012»", "geboren am «3. Mai 1980»",
		"a «45» years old man", "eine «45»-jährige Frau",
	},
	leaves: []string{"since 2024-03-11", "born in Berlin, invoice of 2024-03-11", "29.05.2017", "at 10:30"},
}

// days are words between a cue and a date that is spelt.
func matchBirth(s *sight, i int, c *cues) (Span, bool) {
	if s.wordBefore(i) || s.at(i-1) == '.' && s.wordBefore(i-1) {
		return Span{}, false
	}
	if end := ageEnd(s, i); end > 0 {
		return Span{Start: i, End: end, Kind: Birth, Type: "AGE"}, true
	}
	if s.hears(i, c) != speaks {
		return Span{}, false
	}
	end := dateEnd(s, i)
	return Span{Start: i, End: end, Kind: Birth, Valid: true}, end > 0
}

// dateEnd is the end of a date that starts with a digit: 24.12.2024, 2024-12-24,
// 12/24/24, "24 December 2024", "24. Dezember 2024"; -1 if there is none.
func dateEnd(s *sight, i int) int {
	end := digitsEnd(s.window, i)
	if end-i > 4 {
		return -1
	}
	if at := end; end-i <= 2 {
		if s.at(at) == '.' || s.has(at, "st") || s.has(at, "nd") || s.has(at, "rd") || s.has(at, "th") {
			at++
			if isLetter(s.at(at)) {
				at++
			}
		}
		if s.at(at) == ' ' && isLetter(s.at(at+1)) {
			return dayOf(s, at+1)
		}
	}
	switch s.at(end) {
	case '.', '-', '/', ' ':
	default:
		return -1
	}
	n := s.number(i)
	if n.n < 3 || !n.date(3) || isDigit(s.at(n.end(3))) {
		return -1
	}
	return n.end(3)
}

// dayOf reads "December 2024" from its month on.
func dayOf(s *sight, i int) int {
	wd := readWord(s.window, i)
	if lexicon.grammar(wd.key)&isMonth == 0 {
		return -1
	}
	at := wd.end
	for s.at(at) == '.' || s.at(at) == ',' || s.at(at) == ' ' {
		at++
	}
	if end := digitsEnd(s.window, at); end-at == 4 {
		return end
	}
	return -1
}

// monthFirst finds dates of birth that start with their month.
var monthFirst = recognizer{
	kind:   Birth,
	match:  matchMonthFirst,
	finds:  []string{"DOB: «November 24, 2018»", "born on «May 6th, 1959»."},
	leaves: []string{"on November 24, 2018", "May 2018", "born in May, 12 people"},
}

func matchMonthFirst(s *sight, i int, c *cues) (Span, bool) {
	wd := readWord(s.window, i)
	at := wd.end
	for s.at(at) == '.' || s.at(at) == ' ' {
		at++
	}
	end := digitsEnd(s.window, at)
	if end == at || end-at > 2 {
		return Span{}, false
	}
	for at = end; s.at(at) == ',' || s.at(at) == ' ' || isLetter(s.at(at)) && at < end+2; {
		at++
	}
	if end = digitsEnd(s.window, at); end-at != 4 || s.hears(i, birth.cues) != speaks {
		return Span{}, false
	}
	return Span{Start: i, End: end, Kind: Birth, Valid: true}, true
}

// ageEnd reads "45 years old", "45-year-old", "45 Jahre alt", "45-jährige".
func ageEnd(s *sight, i int) int {
	end := digitsEnd(s.window, i)
	if end-i > 3 || atoi(s.text[i:end]) > 120 {
		return 0
	}
	if s.at(end) != ' ' && s.at(end) != '-' {
		return 0
	}
	for _, form := range ages {
		if s.foldedAt(end, form) && (form[len(form)-1] != 'd' || !s.wordAt(end+len(form))) {
			return end
		}
	}
	return 0
}

var ages = []string{" years old", "-year-old", "-year old", " year old", " years of age", " yo ", " jahre alt", " jahre jung", "-jährig", " lebensjahr"}
