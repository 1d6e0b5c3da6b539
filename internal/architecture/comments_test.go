package architecture

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatItIsFor(t *testing.T) { holds(t, packageComments) }

func packageComments(t *tree) (broken []string) {
	for _, folder := range t.folders() {
		said, code := false, false
		for _, s := range t.code {
			if s.folder != folder || s.test {
				continue
			}
			code = true
			if doc := s.syntax.Doc.Text(); doc != "" {
				said = true
				if name := s.syntax.Name.Name; name != "main" && !strings.HasPrefix(doc, "Package "+name+" ") {
					broken = append(broken, fmt.Sprintf("%s: its comment does not begin with \"Package %s\": go doc wants it so", s.name, name))
				}
			}
		}
		if code && !said {
			broken = append(broken, fmt.Sprintf("%s has no package comment: whoever opens the folder should learn in a sentence what it is for and what not", folder))
		}
	}
	return broken
}

// contracts are the packages that others implement or call without reading them.
var contracts = []string{contract, model, "internal/keyring", "internal/staging", "internal/ledger", "internal/audit", "internal/workflow"}

func TestContractsAreDocumented(t *testing.T) { holds(t, undocumented) }

// undocumented finds exported names of the contracts without a comment. None is
// needed by a method that an interface of its package or of Go's library asks
// for, nor by the values of a type: there the interface or the type has it.
func undocumented(t *tree) (broken []string) {
	for _, s := range t.code {
		if s.test || !slices.Contains(contracts, s.folder) {
			continue
		}
		add := func(name *ast.Ident, docs ...*ast.CommentGroup) {
			if name.IsExported() && !slices.ContainsFunc(docs, func(d *ast.CommentGroup) bool { return d.Text() != "" }) {
				broken = append(broken, fmt.Sprintf("%s: %s has no comment. Others rely on it without reading its code: say what it promises, "+
					"what its errors mean, what it does when called twice", t.at(name.Pos()), name.Name))
			}
		}
		for _, d := range s.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || exportedReceiver(d) && !t.asked(s.folder, d.Name.Name) {
					add(d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						add(spec.Name, d.Doc, spec.Doc, spec.Comment)
					case *ast.ValueSpec:
						if value, typed := spec.Type.(*ast.Ident); !typed || !value.IsExported() {
							add(spec.Names[0], d.Doc, spec.Doc, spec.Comment)
						}
					}
				}
			}
		}
	}
	return broken
}

func exportedReceiver(d *ast.FuncDecl) bool {
	of := d.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	if g, ok := of.(*ast.IndexExpr); ok {
		of = g.X
	}
	name, ok := of.(*ast.Ident)
	return ok && name.IsExported()
}

// asked reports whether a method is part of an interface that says what it does.
func (t *tree) asked(folder, method string) (found bool) {
	if slices.Contains([]string{"Error", "Unwrap", "Is", "String", "Format", "Close", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"}, method) {
		return true
	}
	for _, s := range t.code {
		if s.folder != folder {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok {
				for _, m := range i.Methods.List {
					found = found || len(m.Names) == 1 && m.Names[0].Name == method
				}
			}
			return !found
		})
	}
	return found
}

// TestThePictureShowsEveryPart compares docs/architecture.md with the tree, as
// the page itself promises.
func TestThePictureShowsEveryPart(t *testing.T) { holds(t, picture) }

const page = "docs/architecture.md"

func picture(t *tree) (broken []string) {
	text := string(t.files[page])
	for _, folder := range t.folders() {
		parent := path.Dir(folder)
		if parent == "internal" && !liesInAny(folder, onlyTests) && !strings.Contains(text, folder) {
			broken = append(broken, fmt.Sprintf("%s does not name %s: an engineer looks there first for what a part is and why it is one", page, folder))
		}
	}
	return broken
}
