package lines

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// learned is how much of the input the directory learns ordinary words from. Eight
// megabytes are some 8,000 tickets.
const learned = 8 << 20

// A line is what a text comes with.
type line struct {
	ID     json.RawMessage `json:"id"`
	Text   string          `json:"text"`
	Record []Person        `json:"record"`
}

// An answer is what was found in a line.
type answer struct {
	ID    json.RawMessage `json:"id"`
	Spans []Span          `json:"spans"`
}

// A rewritten line has no record: it would say who was taken out.
type rewritten struct {
	ID   json.RawMessage `json:"id"`
	Text string          `json:"text"`
}

// jsonl answers line by line. With an account the first lines are held back until
// the directory has learned from them.
func (r *run) jsonl(in io.Reader) error {
	s := newLines(in)
	var held [][]byte
	size, n, learning := 0, 0, r.Account != nil
	for s.Scan() {
		n++
		if !learning {
			if err := r.line(s.Bytes()); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
			continue
		}
		held, size = append(held, append([]byte(nil), s.Bytes()...)), size+len(s.Bytes())
		if size > learned {
			if err := r.learn(held); err != nil {
				return err
			}
			held, learning = nil, false
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("read the input: %w", err)
	}
	if learning {
		return r.learn(held)
	}
	return nil
}

// learn reads lines twice: for the ordinary words among the account's names, and
// to answer them.
func (r *run) learn(held [][]byte) error {
	known := r.Account.Learn()
	for n, text := range held {
		if len(text) == 0 {
			continue
		}
		l, err := r.parse(text)
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		known.Observe(&r.people, l.Text)
	}
	known.Settle()
	r.people.Ordinary = known
	for n, text := range held {
		if err := r.line(text); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return nil
}

var errLine = errors.New("this is no JSON object with an id, a text and a record")

// parse reads a line and makes its people those who are searched for.
func (r *run) parse(text []byte) (l line, err error) {
	if err := json.Unmarshal(text, &l); err != nil {
		return l, errLine
	}
	r.people.Reset()
	for _, p := range l.Record {
		r.people.Add(p.Identity())
	}
	return l, nil
}

func (r *run) line(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	l, err := r.parse(text)
	if err != nil {
		return err
	}
	if r.Rewriter != nil {
		return r.print(rewritten{l.ID, r.rewrite(l.Text)})
	}
	return r.print(answer{l.ID, r.scan(l.Text)})
}
