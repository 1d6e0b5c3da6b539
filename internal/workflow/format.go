package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pieces are what stands between the {} of a States.Format template.
type pieces []string

var errBraces = errors.New("the braces of the template do not match")

// parsePieces reads a template in which \ escapes ' { } and \.
func parsePieces(template string) (pieces, error) {
	var all pieces
	var piece strings.Builder
	for i := 0; i < len(template); i++ {
		switch c := template[i]; c {
		case '\\':
			if i++; i == len(template) {
				return nil, errBraces
			}
			piece.WriteByte(template[i])
		case '{':
			if i++; i == len(template) || template[i] != '}' {
				return nil, errBraces
			}
			all = append(all, piece.String())
			piece.Reset()
		case '}':
			return nil, errBraces
		default:
			piece.WriteByte(c)
		}
	}
	return append(all, piece.String()), nil
}

// checkFormat reads a template that stands in the definition once, at load, and
// counts its arguments.
func checkFormat(c *call) error {
	t, ok := c.args[0].(text)
	if !ok {
		return nil
	}
	p, err := parsePieces(string(t))
	if err != nil {
		return invalid("intrinsic function %q: %v", c.text, err)
	}
	if len(p) != len(c.args) {
		return invalid("intrinsic function %q: %d {} for %d arguments", c.text, len(p)-1, len(c.args)-1)
	}
	c.args[0] = literal{p}
	return nil
}

func format(args []any) (any, error) {
	p, ok := args[0].(pieces)
	if !ok {
		t, ok := args[0].(string)
		if !ok {
			return nil, errors.New("the template must be a string")
		}
		var err error
		if p, err = parsePieces(t); err != nil {
			return nil, err
		}
	}
	if len(p) != len(args) {
		return nil, fmt.Errorf("the template has %d {} for %d arguments", len(p)-1, len(args)-1)
	}
	var b strings.Builder
	for i, piece := range p {
		b.WriteString(piece)
		if i+1 < len(args) {
			b.WriteString(printed(args[i+1]))
		}
	}
	return b.String(), nil
}

// printed is how Step Functions, a Java program, prints a value: strings bare,
// objects as {Arg1=1, Arg2=[]}.
func printed(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = printed(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+"="+printed(v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}
