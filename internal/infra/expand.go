package infra

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Where says into what a template is deployed.
type Where struct {
	Account, Region, Stack string
	Parameters             map[string]string
	// Physical names what was made, by stack and logical id ("Data/StateTable");
	// what it does not name is called by its logical id.
	Physical map[string]string
}

// A Resource is one of a stack, with all functions of CloudFormation worked out.
type Resource struct {
	Stack      string // logical id of the nested stack; empty for the root
	ID         string
	Type       string
	Properties map[string]any
	Policy     string // DeletionPolicy
}

// Text is a property that is text, or "".
func (r Resource) Text(path ...string) string {
	s, _ := at(r.Properties, path...).(string)
	return s
}

// at follows a path through maps; nil if it ends before.
func at(value any, path ...string) any {
	for _, p := range path {
		m, _ := value.(map[string]any)
		value = m[p]
	}
	return value
}

// list is a value as a list: IAM lets a list of one stand without its brackets.
func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}

func texts(value any) (all []string) {
	for _, v := range list(value) {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

// A stack is one template while it is being worked out.
type stack struct {
	where      Where
	dir, name  string
	template   map[string]any
	parameters map[string]any
	done       map[string]*Resource
	nested     map[string]*stack
	all        *[]Resource
}

// none is AWS::NoValue: a property that has it is not there.
type none struct{}

// open works out a template with its nested stacks.
func open(dir, file, name string, w Where, given map[string]any, all *[]Resource) (*stack, error) {
	template, err := read(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	s := &stack{where: w, dir: filepath.Dir(filepath.Join(dir, file)), name: name, template: template,
		parameters: map[string]any{}, done: map[string]*Resource{}, nested: map[string]*stack{}, all: all}
	declared, _ := template["Parameters"].(map[string]any)
	for p, v := range declared {
		s.parameters[p] = at(v, "Default")
		if g, ok := given[p]; ok {
			s.parameters[p] = g
		}
		if s.parameters[p] == nil {
			return nil, fmt.Errorf("infra: %s: parameter %s is not given", file, p)
		}
	}
	for g := range given {
		if declared[g] == nil {
			return nil, fmt.Errorf("infra: %s has no parameter %s", file, g)
		}
	}
	resources, _ := template["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if _, err := s.resource(id); err != nil {
			return nil, fmt.Errorf("infra: %s: %s: %w", file, id, err)
		}
	}
	return s, nil
}

// resource works out one resource, once; nil if its condition does not hold.
func (s *stack) resource(id string) (*Resource, error) {
	if r, ok := s.done[id]; ok {
		return r, nil
	}
	declared, _ := at(s.template, "Resources", id).(map[string]any)
	if declared == nil {
		return nil, fmt.Errorf("there is no resource %s", id)
	}
	if c, ok := declared["Condition"].(string); ok {
		if holds, err := s.condition(c); err != nil || !holds {
			s.done[id] = nil
			return nil, err
		}
	}
	r := &Resource{Stack: s.name, ID: id}
	r.Type, _ = declared["Type"].(string)
	r.Policy, _ = declared["DeletionPolicy"].(string)
	value, err := s.value(orEmpty(declared["Properties"]))
	if err != nil {
		return nil, err
	}
	r.Properties = value.(map[string]any)
	s.done[id] = r
	*s.all = append(*s.all, *r)
	if r.Type == "AWS::CloudFormation::Stack" {
		given, _ := r.Properties["Parameters"].(map[string]any)
		s.nested[id], err = open(s.dir, r.Text("TemplateURL"), id, s.where, given, s.all)
	}
	return r, err
}

func orEmpty(v any) any {
	if v == nil {
		return map[string]any{}
	}
	return v
}

// value works out what a property is.
func (s *stack) value(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, e := range v {
			w, err := s.value(e)
			if err != nil {
				return nil, err
			}
			if w != (none{}) {
				out = append(out, w)
			}
		}
		return out, nil
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return s.call(name, argument)
				}
			}
		}
		out := map[string]any{}
		for k, e := range v {
			w, err := s.value(e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			if w != (none{}) {
				out[k] = w
			}
		}
		return out, nil
	}
	return v, nil
}

func (s *stack) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		return s.ref(argument.(string))
	case "Fn::Sub":
		return s.sub(argument)
	case "Fn::GetAtt":
		a := texts(argument)
		return s.attribute(a[0], strings.Join(a[1:], "."))
	case "Fn::If":
		a := list(argument)
		holds, err := s.condition(a[0].(string))
		if err != nil {
			return nil, err
		}
		if holds {
			return s.value(a[1])
		}
		return s.value(a[2])
	}
	return nil, fmt.Errorf("%s is not known here", name)
}

var placeholder = regexp.MustCompile(`\$\{([\w:.]+)\}`)

func (s *stack) sub(argument any) (any, error) {
	text, ok := argument.(string)
	if !ok {
		return nil, fmt.Errorf("Fn::Sub with variables of its own is not known here")
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		var v any
		var err error
		if resource, attribute, dot := strings.Cut(name, "."); dot {
			v, err = s.attribute(resource, attribute)
		} else {
			v, err = s.ref(name)
		}
		if err != nil {
			failed = err
		}
		return fmt.Sprint(v)
	})
	return out, failed
}

// condition works out a condition by its name.
func (s *stack) condition(name string) (bool, error) {
	c := at(s.template, "Conditions", name)
	if c == nil {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	return s.holds(c)
}

func (s *stack) holds(c any) (bool, error) {
	m, _ := c.(map[string]any)
	for name, argument := range m {
		switch name {
		case "Condition":
			return s.condition(argument.(string))
		case "Fn::Not":
			holds, err := s.holds(list(argument)[0])
			return !holds, err
		case "Fn::And":
			for _, each := range list(argument) {
				if holds, err := s.holds(each); err != nil || !holds {
					return false, err
				}
			}
			return true, nil
		case "Fn::Equals":
			sides, err := s.value(argument)
			if err != nil {
				return false, err
			}
			both := texts(sides)
			return both[0] == both[1], nil
		}
		return false, fmt.Errorf("condition %s is not known here", name)
	}
	return false, fmt.Errorf("a condition is empty")
}

// Value is a property, whatever it is; nil if there is none.
func (r Resource) Value(path ...string) any { return at(r.Properties, path...) }
