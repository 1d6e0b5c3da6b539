package architecture

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"
	"testing"
)

// TestNothingThatAFunctionLinksCompilesExpressionsAtItsStart: a table of regular
// expressions takes longer than all of the AWS SDK, in every cold start, in every
// function, also in those that never match one. What foreign packages do is
// measured in functions.
func TestNothingThatAFunctionLinksCompilesExpressionsAtItsStart(t *testing.T) { holds(t, atStart) }

func atStart(t *tree) (broken []string) {
	linked := t.linked("functions/")
	for _, s := range t.code {
		if s.test || !linked[s.folder] {
			continue
		}
		for _, d := range s.syntax.Decls {
			if vars, ok := d.(*ast.GenDecl); ok {
				broken = append(broken, t.compiled(vars)...)
			}
		}
	}
	return broken
}

// compiled finds expressions that the values of variables compile, not those that
// stand in a function which makes the value later.
func (t *tree) compiled(vars *ast.GenDecl) (broken []string) {
	ast.Inspect(vars, func(n ast.Node) bool {
		if _, later := n.(*ast.FuncLit); later {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok && strings.HasPrefix(callee(call), "regexp.") {
			broken = append(broken, fmt.Sprintf("%s calls %s at the start of every function that links it: put it into a sync.OnceValue", t.at(call.Pos()), callee(call)))
		}
		return true
	})
	return broken
}

// linked are the folders of ours that packages below a folder import, and those
// that these import.
func (t *tree) linked(below string) map[string]bool {
	imports := map[string][]string{}
	var next []string
	for _, s := range t.code {
		if s.test {
			continue
		}
		for _, i := range s.syntax.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			if folder, mine := strings.CutPrefix(name, module); mine {
				imports[s.folder] = append(imports[s.folder], folder)
			}
		}
		if strings.HasPrefix(s.folder, below) {
			next = append(next, s.folder)
		}
	}
	linked := map[string]bool{}
	for len(next) > 0 {
		folder := next[0]
		next = next[1:]
		if !linked[folder] {
			linked[folder] = true
			next = append(next, imports[folder]...)
		}
	}
	return linked
}
