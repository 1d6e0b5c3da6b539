package architecture

import (
	"bytes"
	"fmt"
	"go/ast"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestNoFileNamesThisMachine(t *testing.T) {
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, func(t *tree) []string { return traces(t, here) })
}

// machine matches what is true only where this was written: home and work
// folders, and hosts that packages come from. Go, and whoever installs, is told
// by the environment.
var machine = regexp.MustCompile(`/(work|root)/|/(home|Users)/[a-z]+/|bash_jobs` +
	`|(proxy|sum)\.golang\.org|goproxy\.|(registry\.npmjs|pypi|pythonhosted)\.org|index\.crates\.io|repo1?\.maven|deb\.debian\.org|docker\.io|artifactory|GOPROXY=http`)

func traces(t *tree, here string) (broken []string) {
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if strings.HasPrefix(name, "internal/architecture/") {
			continue // names what it looks for
		}
		for n, line := range bytes.Split(t.files[name], []byte("\n")) {
			found := machine.Find(line)
			if i := bytes.Index(line, []byte(here+"/")); i >= 0 && strings.Count(here, "/") > 1 {
				found = line[i : i+len(here)]
			}
			if found != nil {
				broken = append(broken, fmt.Sprintf("%s:%d names %q, which is true of one machine only: use a path from the repository, "+
					"or a variable of the environment", name, n+1, found))
			}
		}
	}
	return broken
}

func TestNothingIsLeftForLater(t *testing.T) { holds(t, later) }

var leftOver = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

func later(t *tree) (broken []string) {
	for _, s := range t.code {
		for n, line := range bytes.Split(t.files[s.name], []byte("\n")) {
			if found := leftOver.Find(line); found != nil {
				broken = append(broken, fmt.Sprintf("%s:%d says %s: do it, or open an issue; a note in the code is read by nobody who could act", s.name, n+1, found))
			}
		}
	}
	return broken
}

func TestNoTestIsSkipped(t *testing.T) { holds(t, skips) }

// skips finds tests that may not run. One that needs the shared data, which are
// not in the repository, may be skipped where they are not there, but not in CI:
// the function that skips asks for both.
func skips(t *tree) (broken []string) {
	for _, s := range t.code {
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			var skip ast.Node
			asks := map[string]bool{}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if of, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, of.Sel.Name) {
						skip = n
					}
				case *ast.BasicLit:
					asks[n.Value] = true
				}
				return true
			})
			if skip != nil && !(asks[`"SAFECONDUCT_SHARED"`] && asks[`"CI"`]) {
				broken = append(broken, fmt.Sprintf("%s: %s may be skipped, and a promise that is not tested is none. For another system, put it into "+
					"a file with a build tag; for a slow one, a flag that .ci/run sets; a process that tests start belongs into TestMain; "+
					"only for shared data, a helper that fails where CI is set",
					t.at(skip.Pos()), f.Name.Name))
			}
		}
	}
	return broken
}

func TestNoFindingOfARandomTestIsTracked(t *testing.T) { holds(t, findings) }

// findings finds what rapid writes down when a test of random cases fails.
func findings(t *tree) (broken []string) {
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if strings.Contains(name, "testdata/rapid/") {
			broken = append(broken, fmt.Sprintf("%s is a case that once failed: write it down as a test with the promise it broke, and ignore testdata/rapid", name))
		}
	}
	return broken
}
