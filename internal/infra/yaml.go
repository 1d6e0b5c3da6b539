package infra

import (
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// read parses a template. A tag such as !Sub becomes the function that it is
// short for: {"Fn::Sub": …}.
func read(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("infra: %s: %w", file, err)
	}
	if len(f.Docs) != 1 {
		return nil, fmt.Errorf("infra: %s: %d documents, want one", file, len(f.Docs))
	}
	value, err := plain(f.Docs[0].Body)
	if err != nil {
		return nil, fmt.Errorf("infra: %s: %w", file, err)
	}
	template, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("infra: %s is no template", file)
	}
	return template, nil
}

// plain turns a node into maps, lists and text. CloudFormation takes numbers and
// booleans as text, so they are text here too.
func plain(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return mapping(n.Values)
	case *ast.MappingValueNode:
		return mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			var err error
			if list[i], err = plain(v); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *ast.TagNode:
		return tagged(n)
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode:
		return "", nil
	case ast.ScalarNode:
		return fmt.Sprint(n.GetValue()), nil
	}
	return nil, fmt.Errorf("line %d: a %s is not what a template is made of", n.GetToken().Position.Line, n.Type())
}

func mapping(values []*ast.MappingValueNode) (any, error) {
	m := map[string]any{}
	for _, v := range values {
		key := v.Key.String()
		if s, ok := v.Key.(*ast.StringNode); ok {
			key = s.Value
		}
		if _, twice := m[key]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", v.GetToken().Position.Line, key)
		}
		value, err := plain(v.Value)
		if err != nil {
			return nil, err
		}
		m[key] = value
	}
	return m, nil
}

func tagged(n *ast.TagNode) (any, error) {
	value, err := plain(n.Value)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(n.Start.Value, "!")
	switch name {
	case "Ref", "Condition":
	case "GetAtt":
		if text, ok := value.(string); ok {
			resource, attribute, _ := strings.Cut(text, ".")
			value = []any{resource, attribute}
		}
		name = "Fn::GetAtt"
	default:
		name = "Fn::" + name
	}
	return map[string]any{name: value}, nil
}
