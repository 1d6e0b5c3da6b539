package workflow

import (
	"strconv"
	"strings"
)

// parsePath reads a path. Its errors are Refused and Invalid without a place.
func parsePath(text string) (*path, error) {
	p := &path{text: text}
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, invalid("%q is no path: it does not begin with $", text)
	}
	if rest, ok := strings.CutPrefix(rest, "$"); ok {
		p.context = true
		return p.parse(rest)
	}
	if rest != "" && rest[0] != '.' && rest[0] != '[' {
		return nil, refused("the variable in path %q", text)
	}
	return p.parse(rest)
}

func (p *path) parse(rest string) (*path, error) {
	for rest != "" {
		var err error
		switch {
		case strings.HasPrefix(rest, ".."):
			return nil, refused("the descendant operator .. in path %q", p.text)
		case rest[0] == '.':
			rest, err = p.dotted(rest[1:])
		case rest[0] == '[':
			rest, err = p.bracketed(rest[1:])
		default:
			err = invalid("%q is no path: unexpected %q", p.text, rest)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// notInName ends a name after a dot; whoever needs such a character writes
// the name in brackets and quotes.
const notInName = ".[]()'\"*?@,{}\\ \t\r\n"

func (p *path) dotted(rest string) (string, error) {
	end := strings.IndexAny(rest, notInName)
	if end < 0 {
		end = len(rest)
	}
	name, rest := rest[:end], rest[end:]
	switch {
	case name == "" && strings.HasPrefix(rest, "*"):
		p.add(step{kind: every})
		return rest[1:], nil
	case strings.HasPrefix(rest, "("):
		return "", refused("the function in path %q", p.text)
	case name == "":
		return "", invalid("%q is no path: a name is missing", p.text)
	}
	p.add(step{kind: member, name: name})
	return rest, nil
}

func (p *path) add(s step) {
	p.steps = append(p.steps, s)
	p.many = p.many || s.kind == slice || s.kind == every
}

func (p *path) bracketed(rest string) (string, error) {
	switch {
	case rest == "":
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	case rest[0] == '\'' || rest[0] == '"':
		return p.quoted(rest[1:], rest[0])
	case rest[0] == '?' || rest[0] == '(':
		return "", refused("the filter in path %q", p.text)
	}
	inner, rest, ok := strings.Cut(rest, "]")
	if !ok {
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	}
	s, err := p.index(inner)
	if err != nil {
		return "", err
	}
	p.add(s)
	return rest, nil
}

// quoted reads a name as it stands: AWS does not take a backslash as an escape
// (recorded in test_escape_sequence_parsing). What it makes of a backslash before
// the closing quote or another backslash is not recorded, so that is refused.
func (p *path) quoted(rest string, quote byte) (string, error) {
	end := strings.IndexByte(rest, quote)
	if end < 0 {
		return "", invalid("%q is no path: a quote is not closed", p.text)
	}
	name, rest := rest[:end], rest[end+1:]
	switch {
	case strings.HasSuffix(name, `\`) || strings.Contains(name, `\\`):
		return "", refused("the escaped character in path %q", p.text)
	case strings.HasPrefix(rest, ","):
		return "", refused("the union in path %q", p.text)
	case !strings.HasPrefix(rest, "]"):
		return "", invalid("%q is no path: a bracket is not closed", p.text)
	}
	p.add(step{kind: member, name: name})
	return rest[1:], nil
}

func (p *path) index(inner string) (step, error) {
	if inner == "*" {
		return step{kind: every}, nil
	}
	start, end, isSlice := strings.Cut(inner, ":")
	switch {
	case strings.Contains(inner, ","):
		return step{}, refused("the union in path %q", p.text)
	case strings.Contains(inner, "-"):
		return step{}, refused("the index from the end in path %q", p.text)
	case strings.Contains(end, ":"):
		return step{}, refused("the slice with a step in path %q", p.text)
	case !isSlice:
		n, ok := parseIndex(start, -1)
		if !ok || n < 0 {
			return step{}, invalid("%q is no path: %q is no index", p.text, inner)
		}
		return step{kind: element, start: n}, nil
	}
	from, okFrom := parseIndex(start, 0)
	to, okTo := parseIndex(end, -1)
	if !okFrom || !okTo {
		return step{}, invalid("%q is no path: %q is no slice", p.text, inner)
	}
	return step{kind: slice, start: from, end: to}, nil
}

// parseIndex reads digits without a leading zero, as RFC 9535 has it.
func parseIndex(s string, missing int) (int, bool) {
	if s == "" {
		return missing, true
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && (s == "0" || s[0] != '0')
}
