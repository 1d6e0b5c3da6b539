package architecture

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A part is a folder of the tree, with what its packages may import of ours
// besides each other. The longest folder that a package lies in counts. * is any
// one folder and x/... is x with all below it.
type part struct {
	folder string
	may    []string
	why    string
}

const (
	model    = "internal/helpdesk"
	contract = "connectors"
)

// adapter is why an adapter sees its port and nothing else.
const adapter = "an adapter keeps the promises of its port, by what one runtime has"

// parts is the picture of docs/architecture.md as a table, from the bottom up.
var parts = []part{
	{model, nil, "the model is what everything else agrees on"},
	{"internal/release", nil, "both runtimes say the same of what they are"},
	{"internal/usage", nil, "whoever asks somebody counts it, and knows nobody who reads it"},
	{"internal/audit", nil, "the log is a witness and must not depend on what it watches"},
	{"internal/keyring", nil, "whoever holds keys knows no content"},
	{"internal/ledger", []string{model, "internal/usage"}, "the ledger keeps references and counts; what they mean is the steps' business"},
	{"internal/audit/dynamodb", []string{"internal/audit"}, adapter},
	{"internal/keyring/local", []string{"internal/keyring"}, adapter},
	{"internal/keyring/kms", []string{"internal/keyring"}, adapter},
	{"internal/keyring/dynamodb", []string{"internal/keyring"}, adapter},
	{"internal/ledger/sqlite", []string{"internal/ledger"}, adapter},
	{"internal/ledger/dynamodb", []string{"internal/ledger"}, adapter},
	{"internal/staging", []string{model, "internal/keyring"}, "staging moves sealed bytes and asks the keyring for one right at a time"},
	{"internal/staging/s3", []string{"internal/staging"}, adapter},

	{contract, []string{model}, "the contract speaks of the model only, so that anybody can write a connector"},
	{"connectors/origin", []string{contract, model}, "what is said of a date is the same for every platform that takes none"},
	{"connectors/markup", []string{model}, "what HTML says is the same for every platform that keeps it"},
	{"connectors/spool", []string{contract, model}, "that bytes are those that were read is looked at before they are sent, whoever gets them"},
	{"connectors/window", []string{contract}, "the place of a reading is times and numbers, whatever is read"},
	{"connectors/rest/resttest", []string{contract, model}, "a recorded help desk is for tests of connectors"},
	{"connectors/rest", []string{contract, "internal/usage"}, "how to ask an HTTP API has nothing to do with what is asked; that it was asked is counted"},
	{"connectors/*", []string{contract, model, "connectors/rest", "connectors/origin", "connectors/markup", "connectors/spool", "connectors/window"},
		"a connector sees contract and model, and what all of a kind share: no key, no ledger, no policy, no other connector"},
	{"connectors/list/hosted", []string{contract, "connectors/*"}, "of the connectors that need no machine of their own, the deployed form carries all and nothing more"},
	{"connectors/list", []string{contract, "connectors/*", "connectors/list/hosted"}, "the list is the one place that knows all connectors"},

	{"internal/budget", []string{contract, "internal/ledger"}, "what an account answers is shared out by what connectors are told, in rows; who asks and for what is others' business"},

	{"internal/mapping", []string{model}, "a mapping is data, and how it is applied to a record"},
	{"internal/privacy", []string{model, "internal/keyring"}, "the engine turns records into records and asks the keyring for pseudonyms only"},
	{"internal/privacy/files", []string{model, "internal/keyring", "internal/privacy"}, "a file is taken apart and put together here; what goes out of its texts the engine says"},
	{"internal/privacy/risk", nil, "figures are computed from columns, whatever they mean"},
	{"internal/plan", []string{contract, model, "internal/mapping", "internal/privacy"}, "a plan is data: what it decides, others do"},
	{"internal/evidence", []string{model}, "evidence renders what it is handed, so that it can be checked without the system that wrote it"},
	{"internal/evidence/html", []string{"internal/evidence"}, "what gives pages their looks knows nothing but pages, and is linked by those who write them"},
	{"internal/migration", []string{contract, model, "internal/audit", "internal/evidence", "internal/keyring", "internal/ledger",
		"internal/mapping", "internal/plan", "internal/privacy", "internal/privacy/files", "internal/privacy/risk", "internal/staging", "internal/usage"}, "a step knows no runtime and no platform"},
	{"internal/cost", []string{"internal/ledger", "internal/usage"}, "what a run costs follows from counts and a list of prices"},
	{"internal/cost/metertest", []string{"internal/audit", "internal/keyring", "internal/ledger", "internal/staging", "internal/usage"},
		"a meter stands at the ports, and counts what their adapters would ask for"},

	{"statemachine", nil, "the definition is data for both runtimes"},
	{"internal/workflow", nil, "the interpreter knows the language and not our flow, as AWS's does"},
	{"internal/function", []string{"internal/migration", "internal/usage"}, "a function is a step behind JSON, the same in both runtimes"},
	{"internal/api", []string{model, "internal/ledger"},
		"the API knows what goes over the wire and what a runtime offers, and neither the steps nor what renders documents: function api stays small"},
	{"internal/web", []string{model, "internal/api"}, "the page shows what the API tells, and knows no runtime"},
	{"internal/embedded", []string{contract, model, "connectors/list", "internal/api", "internal/audit", "internal/budget", "internal/cost", "internal/evidence/...", "internal/function", "internal/keyring/...",
		"internal/ledger/...", "internal/migration", "internal/plan", "internal/staging", "internal/workflow", "statemachine"},
		"wiring is in one place for each runtime, and platforms reach it through the list"},

	{"internal/sdkhttp", nil, "how a request is sent has nothing to do with what it asks"},
	{"internal/deployed", []string{"internal/sdkhttp", contract, model, "connectors/list/hosted", "internal/audit/...", "internal/budget", "internal/embedded", "internal/evidence/...", "internal/function", "internal/keyring/...",
		"internal/ledger/...", "internal/migration", "internal/plan", "internal/release", "internal/staging/...", "internal/usage", "internal/workflow", "statemachine"},
		"the wiring of the other runtime; its test runs the definition, and the embedded runtime beside it"},
	{"internal/deployed/backend", []string{"internal/api/...", "internal/budget", "internal/cost", "internal/deployed", model, "internal/function", "internal/ledger", "internal/migration", "internal/plan"},
		"what AWS offers to the API: it starts executions and reads what they left, and only function api carries it"},
	{"functions", nil, "the test of all functions runs them as Lambda does"},
	{"functions/*", []string{"internal/deployed/...", "internal/evidence/html"}, "a function's main names its handler and knows nothing else"},
	{"cmd/*", []string{contract, model, "connectors/list", "internal/api/...", "internal/web", "internal/budget", "internal/cost", "internal/embedded", "internal/evidence", "internal/keyring/...", "internal/ledger",
		"internal/migration", "internal/plan", "internal/privacy", "internal/privacy/lines", "internal/privacy/risk", "internal/release"}, "a command reads plans and shows results; the runtime does the rest"},

	{"internal/agreement", []string{"internal/workflow", "statemachine"}, "two ways to run the definitions are compared, and nothing of what they do"},
	{"internal/infra", []string{"internal/api/...", "internal/cost", "internal/deployed", "internal/function", "internal/keyring", "internal/migration", "internal/workflow", "statemachine"},
		"the template is data; its tests compare it with what the code holds"},
	{"internal/scale", []string{model, "internal/cost", "internal/ledger", "internal/migration", "internal/workflow", "statemachine"},
		"how large a migration can be is computed, and tried on the definition"},
	{"internal/sample", []string{model}, "the sample accounts are data for everybody's tests"},
	{"internal/simulator", nil, "a stand-in of a platform knows neither contract nor connector: what both believed wrongly, nobody would find"},
	{"internal/simulator/readingtest", []string{contract, model, "internal/simulator"}, "how a connector reads an account at work is the same for every platform, and stands apart from both"},
	{"internal/peers/faults", nil, "what stands between us and a help desk knows neither"},
	{"internal/peers", []string{contract, model, "internal/sample", "internal/sdkhttp"}, "whoever recounts what arrived must not believe those who wrote it"},
	{"internal/infra/lint", []string{"internal/infra", "internal/peers"}, "the linters are peers: installed once and asked"},
	{"internal/rivals", []string{contract, model, "connectors/...", "internal/audit", "internal/budget", "internal/embedded", "internal/ledger/sqlite", "internal/migration", "internal/plan"},
		"another engine is measured beside our own parts, as a run puts them together"},
	{"internal/live", []string{contract, model, "connectors/...", "internal/evidence", "internal/migration", "internal/peers/...", "internal/sample"},
		"the live tests drive the program as people do, and read its reports"},
	{"internal/e2e", []string{contract, model, "internal/api", "internal/cost", "internal/evidence", "internal/infra", "internal/live/...", "internal/migration", "internal/peers/...", "internal/sample"},
		"the deployed system is driven as people do, and its reports are read"},
	{"internal/architecture", []string{"connectors/...", "internal/...", "statemachine"}, "the rules look at everything"},
}

// aids are what any test may import besides: desks, data, suites, keys and budgets.
var aids = []string{model, contract, "connectors/archive", "connectors/memory", "connectors/conformance", "internal/sample",
	"connectors/rest/resttest", "internal/budget", "internal/simulator/...", "internal/peers/...", "internal/*/*test", "internal/keyring/*"}

// onlyTests are the packages that nothing but tests and each other may import.
var onlyTests = []string{"connectors/conformance", "internal/sample/...", "internal/architecture", "internal/*/*test", "connectors/*/*test",
	"internal/simulator/...", "internal/peers/...", "internal/agreement/...", "internal/rivals", "internal/live", "internal/e2e", "internal/infra/..."}

func TestArrowsPointOneWay(t *testing.T) { holds(t, arrows) }

func arrows(t *tree) (broken []string) {
	for _, s := range t.code {
		of, ok := partOf(s.folder)
		if !ok {
			broken = append(broken, fmt.Sprintf("%s: no part of the design holds %s. Say in parts (internal/architecture/arrows_test.go) "+
				"what it may import and why.", s.name, s.folder))
			continue
		}
		for _, i := range s.syntax.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			if to, mine := strings.CutPrefix(name, module); mine && !of.allows(s, to) {
				broken = append(broken, fmt.Sprintf("%s: %s imports %s. The rule: %s. It may import: %s. "+
					"Take what is needed as a small interface and let internal/embedded hand it in. If the design has changed, "+
					"change parts in internal/architecture/arrows_test.go and say why in docs/decisions.",
					t.at(i.Pos()), s.folder, to, of.why, orNothing(of.may)))
			}
		}
	}
	return broken
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing of ours"
	}
	return strings.Join(names, ", ")
}

// TestPartsStandFromTheBottomUp makes sure that the table itself allows no arrow
// upwards, and names nothing that is gone.
func TestPartsStandFromTheBottomUp(t *testing.T) {
	folders := ours(t).folders()
	for i, p := range parts {
		if !slices.ContainsFunc(folders, func(f string) bool { return lies(f, p.folder) }) {
			t.Errorf("there is no package %s any more: take it out of parts", p.folder)
		}
		for _, above := range parts[i+1:] {
			below := lies(p.folder, above.folder+"/...") // a pattern may reach the folder it lies in; a circle is none to Go
			if !below && liesInAny(above.folder, p.may) {
				t.Errorf("%s may import %s, which stands above it: arrows point down only", p.folder, above.folder)
			}
		}
	}
}

// partOf finds the part with the longest folder that a package lies in.
func partOf(folder string) (found part, ok bool) {
	for _, p := range parts {
		if lies(folder, p.folder+"/...") && len(p.folder) > len(found.folder) {
			found, ok = p, true
		}
	}
	return found, ok
}

// allows reports whether a file may import a package of ours.
func (p part) allows(s source, to string) bool {
	if s.test && liesInAny(to, aids) {
		return true
	}
	if !s.test && liesInAny(to, onlyTests) && !liesInAny(s.folder, onlyTests) {
		return false
	}
	of, _ := partOf(to)
	within := of.folder == p.folder && !strings.Contains(p.folder, "*") // what * stands for are parts of their own
	return within || lies(to, s.folder+"/...") || liesInAny(to, p.may)
}

// lies reports whether a folder fits a pattern of parts.
func lies(folder, pattern string) bool {
	above, below := strings.CutSuffix(pattern, "/...")
	for {
		if ok, _ := path.Match(above, folder); ok {
			return true
		}
		if folder = path.Dir(folder); !below || folder == "." {
			return false
		}
	}
}

func liesInAny(folder string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return lies(folder, p) })
}
