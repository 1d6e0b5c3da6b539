package privacy

// mrz finds the machine-readable zone of passports and identity cards: lines of 30,
// 36 or 44 signs (ICAO 9303).
var mrz = recognizer{
	kind:   DocumentID,
	match:  matchMRZ,
	finds:  []string{"«L898902C36UTO7408122F1204159ZE184226B<<<<<10»"},
	leaves: []string{"L898902C36UTO7408122F1204158ZE184226B<<<<<10", "A<<B"},
}

// minMRZ is the length of the shortest line that is read.
const minMRZ = 36

func matchMRZ(s *sight, i int, _ *cues) (Span, bool) {
	end := i
	for (isAlnum(s.at(end)) || s.at(end) == '<') && end <= i+44 {
		end++
	}
	line := s.text[i:end]
	if len(line) != 44 && len(line) != minMRZ || s.wordBefore(i) {
		return Span{}, false
	}
	if mrzDigit(line[:9]) != line[9] || mrzDigit(line[13:19]) != line[19] || mrzDigit(line[21:27]) != line[27] {
		return Span{}, false
	}
	return Span{Start: i, End: end, Kind: DocumentID, Type: "MRZ", Valid: true}, true
}

// spelledCode finds codes of letters behind the word for one, which no digit gives
// away: a bank's BIC (ISO 9362).
var spelledCode = recognizer{
	kind:   Account,
	match:  matchBIC,
	finds:  []string{"BIC «DEUTDEFF»", "SWIFT: «LESHJP52»", "BIC: «COBADEFFXXX»"},
	leaves: []string{"BIC code", "SWIFT transfer", "DEUTDEFF"},
}

func matchBIC(s *sight, i int, _ *cues) (Span, bool) {
	at := readWord(s.window, i).end
	for k := 0; k < 3 && (s.at(at) == ' ' || s.at(at) == ':' || s.at(at) == '-'); k++ {
		at++
	}
	if s.has(at, "code") {
		at += len("code")
		for s.at(at) == ' ' || s.at(at) == ':' {
			at++
		}
	}
	end := alnumRun(s.window, at)
	if n := end - at; n != 8 && n != 11 || s.wordAt(end) {
		return Span{}, false
	}
	for k := range 6 {
		if b := s.at(at + k); b < 'A' || b > 'Z' {
			return Span{}, false
		}
	}
	if countries[string(s.text[at+4:at+6])] == "" && !otherCountries[string(s.text[at+4:at+6])] {
		return Span{}, false
	}
	return Span{Start: at, End: end, Kind: Account, Type: "BIC"}, true
}

// otherCountries have banks and no IBAN (ISO 3166-1).
var otherCountries = map[string]bool{"US": true, "CA": true, "AU": true, "NZ": true, "JP": true, "CN": true, "IN": true, "HK": true, "SG": true, "KR": true,
	"ZA": true, "MX": true, "TH": true, "MY": true, "ID": true, "PH": true, "VN": true, "NG": true, "KE": true, "AR": true, "CL": true, "CO": true, "PE": true}
