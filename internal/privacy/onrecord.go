package privacy

// onRecord finds, at an @, an address that only the record knows as one:
// "jane@intranet".
func (s *scanner) onRecord(i int) (Span, bool) {
	if s.people == nil || s.text[i] != '@' {
		return Span{}, false
	}
	start, end := localStart(s.window, i), i+1
	for end < len(s.text) && (isAlnum(s.text[end]) || s.text[end] == '-' || s.text[end] >= 0x80) {
		end++
	}
	if start == i || end == i+1 || end-start > maxLocal || s.at(end) == '@' {
		return Span{}, false
	}
	key := foldedKey(s.text[start:end])
	on, base := s.people.forms.get(key), 0
	if on.has()&asEmail == 0 && s.account != nil {
		on, base = s.account.forms.get(key), s.people.len()
	}
	if on.has()&asEmail == 0 {
		return Span{}, false
	}
	return Span{Start: start, End: end, Kind: Email, Valid: true, Person: on.whose(base)}, true
}

// numberOnRecord finds a telephone number of somebody on record, however its
// digits are grouped.
func (s *scanner) numberOnRecord(i int) (Span, bool) {
	if s.people == nil || !phoneStarts(s.window, i) || s.at(i) == '(' && s.at(i+1) == '+' {
		return Span{}, false
	}
	n := s.number(i)
	for k := n.n; k > 0 && len(n.first(k)) >= minPhone; k-- {
		end := n.end(k)
		if s.wordAt(end) && extensionEnd(s.window, end) == end || s.at(end) == '@' || s.at(end) == '.' && isDigit(s.at(end+1)) {
			continue
		}
		key := digitsKey(n.first(k))
		on, base := s.people.forms.get(key), 0
		if on.has()&asPhone == 0 && s.account != nil {
			on, base = s.account.forms.get(key), s.people.len()
		}
		if on.has()&asPhone != 0 {
			return Span{Start: n.start, End: extensionEnd(s.window, end), Kind: Phone, Valid: true, Person: on.whose(base)}, true
		}
	}
	return Span{}, false
}
