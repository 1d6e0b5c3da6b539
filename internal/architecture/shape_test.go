package architecture

import (
	"bytes"
	"fmt"
	"go/ast"
	"testing"
)

// What a function and a file should have at most, and what they must not pass:
// beyond it nobody has ever understood one at first reading. Where the monsters
// of other projects live is in the CLI's main, the sync loop and the suite's Run.
const (
	wantFunction, maxFunction = 70, 100
	wantFile, maxFile         = 500, 700
)

// TestNothingIsTooLongToRead fails for monsters and reports what grows into one.
func TestNothingIsTooLongToRead(t *testing.T) {
	holds(t, func(r *tree) []string { return r.longer(maxFunction, maxFile) })
	for _, long := range ours(t).longer(wantFunction, wantFile) {
		t.Log(long)
	}
}

func (t *tree) longer(function, file int) (long []string) {
	for _, s := range t.code {
		if n := bytes.Count(t.files[s.name], []byte("\n")); n > file {
			long = append(long, fmt.Sprintf("%s has %d lines, the limit is %d: give what it does besides a file of its own name", s.name, n, file))
		}
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if n := t.set.Position(f.End()).Line - t.set.Position(f.Pos()).Line + 1; n > function {
					long = append(long, fmt.Sprintf("%s: %s has %d lines, the limit is %d: name its parts", t.at(f.Pos()), f.Name.Name, n, function))
				}
			}
		}
	}
	return long
}
