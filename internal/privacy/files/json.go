package files

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// json rewrites the strings, keys and numbers of JSON, of one value or one a line.
// All between them stays. A number that has to go becomes a string. It is not ok if
// the text is no JSON.
func (j *job) json(text string) (out []byte, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var all []splice
	var open []jsonLevel
	for at := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return spliced([]byte(text), all), len(open) == 0
		}
		if err != nil || len(open) > maxDepth {
			return nil, false
		}
		end := int(d.InputOffset())
		at += strings.IndexFunc(text[at:end], func(r rune) bool { return !strings.ContainsRune(" \t\r\n,:", r) })
		var in *jsonLevel
		if len(open) > 0 {
			in = &open[len(open)-1]
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '}' || t == ']' {
				open = open[:len(open)-1]
				break
			}
			level := jsonLevel{object: t == '{'}
			if in != nil && !level.object {
				level.key = in.key // what a list holds has the list's name
			}
			if in != nil {
				in.valued()
			}
			open = append(open, level)
		case string:
			all = append(all, j.jsonString(t, in, at, end)...)
		case json.Number:
			all = append(all, j.jsonString(t.String(), in, at, end)...)
		default:
			if in != nil {
				in.valued()
			}
		}
		at = end
	}
}

// A jsonLevel is an object or list that is open.
type jsonLevel struct {
	object bool
	named  bool // a key was read, its value comes
	key    string
}

func (l *jsonLevel) valued() { l.named = false }

// jsonString rewrites a key or a value.
func (j *job) jsonString(value string, in *jsonLevel, start, end int) []splice {
	now := ""
	switch {
	case in != nil && in.object && !in.named:
		in.key, in.named = value, true
		now = j.rewrite(value)
	case in != nil:
		in.valued()
		now = j.valued(in.key, value)
	default:
		now = j.rewrite(value)
	}
	if now == value {
		return nil
	}
	var quoted strings.Builder
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	if e.Encode(now) != nil {
		now = ""
	}
	return []splice{{start, end, strings.TrimSuffix(quoted.String(), "\n")}}
}
