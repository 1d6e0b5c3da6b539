package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// A Person is somebody on record, as lines and directories have them. Whoever has
// only a full name, or several addresses, writes so.
type Person struct {
	Name   string   `json:"name,omitempty"`
	First  string   `json:"first,omitempty"`
	Last   string   `json:"last,omitempty"`
	Org    string   `json:"org,omitempty"`
	Email  string   `json:"email,omitempty"`
	Phone  string   `json:"phone,omitempty"`
	Emails []string `json:"emails,omitempty"`
	Phones []string `json:"phones,omitempty"`
}

// Identity is the person as the engine takes one.
func (p Person) Identity() privacy.Identity {
	id := privacy.Identity{Name: p.Name, Given: p.First, Family: p.Last, Organization: p.Org, Emails: p.Emails, Phones: p.Phones}
	if p.Email != "" {
		id.Emails = append([]string{p.Email}, p.Emails...)
	}
	if p.Phone != "" {
		id.Phones = append([]string{p.Phone}, p.Phones...)
	}
	return id
}

// maxLine is the longest line that is read: a ticket with everything in it.
const maxLine = 64 << 20

func newLines(in io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	return s
}

// ReadDirectory reads a directory of people, a line each.
func ReadDirectory(in io.Reader) (*privacy.Directory, error) {
	d := privacy.NewDirectory(0)
	s := newLines(in)
	for n := 1; s.Scan(); n++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		var p Person
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("line %d of the directory is no JSON object of a person", n)
		}
		d.Add(p.Identity())
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	return d, nil
}
