package workflow

import (
	"encoding/json"
	"errors"
	"strings"
)

// A call is an intrinsic function with its arguments, such as
// States.Format('{}-{}', $.a, States.UUID()).
// https://states-language.net/spec.html#intrinsic-functions
type call struct {
	text string // as written, for messages
	name string
	fn   function
	args []expression
}

func (c *call) eval(v view) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		var err error
		if args[i], err = a.eval(v); err != nil {
			return nil, c.failed(err)
		}
	}
	result, err := c.fn.apply(args)
	if err != nil {
		return nil, c.failed(err)
	}
	return result, nil
}

// failed puts the failure in AWS's words, once for the outermost call.
func (c *call) failed(err error) error {
	cause := err.Error()
	var f *Failure
	if errors.As(err, &f) {
		cause = f.Cause
		if strings.HasPrefix(cause, "The function '") {
			_, cause, _ = strings.Cut(cause, " had the following error: ")
		}
	}
	return runtimeFailure("The function '%s' had the following error: %s", c.text, cause)
}

// maxCallDepth keeps a hostile definition from exhausting the stack. AWS allows
// functions to be nested ten deep.
const maxCallDepth = 10

// parseCall reads one intrinsic function, all of text.
func parseCall(text string) (expression, error) {
	p := &callParser{text: text, rest: text}
	c, err := p.call(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, p.unexpected()
	}
	return c, nil
}

type callParser struct{ text, rest string }

func (p *callParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// accept takes token off the rest if it comes next.
func (p *callParser) accept(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	p.rest = rest
	return ok
}

func (p *callParser) unexpected() error {
	return invalid("intrinsic function %q: unexpected %q", p.text, p.rest)
}

func (p *callParser) call(depth int) (*call, error) {
	begin := p.rest
	end := strings.IndexByte(p.rest, '(')
	if end < 0 {
		return nil, invalid("intrinsic function %q: the parenthesis is missing", p.text)
	}
	name := p.rest[:end]
	fn, known := functions[name]
	if !known {
		return nil, refused("the intrinsic function %q", name)
	}
	if depth == maxCallDepth {
		return nil, invalid("intrinsic function %q: nested more than %d deep", p.text, maxCallDepth)
	}
	p.rest = p.rest[end+1:]
	args, err := p.arguments(depth)
	if err != nil {
		return nil, err
	}
	c := &call{name: name, fn: fn, args: args}
	c.text = begin[:len(begin)-len(p.rest)]
	return c, c.check()
}

func (p *callParser) arguments(depth int) ([]expression, error) {
	var args []expression
	if p.accept(")") {
		return args, nil
	}
	for {
		a, err := p.argument(depth)
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		if p.accept(")") {
			return args, nil
		}
		if !p.accept(",") {
			return nil, p.unexpected()
		}
	}
}

func (p *callParser) argument(depth int) (expression, error) {
	p.space()
	switch {
	case strings.HasPrefix(p.rest, "'"):
		return p.quoted()
	case strings.HasPrefix(p.rest, "$"):
		return parsePath(p.word())
	case strings.HasPrefix(p.rest, "States."):
		return p.call(depth + 1)
	}
	word := p.word()
	if v, err := decode([]byte(word)); err == nil {
		switch v.(type) {
		case nil, bool, json.Number:
			return literal{v}, nil
		}
	}
	return nil, invalid("intrinsic function %q: %q is no argument", p.text, word)
}

// word reads up to the comma or parenthesis that ends an argument; those inside
// the brackets or quotes of a path do not count.
func (p *callParser) word() string {
	var quote byte
	brackets := 0
	end := len(p.rest)
scan:
	for i := range len(p.rest) {
		c := p.rest[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case brackets > 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '[':
			brackets++
		case c == ']':
			brackets--
		case brackets <= 0 && (c == ',' || c == ')'):
			end = i
			break scan
		}
	}
	word := strings.TrimRight(p.rest[:end], " \t\r\n")
	p.rest = p.rest[end:]
	return word
}

// quoted reads a string. Only ' { } and \ can be escaped; AWS refuses a
// definition with any other escape (recorded in test_illegal_escapes).
func (p *callParser) quoted() (expression, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '\'':
			p.rest = p.rest[i+1:]
			return text(b.String()), nil
		case '\\':
			i++
			if i == len(p.rest) || !strings.ContainsRune(`'{}\`, rune(p.rest[i])) {
				return nil, invalid("intrinsic function %q: only ' { } and \\ can be escaped", p.text)
			}
			b.WriteByte('\\')
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return nil, invalid("intrinsic function %q: a quote is not closed", p.text)
}

// text is a string argument as written, escapes and all: States.Format has to
// tell {} from \{\}.
type text string

func (t text) eval(view) (any, error) { return t.plain(), nil }

func (t text) plain() string {
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] == '\\' {
			i++
		}
		b.WriteByte(t[i])
	}
	return b.String()
}

// check tells at load what would fail on every run.
func (c *call) check() error {
	if n := len(c.args); n < c.fn.least || (c.fn.most >= 0 && n > c.fn.most) {
		return invalid("intrinsic function %q: %d arguments", c.text, n)
	}
	if c.fn.check == nil {
		return nil
	}
	return c.fn.check(c)
}
