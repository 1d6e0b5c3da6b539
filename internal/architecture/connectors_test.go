package architecture

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryConnectorIsListedAndRunsTheSuite(t *testing.T) { holds(t, listedConnectors) }

// noConnectors are the folders below connectors/ that are none.
var noConnectors = []string{"connectors/conformance", "connectors/list", "connectors/rest", "connectors/origin", "connectors/markup", "connectors/spool", "connectors/window"}

// listedConnectors wants of each folder below connectors/ a Connector of the
// folder's name, a line in the list, and the suite for each role it takes.
func listedConnectors(t *tree) (broken []string) {
	for _, folder := range t.folders() {
		if path.Dir(folder) != "connectors" || slices.Contains(noConnectors, folder) {
			continue
		}
		name, roles := path.Base(folder), t.roles(folder)
		for _, w := range []struct {
			ok   bool
			what string
		}{
			{roles["Connector"], fmt.Sprintf("has no var Connector with Name: %q: what a plan calls it leads to its folder", name)},
			{t.uses("connectors/list", false, name+".Connector") || t.uses("connectors/list/hosted", false, name+".Connector"),
				"is not in connectors/list/hosted, nor in connectors/list: nobody can name it in a plan. Add its line"},
			{!roles["Source"] || t.uses(folder, true, "conformance.Source"), "can be a source, and no test of its folder calls conformance.Source: " +
				"the contract is what the suite tests, the steps rely on each promise. Copy connectors/memory/conformance_test.go"},
			{!roles["Target"] || t.uses(folder, true, "conformance.Target"), "can be a target, and no test of its folder calls conformance.Target: " +
				"the contract is what the suite tests, the steps rely on each promise. Copy connectors/memory/conformance_test.go"},
		} {
			if !w.ok {
				broken = append(broken, folder+" "+w.what)
			}
		}
	}
	return broken
}

// roles reads the Connector of a folder: whether there is one of the folder's
// name, and what it can be.
func (t *tree) roles(folder string) map[string]bool {
	roles := map[string]bool{}
	for _, s := range t.code {
		if s.folder != folder || s.test {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Names[0].Name != "Connector" || len(spec.Values) != 1 {
				return true
			}
			literal, _ := spec.Values[0].(*ast.CompositeLit)
			for _, e := range literal.Elts {
				field := e.(*ast.KeyValueExpr)
				key := field.Key.(*ast.Ident).Name
				if value, ok := field.Value.(*ast.BasicLit); key == "Name" && ok && value.Value == strconv.Quote(path.Base(folder)) {
					roles["Connector"] = true
				}
				roles[key] = true
			}
			return false
		})
	}
	return roles
}

// uses reports whether a file of a folder speaks of package.Name.
func (t *tree) uses(folder string, inTest bool, selector string) (found bool) {
	of, name, _ := strings.Cut(selector, ".")
	for _, s := range t.code {
		if s.folder != folder || s.test != inTest {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
				x, ok := sel.X.(*ast.Ident)
				found = found || ok && x.Name == of
			}
			return !found
		})
	}
	return found
}
