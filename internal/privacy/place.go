package privacy

// coordinates finds a place by latitude and longitude, in decimals: four digits
// behind the point tell a house, fewer a town.
var coordinates = recognizer{
	kind:     Place,
	triggers: digitBytes + "+(",
	match:    matchCoordinates,
	cues: newCues(map[string]language{
		"en": {"gps location coordinates lat latitude position geo", ""}, "de": {"standort koordinaten position breitengrad", ""}}),
	finds:  []string{"at «52.52000, 13.40500»", "GPS «48.85661,2.35222»", "geo: «-33.86882, 151.20930»"},
	leaves: []string{"12.5, 13.4", "99.12345, 13.40500", "1.2345, 2.3456", "52.52000 13 40500"},
}

func matchCoordinates(s *sight, i int, c *cues) (Span, bool) {
	if !isDigit(s.at(i)) || s.wordBefore(i) || s.at(i-1) == '.' {
		return Span{}, false
	}
	start := i
	if s.at(i-1) == '-' && !s.wordBefore(i-1) {
		start--
	}
	at, decimals := degrees(s, i, 90)
	if at < 0 || s.at(at) != ',' && s.at(at) != ';' {
		return Span{}, false
	}
	if at++; s.at(at) == ' ' {
		at++
	}
	if s.at(at) == '-' {
		at++
	}
	end, more := degrees(s, at, 180)
	if end < 0 || s.wordAt(end) || min(decimals, more) < 4 || min(decimals, more) < 5 && s.hears(start, c) != speaks {
		return Span{}, false
	}
	return Span{Start: start, End: end, Kind: Place, Valid: true}, true
}

// degrees reads a decimal of at most three digits before the point that is no
// larger than a limit.
func degrees(s *sight, i, limit int) (end, decimals int) {
	point := digitsEnd(s.window, i)
	if point == i || point-i > 3 || s.at(point) != '.' || atoi(s.text[i:point]) > limit {
		return -1, 0
	}
	end = digitsEnd(s.window, point+1)
	return end, end - point - 1
}
