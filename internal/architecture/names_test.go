package architecture

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/migration"
)

// A fate is what becomes of a run in which a step fails by a name.
type fate string

const (
	retried fate = "retried by every Task that it can occur in" // it may go well the next time
	caught  fate = "caught"                                     // the flow has states for it
	ends    fate = "ends the run"                               // a person must act: finish records it, resume goes on
)

// fates says of every name what the definitions must do with it, and why.
var fates = map[migration.Name]struct {
	fate fate
	why  string
}{
	migration.SourceUnavailable: {retried, "platforms come back"},
	migration.TargetUnavailable: {retried, "platforms come back, and load probes for what it did"},
	migration.LeaseTaken:        {retried, "a run of a schedule waits for the one before it"},
	migration.StorageFailed:     {retried, "a conflict or a throttled store is over in seconds"},

	migration.ApprovalRefused: {caught, "what was staged is destroyed before the run ends"},
	migration.GateClosed:      {caught, "what was staged is destroyed before the run ends"},
	migration.NoRemover:       {caught, "a demo begins all the same, beside what the last one created"},
	migration.NotVerified:     {caught, "the differences are written down before the run ends"},

	migration.PlanInvalid:      {ends, "the same plan is as wrong the next time"},
	migration.PlanChanged:      {ends, "somebody must agree to the new plan"},
	migration.MigrationClosed:  {ends, "what was destroyed does not come back"},
	migration.AccessDenied:     {ends, "repeated refusals lock accounts"},
	migration.TargetUnprepared: {ends, "somebody has to set something up in the target"},
	migration.TargetMails:      {ends, "customers hear of old tickets until somebody switches that off"},
	migration.StagingCorrupt:   {ends, "somebody changed an object: it must be looked at"},
	migration.KeyForgotten:     {ends, "a destroyed key does not come back"},
	migration.LedgerLost:       {ends, "adopting what the target holds is a decision"},
	migration.LeaseLost:        {ends, "another run is at work"},
	migration.DemoLimited:      {ends, "the hour or the number is used up, and no waiting of minutes helps"},
	migration.Aborted:          {ends, "somebody wanted it; finish gives it this name"},
	migration.Internal:         {ends, "a fault of ours repeats itself"},
}

func TestEveryFailureMeetsItsFate(t *testing.T) {
	for _, n := range migration.Names() {
		if _, ok := fates[n]; !ok {
			t.Errorf("nobody said what becomes of a run that fails by %s: say it in fates (internal/architecture/names_test.go) and in the definition", n)
		}
	}
	for n := range fates {
		if !slices.Contains(migration.Names(), n) {
			t.Errorf("%s is in fates and not in migration.Names()", n)
		}
	}
	holds(t, fated)
}

// asks says which help desks the step behind a function speaks to. A Retry on the
// failure of one that it never asks is a promise that nobody keeps.
var asks = map[string][]migration.Name{
	"Plan":      {migration.SourceUnavailable, migration.TargetUnavailable},
	"Extract":   {migration.SourceUnavailable},
	"Anonymize": {migration.TargetUnavailable}, // for the words that it takes
	"Load":      {migration.TargetUnavailable},
	"Verify":    {migration.TargetUnavailable},
}

// meets reports whether a failure can occur in the step that a Task calls. What
// only lists segments asks no desk; only what begins a run can find another there.
func (s state) meets(n migration.Name) bool {
	found := functionARN.FindStringSubmatch(s.function())
	if n == migration.LeaseTaken {
		return path.Base(s.at) == "Plan"
	}
	if found == nil || n != migration.SourceUnavailable && n != migration.TargetUnavailable {
		return found != nil
	}
	parameters, _ := s.fields["Parameters"].(map[string]any)
	if parameters["recall"] == true { // asks the source again, by key
		return n == migration.SourceUnavailable
	}
	if parameters["erasures"] == true { // likewise, and has it pass the policy
		return true
	}
	return parameters["list"] != true && slices.Contains(asks[found[1]], n)
}

// fated compares fates with the definitions.
func fated(t *tree) (broken []string) {
	catchers := map[string]bool{}
	for _, s := range t.states() {
		retry, catch := s.errors("Retry"), s.errors("Catch")
		for _, name := range slices.Sorted(maps.Keys(fates)) {
			f := fates[name]
			should := f.fate == retried && s.meets(name)
			if is := slices.Contains(retry, string(name)); s.text("Type") == "Task" && is != should {
				broken = append(broken, fmt.Sprintf("%s: retried is %t, but %s is to be %s, because %s. Change its Retry, or fates and asks in "+
					"internal/architecture/names_test.go", s.at, is, name, f.fate, f.why))
			}
			if slices.Contains(catch, string(name)) {
				catchers[string(name)] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fates)) {
		if f := fates[name]; catchers[string(name)] != (f.fate == caught) {
			broken = append(broken, fmt.Sprintf("a definition catches %s: %t, but it is to be %s, because %s", name, catchers[string(name)], f.fate, f.why))
		}
	}
	return broken
}

// alreadyStarted is what states:startExecution calls a name that is taken.
const alreadyStarted = "StepFunctions.ExecutionAlreadyExistsException"

// occurring are the names of the language that a state of a type can meet. A
// Retry on another is a promise that nobody keeps: States.Runtime ends an
// execution whatever its Catch says, States.DataLimitExceeded takes 256 KiB.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
var occurring = map[string][]string{
	"Task": append([]string{"States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout", "Lambda.Unknown", alreadyStarted}, transient...),
	"Map":  {"States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.ResultWriterFailed", "States.TaskFailed"},
}

func TestDefinitionsNameOnlyErrorsThatOccur(t *testing.T) { holds(t, errorNames) }

func errorNames(t *tree) (broken []string) {
	const list = "internal/migration/failure.go has the list; Step Functions compares names letter by letter and never says that none fits"
	for _, s := range t.states() {
		named := append(s.errors("Retry"), s.errors("Catch")...)
		if s.text("Type") == "Fail" {
			named = append(named, s.text("Error"))
		}
		parameters, _ := s.fields["Parameters"].(map[string]any)
		if failure, ok := parameters["failure"].(string); ok {
			named = append(named, failure)
		}
		for _, n := range named {
			if !slices.Contains(migration.Names(), migration.Name(n)) && !slices.Contains(occurring[s.text("Type")], n) {
				broken = append(broken, fmt.Sprintf("%s: no error of the name %s can occur in it. %s", s.at, n, list))
			}
		}
	}
	return broken
}

func TestTheListOfFailuresIsClosed(t *testing.T) { holds(t, closed) }

// closed compares the constants of the type Name with what Names lists, and
// finds names that are made up elsewhere.
func closed(t *tree) (broken []string) {
	const file = "internal/migration/failure.go"
	for _, s := range t.code {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if of, ok := n.Type.(*ast.Ident); ok && s.name == file && of.Name == "Name" && len(n.Values) == 1 && !listed(n.Values[0]) {
					broken = append(broken, fmt.Sprintf("%s: %s is not in Names(): the definitions are not compared with it", t.at(n.Pos()), n.Names[0]))
				}
			case *ast.CallExpr:
				if of := callee(n); (of == "migration.Name" || s.folder == "internal/migration" && of == "Name") && len(n.Args) == 1 {
					if _, literal := n.Args[0].(*ast.BasicLit); literal {
						broken = append(broken, fmt.Sprintf("%s makes up the name of a failure: add a constant to %s", t.at(n.Pos()), file))
					}
				}
			}
			return true
		})
	}
	return broken
}

func listed(value ast.Expr) bool {
	literal, ok := value.(*ast.BasicLit)
	if !ok {
		return false
	}
	name, _ := strconv.Unquote(literal.Value)
	return slices.Contains(migration.Names(), migration.Name(name))
}

// callee is how a call names what it calls: fmt.Errorf, failf.
func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return strings.Join([]string{x.Name, f.Sel.Name}, ".")
		}
	}
	return ""
}
