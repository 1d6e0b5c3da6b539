package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Refused says that a definition uses something this package does not implement.
// AWS may accept the definition.
type Refused struct {
	Feature string // what, in the words of the language: `field "Assign"`
	Path    string // where in the definition, as AWS writes it: /States/Load/Assign
}

func (r *Refused) Error() string {
	return fmt.Sprintf("not implemented here: %s, at %s", r.Feature, place(r.Path))
}

// Invalid says that a definition breaks a rule of the language; AWS refuses it too.
type Invalid struct {
	Reason string
	Path   string
}

func (i *Invalid) Error() string {
	return fmt.Sprintf("invalid definition: %s, at %s", i.Reason, place(i.Path))
}

func place(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// problems collects everything that is wrong with a definition, so that its
// author sees all of it at once.
type problems []error

func (p *problems) refuse(at, format string, args ...any) {
	*p = append(*p, &Refused{Feature: fmt.Sprintf(format, args...), Path: at})
}

func (p *problems) invalid(at, format string, args ...any) {
	*p = append(*p, &Invalid{Reason: fmt.Sprintf(format, args...), Path: at})
}

// add takes over what the parser of a path or of an intrinsic function found,
// which does not know where it stands.
func (p *problems) add(at string, err error) {
	var r *Refused
	var i *Invalid
	switch {
	case errors.As(err, &r):
		p.refuse(at, "%s", r.Feature)
	case errors.As(err, &i):
		p.invalid(at, "%s", i.Reason)
	case err != nil:
		p.invalid(at, "%v", err)
	}
}

// err joins the problems in the order of their places.
func (p problems) err() error {
	slices.SortStableFunc(p, func(a, b error) int { return strings.Compare(placeOf(a), placeOf(b)) })
	return errors.Join(p...)
}

func placeOf(err error) string {
	switch e := err.(type) {
	case *Refused:
		return e.Path
	case *Invalid:
		return e.Path
	}
	return ""
}

func refused(format string, args ...any) error {
	return &Refused{Feature: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &Invalid{Reason: fmt.Sprintf(format, args...)}
}
