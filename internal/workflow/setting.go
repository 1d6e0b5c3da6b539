package workflow

import (
	"encoding/json"
	"fmt"
)

// A setting is a value that stands in the definition or, in a field with "Path"
// behind its name, is found in the state's input.
type setting struct {
	name   string
	fixed  any
	source expression // nil: fixed
}

// setting takes either of the two fields; nil when neither is there. read takes
// and checks the value that stands in the definition.
func (f *fields) setting(name string, read func() any) *setting {
	f.atMostOneOf(name, name+"Path")
	switch {
	case f.has(name):
		return &setting{name: name, fixed: read()}
	case f.has(name + "Path"):
		if p := f.reference(name + "Path"); p != nil {
			return &setting{name: name, source: p}
		}
	}
	return nil
}

// wholeSetting takes a setting whose value in the definition is an integer from
// low to high.
func (f *fields) wholeSetting(name string, low, high int) *setting {
	return f.setting(name, func() any { return number(int64(f.whole(name, low, high, low))) })
}

// textSetting takes a setting of text, whose path may be an intrinsic function;
// it is empty when neither field is there.
func (f *fields) textSetting(name string) *setting {
	f.atMostOneOf(name, name+"Path")
	if !f.has(name + "Path") {
		return &setting{name: name, fixed: f.text(name)}
	}
	e, err := parseExpression(f.text(name + "Path"))
	if err != nil {
		f.p.add(f.at+"/"+name+"Path", err)
	}
	return &setting{name: name, source: e}
}

func (s *setting) value(v view) (any, error) {
	if s.source == nil {
		return s.fixed, nil
	}
	return s.source.eval(v)
}

// whole is the setting's integer in a state with this view.
func (s *setting) whole(v view) (int64, error) {
	value, err := s.value(v)
	if err != nil {
		return 0, err
	}
	i, ok := wholeNumber(value)
	if !ok {
		return 0, s.wrong("integer")
	}
	return i, nil
}

// float is the setting's number in a state with this view.
func (s *setting) float(v view) (float64, error) {
	value, err := s.value(v)
	if err != nil {
		return 0, err
	}
	if n, ok := value.(json.Number); ok {
		if x, err := n.Float64(); err == nil {
			return x, nil
		}
	}
	return 0, s.wrong("float")
}

// text is the setting's string in a state with this view.
func (s *setting) text(v view) (string, error) {
	value, err := s.value(v)
	if err != nil {
		return "", err
	}
	t, ok := value.(string)
	if !ok {
		return "", s.wrong("string")
	}
	return t, nil
}

func (s *setting) wrong(kind string) error {
	return runtimeFailure("The %sPath field refers to a value which is not a valid %s: %v", s.name, kind, s.source)
}

func (p *path) String() string { return p.text }
func (c *call) String() string { return c.text }

var _, _ fmt.Stringer = (*path)(nil), (*call)(nil)
