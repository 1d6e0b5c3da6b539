package csv

import (
	"bytes"

	"github.com/safeconduct/safeconduct/connectors"
)

// This file is the way back into step: how far a row goes that can't be read.

// lookahead is how far the end of a row with broken quotes is looked for. Beyond
// it every line is reported by itself.
const lookahead = 1 << 20

// broken steps over what is no row. It may take up to whole bytes, if its end is
// known, and is its first line otherwise.
func (s *splitter) broken(reason string, column, whole int) (stretch, error) {
	return s.skipped(reason, column, s.reach(whole))
}

// reach decides how far a broken row goes. Its author may have written several
// lines, of a message, that belong to one row; or a quote that was never closed
// has swallowed rows that are none of its business. What tells is whether any of
// the lines looks like a row. If so each stands for itself, and a message that
// was cut into lines is reported too often rather than a row not at all.
func (s *splitter) reach(whole int) int {
	text := s.text()
	first := min(lineLength(text)+1, len(text))
	if whole <= first || s.at.offset < s.at.apart {
		return first
	}
	if s.hasRows(text[first:whole], s.last && whole == len(text)) {
		s.at.apart = s.at.offset + s.encoding.size(text[:whole])
		return first
	}
	return whole
}

// hasRows reports whether any line of a text looks like a row or the start of one.
func (s *splitter) hasRows(text []byte, last bool) bool {
	for i := 0; i < len(text); {
		line := text[i : i+lineLength(text[i:])]
		if bytes.Count(line, []byte{s.separator}) == s.columns-1 {
			return true
		}
		if bytes.IndexByte(line, '"') >= 0 {
			ahead := text[i:min(len(text), i+chunk)]
			_, end := s.scan(ahead, last && i+len(ahead) == len(text))
			if end == complete && len(s.cells) == s.columns {
				return true
			}
		}
		i += len(line) + 1
	}
	return false
}

// looseEnd looks for the end that a row with broken quotes was meant to have. It
// returns 0 if none makes sense, and all that is left where a quote is open to
// the end of the file, as in an export that was cut off.
func (s *splitter) looseEnd() (int, error) {
	if s.at.offset < s.at.apart {
		return 0, nil
	}
	loose := looseScanner{separator: s.separator}
	n, ended := loose.feed(s.text())
	for !ended && !s.last && n < min(lookahead, s.limit) {
		if err := s.read(); err != nil {
			return 0, err
		}
		var further int
		further, ended = loose.feed(s.text()[n:])
		n += further
	}
	switch {
	case ended && loose.columns == s.columns-1, !ended && s.last:
		return n, nil
	case !ended: // nothing above here will find an end either
		s.at.apart = s.at.offset + s.encoding.size(s.text())
	}
	return 0, nil
}

// tooLarge steps over a row that is beyond the limit. If most lines of what was
// read of it are rows, a quote was never closed and only the first line is
// reported. Otherwise it goes to where the row ends, or back to the second line
// if that is nowhere and there were rows on the way.
func (s *splitter) tooLarge() (stretch, error) {
	start, column := s.at, s.bad
	lines := tally{separator: s.separator, columns: s.columns}
	lines.add(s.text())
	if s.quoted && (s.at.offset < s.at.apart || lines.rows*2 > lines.lines) {
		s.at.apart = max(s.at.apart, s.at.offset+s.encoding.size(s.text()))
		return s.skipped(connectors.BrokenQuotes, column, 0)
	}
	loose := looseScanner{separator: s.separator}
	lines = tally{separator: s.separator, columns: s.columns}
	var ended bool
	err := s.skip(func(text []byte) (n int, done bool) {
		n, ended = loose.feed(text)
		lines.add(text[:n])
		return n, ended
	})
	if err == nil && !ended && !loose.finished() && lines.rows > 0 {
		end := s.at.offset
		s.seek(start)
		s.at.apart = end
		return s.skipped(connectors.BrokenQuotes, column, 0)
	}
	return s.since(start, connectors.BrokenTooLarge, column), err
}

// A tally counts lines, and those that look like rows, but for the first, which
// is the row that is in question. It is fed piece by piece.
type tally struct {
	separator   byte
	columns     int
	lines, rows int
	begun       bool // the first line is over
	separators  int  // in the line that is not over
}

func (t *tally) add(text []byte) {
	for {
		line := text[:lineLength(text)]
		t.separators += bytes.Count(line, []byte{t.separator})
		if len(line) == len(text) {
			return
		}
		text = text[len(line)+1:]
		if t.begun {
			t.lines++
			if t.separators == t.columns-1 {
				t.rows++
			}
		}
		t.begun, t.separators = true, 0
	}
}
