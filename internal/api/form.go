package api

import (
	"regexp"
	"sync"
)

// A form is what a text has to look like. It is compiled when it is first asked for,
// and not at every start of a function that asks for none.
type form func() *regexp.Regexp

func newForm(expression string) form {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func (f form) matches(text string) bool { return f().MatchString(text) }
