package csv

import (
	"bytes"
	"errors"
	"io"

	"github.com/safeconduct/safeconduct/connectors"
)

// A position is a place between two rows of a file.
type position struct {
	offset int64 // in bytes
	line   int64 // from 1
	// apart is how far lines stand for themselves: a quote above was found to have
	// swallowed them, see splitter.reach.
	apart int64
}

// A stretch is a piece of a file: one row, or what can't be read as one.
type stretch struct {
	at     position
	size   int64  // in bytes of the file, with the line end
	reason string // why it is no row, or ""
	column int    // where it goes wrong, from 0
}

// chunk is how much is read at once, and what a splitter holds as long as no
// row is larger.
const chunk = 64 << 10

// A splitter cuts a file into rows. It holds one row at a time, never more than
// limit, and finds back into step behind rows that are broken: whatever stands
// in the file is in exactly one stretch, or is a blank line.
type splitter struct {
	scanner
	encoding *encoding
	columns  int // that a row has
	limit    int // of a row, in bytes of text
	// from reads the file's text from an offset on.
	from func(offset int64) io.Reader

	in   io.Reader
	buf  []byte
	a, z int // what was read and is not used yet is buf[a:z]
	last bool
	at   position // of buf[a]
	used int      // bytes of the row that next returned
}

// seek goes to a position that an earlier stretch began or ended at.
func (s *splitter) seek(to position) {
	s.in = s.from(to.offset)
	s.a, s.z, s.used, s.last, s.at = 0, 0, 0, false, to
}

// position is where the next stretch begins.
func (s *splitter) position() position {
	s.advance(s.used)
	s.used = 0
	return s.at
}

// next returns the next stretch, and io.EOF behind the last. If it is a row, its
// cells are there until the next call.
func (s *splitter) next() (stretch, error) {
	s.position()
	if err := s.skipBlankLines(); err != nil {
		return stretch{}, err
	}
	n, end, err := s.scanRow()
	switch {
	case err != nil:
		return stretch{}, err
	case end == stray:
		whole, err := s.looseEnd()
		if err != nil {
			return stretch{}, err
		}
		return s.broken(connectors.BrokenQuotes, s.bad, whole)
	case end == open:
		return s.tooLarge()
	case len(s.cells) != s.columns:
		return s.broken(connectors.BrokenColumns, min(len(s.cells), s.columns), n)
	case n > s.limit:
		return s.skipped(connectors.BrokenTooLarge, s.cellAt(s.limit), n)
	}
	s.used = n
	return stretch{at: s.at, size: s.encoding.size(s.row())}, nil
}

// row is the text of the row that next returned.
func (s *splitter) row() []byte { return s.buf[s.a : s.a+s.used] }

func (s *splitter) text() []byte { return s.buf[s.a:s.z] }

// advance goes on by n bytes of text.
func (s *splitter) advance(n int) {
	text := s.buf[s.a : s.a+n]
	s.at.offset += s.encoding.size(text)
	s.at.line += int64(bytes.Count(text, []byte{'\n'}))
	s.a += n
}

// read reads on behind the text that is held.
func (s *splitter) read() error {
	s.z = copy(s.buf, s.text())
	s.a = 0
	if s.z == len(s.buf) {
		grown := make([]byte, max(chunk, min(2*len(s.buf), s.limit+chunk)))
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := io.ReadFull(s.in, s.buf[s.z:])
	s.z += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.last = true
		return nil
	}
	return err
}

func (s *splitter) skipBlankLines() error {
	for {
		n := 0
		for text := s.text(); n < len(text); {
			if text[n] == '\n' {
				n++
			} else if text[n] == '\r' && n+1 < len(text) && text[n+1] == '\n' {
				n += 2
			} else {
				break
			}
		}
		s.advance(n)
		if left := s.text(); len(left) > 1 || len(left) == 1 && left[0] != '\r' {
			return nil
		}
		if s.last {
			s.advance(s.z - s.a)
			return io.EOF
		}
		if err := s.read(); err != nil {
			return err
		}
	}
}

// scanRow scans the row that begins here, and reads on for it up to the limit.
func (s *splitter) scanRow() (int, ending, error) {
	for {
		n, end := s.scan(s.text(), s.last)
		if end != open || s.z-s.a >= s.limit {
			return n, end, nil
		}
		if err := s.read(); err != nil {
			return 0, open, err
		}
	}
}

// cellAt is the first cell that reaches beyond n.
func (s *splitter) cellAt(n int) int {
	for i, c := range s.cells {
		if c.to > n {
			return i
		}
	}
	return len(s.cells) - 1
}

// skipped steps over n bytes of text, or to the end of the first line if that
// was not read yet.
func (s *splitter) skipped(reason string, column, n int) (stretch, error) {
	at := s.at
	if n > 0 && s.buf[s.a+n-1] == '\n' || n == s.z-s.a && s.last {
		s.advance(n)
		return s.since(at, reason, column), nil
	}
	err := s.skip(func(text []byte) (int, bool) {
		i := lineLength(text)
		return min(i+1, len(text)), i < len(text)
	})
	return s.since(at, reason, column), err
}

func (s *splitter) since(at position, reason string, column int) stretch {
	at.apart = s.at.apart
	return stretch{at: at, size: s.at.offset - at.offset, reason: reason, column: column}
}

// skip goes on without holding what it passes, until take says that it is done.
func (s *splitter) skip(take func(text []byte) (n int, done bool)) error {
	for {
		n, done := take(s.text())
		s.advance(n)
		if done || s.last && s.a == s.z {
			return nil
		}
		if err := s.read(); err != nil {
			return err
		}
	}
}
