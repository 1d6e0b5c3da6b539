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
	person, ok := s.whoHas(foldedKey(s.text[start:end]), asEmail)
	return Span{Start: start, End: end, Kind: Email, Valid: true, Person: person}, ok
}

// leadsToNumber reports whether a number on record may start with some digits.
func (s *scanner) leadsToNumber(digits []byte) bool {
	if s.people == nil {
		return false
	}
	lead, ok := leadOf(digits)
	return !ok || s.people.forms.leads.has(lead) || s.account != nil && s.account.forms.leads.has(lead)
}

// numberOnRecord finds a telephone number of somebody on record, however its
// digits are grouped.
func (s *scanner) numberOnRecord(i int) (Span, bool) {
	if !phoneStarts(s.window, i) || s.at(i) == '(' && s.at(i+1) == '+' {
		return Span{}, false
	}
	n := s.number(i)
	for k := n.n; k > 0 && len(n.first(k)) >= minPhone; k-- {
		end := n.end(k)
		if s.wordAt(end) && extensionEnd(s.window, end) == end || s.at(end) == '@' || s.at(end) == '.' && isDigit(s.at(end+1)) {
			continue
		}
		person, ok := s.subscriber(n.first(k))
		if ok {
			return Span{Start: n.start, End: extensionEnd(s.window, end), Kind: Phone, Valid: true, Person: person}, true
		}
	}
	return Span{}, false
}

// subscriber is whose number on record some digits are, 0 if that is unknown. What is on
// record with a country code is written without it, behind a 0 that is dialled first.
func (s *scanner) subscriber(digits []byte) (person int, ok bool) {
	if person, ok = s.whoHas(digitsKey(digits), asPhone); !ok && digits[0] == '0' && len(digits) > minPhone {
		return s.whoHas(digitsKey(digits[1:]), asPhone)
	}
	return person, ok
}

// whoHas is whose address or number a key is, first of the ticket's people; 0 if that is
// unknown.
func (s *scanner) whoHas(key uint64, as role) (person int, ok bool) {
	on, base := s.people.forms.get(key), 0
	if on.has()&as == 0 {
		on, base = s.inAccount(key), s.people.len()
	}
	return on.whose(base), on.has()&as != 0
}
