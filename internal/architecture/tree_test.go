package architecture

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/safeconduct/safeconduct/"

// A tree is the files of a repository by their slash paths.
type tree struct {
	files map[string][]byte
	code  []source // Go files, by name
	set   *token.FileSet
}

// A source is a Go file.
type source struct {
	name   string
	folder string
	test   bool
	syntax *ast.File
}

func newTree(files map[string][]byte) (*tree, error) {
	t := &tree{files: files, set: token.NewFileSet()}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".go" || slices.Contains(strings.Split(name, "/"), "testdata") {
			continue
		}
		syntax, err := parser.ParseFile(t.set, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		t.code = append(t.code, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), syntax})
	}
	return t, nil
}

const root = "../.."

// repository reads this repository once.
var repository = sync.OnceValues(func() (*tree, error) {
	names, err := tracked()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil && !os.IsNotExist(err) { // one that was deleted is listed until that is committed
			return nil, err
		}
		if err == nil {
			files[name] = content
		}
	}
	return newTree(files)
})

// tracked lists what git tracks or would; without git, as in an unpacked
// release, all files.
func tracked() (names []string, err error) {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	if out, err := list.Output(); err == nil {
		return strings.Split(string(bytes.TrimRight(out, "\x00")), "\x00"), nil
	}
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && len(name) > 1 && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

func ours(t *testing.T) *tree {
	t.Helper()
	r, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.code) < 100 {
		t.Fatalf("%d Go files were found: this is not the repository", len(r.code))
	}
	return r
}

// at names a place: internal/ledger/run.go:12.
func (t *tree) at(p token.Pos) string {
	where := t.set.Position(p)
	return fmt.Sprintf("%s:%d", where.Filename, where.Line)
}

// folders lists the folders that hold Go files.
func (t *tree) folders() []string {
	all := map[string]bool{}
	for _, s := range t.code {
		all[s.folder] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// A rule lists what breaks it, a sentence each.
type rule func(*tree) []string

// holds fails with all that breaks a rule in this repository.
func holds(t *testing.T, r rule) {
	t.Helper()
	for _, broken := range r(ours(t)) {
		t.Error(broken)
	}
}
