package architecture

import (
	"bytes"
	"fmt"
	"go/ast"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/function"
)

// thin is how many lines a function's main.go may have.
const thin = 25

// TestEveryTaskHasItsFunction compares the three places that a function is named
// in: the definitions, functions/ and function.Steps.
func TestEveryTaskHasItsFunction(t *testing.T) {
	handlers := function.Steps{}.Handlers()
	holds(t, func(t *tree) []string { return functions(t, slices.Sorted(maps.Keys(handlers))) })
}

// The integrations that a Task may use besides calling a function by its ARN.
const (
	startExecution = "arn:aws:states:::states:startExecution"
	awaitToken     = "arn:aws:states:::lambda:invoke.waitForTaskToken"
)

// function is what a Task calls: its Resource, or the FunctionName of one that
// waits for a token.
func (s state) function() string {
	if s.text("Resource") != awaitToken {
		return s.text("Resource")
	}
	parameters, _ := s.fields["Parameters"].(map[string]any)
	name, _ := parameters["FunctionName"].(string)
	return name
}

var functionARN = regexp.MustCompile(`^\$\{([A-Z]\w*)FunctionArn\}$`)

func functions(t *tree, handlers []string) (broken []string) {
	defined, folders := map[string]bool{}, map[string]bool{}
	for _, s := range t.states() {
		if s.text("Type") != "Task" {
			continue
		}
		if s.text("Resource") == startExecution {
			continue // no function, but AWS itself
		}
		found := functionARN.FindStringSubmatch(s.function())
		if found == nil {
			broken = append(broken, fmt.Sprintf("%s calls %s: name a function as ${LoadFunctionArn}, so that both runtimes can put their own in", s.at, s.text("Resource")))
			continue
		}
		defined[strings.ToLower(found[1][:1])+found[1][1:]] = true
	}
	for _, s := range t.code {
		if path.Dir(s.folder) == "functions" && !s.test {
			folders[path.Base(s.folder)] = true
			broken = append(broken, t.notThin(s)...)
		}
	}
	all := maps.Clone(defined)
	maps.Copy(all, folders)
	for _, h := range handlers {
		all[h] = true
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, place := range []struct {
			has bool
			add string
		}{
			{defined[name], fmt.Sprintf("a Task of statemachine/*.asl.json that calls ${%sFunctionArn}", strings.ToUpper(name[:1])+name[1:])},
			{folders[name], fmt.Sprintf("a folder functions/%s with a main.go", name)},
			{slices.Contains(handlers, name), fmt.Sprintf("a line %q in internal/function/steps.go", name)},
		} {
			if !place.has {
				broken = append(broken, fmt.Sprintf("the function %s lacks %s: the flow is the same in both runtimes only if each has all of it", name, place.add))
			}
		}
	}
	return broken
}

// notThin finds what a function's main.go does besides naming its own handler.
func (t *tree) notThin(s source) (broken []string) {
	name := path.Base(s.folder)
	const instead = "steps are tested in process: put it into internal/migration or internal/function"
	if lines := bytes.Count(t.files[s.name], []byte("\n")); lines > thin {
		broken = append(broken, fmt.Sprintf("%s has %d lines, at most %d are thin; %s", s.name, lines, thin, instead))
	}
	var own bool
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name != "main" || len(n.Body.List) != 1 {
				broken = append(broken, fmt.Sprintf("%s: %s is more than one statement in main; %s", t.at(n.Pos()), n.Name.Name, instead))
			}
		case *ast.SelectorExpr:
			own = own || strings.EqualFold(n.Sel.Name, name)
		}
		return true
	})
	if !own {
		broken = append(broken, fmt.Sprintf("%s does not name the handler %q: is it the copy of another?", s.name, name))
	}
	return broken
}
