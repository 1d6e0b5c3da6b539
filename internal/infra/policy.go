package infra

import (
	"fmt"
	"slices"
	"strings"
)

// A Statement is one of a policy.
type Statement struct {
	Of        string // logical id of what holds the policy
	Sid       string
	Allow     bool
	Actions   []string
	Resources []string
	// Principals are ARNs, names of services or *; empty in a role's policy.
	Principals []string
	Conditions []Condition
}

// A Condition is one key of one operator.
type Condition struct {
	Operator, Key string
	Values        []string
}

// statements reads a policy document.
func statements(of string, document any) (all []Statement, err error) {
	for _, v := range list(at(document, "Statement")) {
		s := Statement{Of: of, Allow: at(v, "Effect") == "Allow", Actions: texts(at(v, "Action")), Resources: texts(at(v, "Resource"))}
		s.Sid, _ = at(v, "Sid").(string)
		m, _ := v.(map[string]any)
		for field := range m {
			if !slices.Contains([]string{"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}, field) {
				return nil, fmt.Errorf("infra: %s/%s: %s is not known here", of, s.Sid, field)
			}
		}
		switch p := at(v, "Principal").(type) {
		case string:
			s.Principals = []string{p}
		case map[string]any:
			for _, kind := range []string{"AWS", "Service"} {
				s.Principals = append(s.Principals, texts(p[kind])...)
			}
		}
		conditions, _ := at(v, "Condition").(map[string]any)
		for operator, keys := range conditions {
			k, _ := keys.(map[string]any)
			for key, values := range k {
				s.Conditions = append(s.Conditions, Condition{operator, key, texts(values)})
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// A Request is a call to AWS as policies see it.
type Request struct {
	Action   string              // "s3:PutObject"
	Resource string              // ARN, or * for an action that knows no resources
	Context  map[string][]string // condition key → values
}

// matches reports whether a statement speaks of the request by a principal.
func (s Statement) matches(principal string, q Request) (bool, error) {
	speaks := func(p string) bool { return p == "*" || p == principal || isRoot(p) }
	if len(s.Principals) > 0 && !slices.ContainsFunc(s.Principals, speaks) {
		return false, nil
	}
	action := func(pattern string) bool { return like(strings.ToLower(pattern), strings.ToLower(q.Action)) }
	resource := func(pattern string) bool { return pattern == "*" || like(pattern, q.Resource) }
	if !slices.ContainsFunc(s.Actions, action) || !slices.ContainsFunc(s.Resources, resource) {
		return false, nil
	}
	for _, c := range s.Conditions {
		values := q.Context[c.Key]
		if c.Key == "aws:PrincipalArn" {
			values = []string{principal}
		}
		holds, err := c.holds(values)
		if err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

// isRoot tells the principal that stands for all of the account.
func isRoot(principal string) bool { return strings.HasSuffix(principal, ":root") }

// holds works out a condition for the values that the request has of its key.
//
// An operator that negates holds where the key is not there; so does one that
// ends in IfExists, and ForAllValues (IAM, "Condition operators").
func (c Condition) holds(values []string) (bool, error) {
	operator, ifExists := strings.CutSuffix(c.Operator, "IfExists")
	operator, forAll := strings.CutPrefix(operator, "ForAllValues:")
	if c.Operator == "Null" {
		return (len(values) == 0) == (c.Values[0] == "true"), nil
	}
	one, negated := compare(operator)
	if one == nil {
		return false, fmt.Errorf("infra: operator %s is not known here", c.Operator)
	}
	if len(values) == 0 {
		return ifExists || forAll || negated, nil
	}
	if len(values) > 1 && !forAll {
		return false, fmt.Errorf("infra: %s has %d values and %s takes one", c.Key, len(values), c.Operator)
	}
	for _, v := range values {
		any := slices.ContainsFunc(c.Values, func(want string) bool { return one(want, v) })
		if any == negated {
			return false, nil
		}
	}
	return true, nil
}

// compare is what an operator does with one value.
func compare(operator string) (one func(want, got string) bool, negated bool) {
	equal := func(want, got string) bool { return want == got }
	switch operator {
	case "StringEquals", "Bool":
		return equal, false
	case "StringNotEquals":
		return equal, true
	case "StringLike", "ArnLike", "ArnEquals":
		return like, false
	case "StringNotLike", "ArnNotLike", "ArnNotEquals":
		return like, true
	}
	return nil, false
}

// like matches a text with a pattern of * and ?.
func like(pattern, text string) bool {
	for {
		head, rest, star := strings.Cut(pattern, "*")
		if len(text) < len(head) || !same(head, text[:len(head)]) {
			return false
		}
		text = text[len(head):]
		if !star {
			return text == ""
		}
		if rest == "" {
			return true
		}
		for i := range len(text) + 1 {
			if like(rest, text[i:]) {
				return true
			}
		}
		return false
	}
}

func same(pattern, text string) bool {
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != text[i] {
			return false
		}
	}
	return true
}
