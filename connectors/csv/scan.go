package csv

import "bytes"

// A cell is where a value stands in a row's text, without its quotes.
type cell struct {
	from, to int
	doubled  bool // a quote in it is written twice
}

// append appends the cell's value to dst, decoded and without doubled quotes.
func (c cell) append(dst, row []byte, e *encoding) []byte {
	value := row[c.from:c.to]
	for c.doubled {
		i := bytes.IndexByte(value, '"')
		if i < 0 {
			break
		}
		dst = e.append(dst, value[:i+1])
		value = value[i+2:]
	}
	return e.append(dst, value)
}

// An ending says how a scan came to its end.
type ending int

const (
	more     ending = iota // of a cell: another follows
	complete               // the row ends here
	open                   // the text ends before the row does
	stray                  // a quote opens or closes where none may
)

// A scanner takes rows apart, strictly by RFC 4180: a value that holds a
// separator, a quote or a line end stands in quotes, and a quote in it is
// doubled. encoding/csv does the same, but it turns \r\n inside of values into
// \n, which is another text, and has no way back into step behind a row that is
// broken.
type scanner struct {
	separator byte
	cells     []cell
	bad       int  // of a stray or open ending: the cell that it is in
	quoted    bool // of an open ending: the cell is in quotes
}

// scan reads the row at the start of the text and returns how long it is with
// its line end. last says that nothing follows the text.
func (s *scanner) scan(text []byte, last bool) (n int, end ending) {
	s.cells = s.cells[:0]
	s.quoted = false
	for i, eol := 0, -1; ; {
		if i < len(text) && text[i] == '"' {
			n, end = s.quotedCell(text, i, last)
		} else {
			if eol < i {
				eol = i + lineLength(text[i:])
			}
			n, end = s.bareCell(text, i, eol, last)
		}
		if end != more {
			return n, end
		}
		i = n
	}
}

// lineLength is the number of bytes before the line end, or all.
func lineLength(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// bareCell reads the cell at i, which is not in quotes, in a line that ends at eol.
func (s *scanner) bareCell(text []byte, i, eol int, last bool) (int, ending) {
	to := eol
	if j := bytes.IndexByte(text[i:eol], s.separator); j >= 0 {
		to = i + j
	}
	s.bad = len(s.cells)
	if bytes.IndexByte(text[i:to], '"') >= 0 {
		return 0, stray
	}
	if to < eol {
		s.cells = append(s.cells, cell{from: i, to: to})
		return to + 1, more
	}
	if eol == len(text) && !last {
		return 0, open
	}
	if to > i && text[to-1] == '\r' {
		to--
	}
	s.cells = append(s.cells, cell{from: i, to: to})
	return min(eol+1, len(text)), complete
}

// quotedCell reads the cell at i, where its quote opens.
func (s *scanner) quotedCell(text []byte, i int, last bool) (int, ending) {
	s.bad = len(s.cells)
	s.quoted = true
	c := cell{from: i + 1}
	for j := i + 1; ; {
		k := bytes.IndexByte(text[j:], '"')
		if k < 0 {
			return 0, unfinished(last)
		}
		j += k + 1
		if j == len(text) && !last {
			return 0, open
		}
		if j < len(text) && text[j] == '"' {
			c.doubled = true
			j++
			continue
		}
		c.to = j - 1
		n, end := s.behindQuote(text, j, last)
		if end == more || end == complete {
			s.cells = append(s.cells, c)
			s.quoted = false
		}
		return n, end
	}
}

// unfinished is how a row ends that has an open quote where the text ends.
func unfinished(last bool) ending {
	if last {
		return stray
	}
	return open
}

// behindQuote looks at what follows a quote that closes.
func (s *scanner) behindQuote(text []byte, i int, last bool) (int, ending) {
	switch {
	case i == len(text):
		return i, complete
	case text[i] == s.separator:
		return i + 1, more
	case text[i] == '\n':
		return i + 1, complete
	case text[i] != '\r':
		return 0, stray
	case i+1 < len(text) && text[i+1] == '\n':
		return i + 2, complete
	case i+1 == len(text) && last:
		return i + 1, complete
	case i+1 == len(text):
		return 0, open
	}
	return 0, stray
}

// A looseScanner finds the end of a row whose quotes are wrong, as its author
// would: a quote opens only at the start of a cell, and closes only where a
// separator or a line end follows. It is fed piece by piece.
type looseScanner struct {
	separator byte
	columns   int // seen so far, beginning with 0 for the first
	state     looseState
}

type looseState int

const (
	atStart    looseState = iota // of a cell
	inBare                       // in a cell without quotes
	inQuotes                     // in a cell with quotes
	atQuote                      // behind a quote that may close the cell
	atQuoteEnd                   // behind a quote and \r
)

// feed reads on and returns how many bytes belong to the row and whether it has
// ended.
func (s *looseScanner) feed(text []byte) (int, bool) {
	for i := 0; i < len(text); i++ {
		if s.state == inQuotes {
			k := bytes.IndexByte(text[i:], '"')
			if k < 0 {
				return len(text), false
			}
			i += k
		}
		if s.step(text[i]) {
			return i + 1, true
		}
	}
	return len(text), false
}

// step reads one byte and reports whether the row ends with it.
func (s *looseScanner) step(b byte) bool {
	if s.state == inQuotes {
		if b == '"' {
			s.state = atQuote
		}
		return false
	}
	closed := s.state == atQuote || s.state == atQuoteEnd
	switch {
	case b == '\n':
		return true
	case b == s.separator && s.state != atQuoteEnd:
		s.columns++
		s.state = atStart
	case b == '\r' && s.state == atQuote:
		s.state = atQuoteEnd
	case closed || b == '"' && s.state == atStart:
		s.state = inQuotes
	default:
		s.state = inBare
	}
	return false
}

// finished reports whether a row that ends where the text ends is whole.
func (s *looseScanner) finished() bool { return s.state != inQuotes }
