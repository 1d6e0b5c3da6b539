package architecture

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/workflow"
)

type files = map[string]string

// importing is a Go file that imports packages, ours by their folder.
func importing(packages ...string) string {
	text := "package p\n"
	for _, p := range packages {
		if partHas(p) {
			p = module + p
		}
		text += "import _ \"" + p + "\"\n"
	}
	return text
}

func partHas(folder string) bool { _, ok := partOf(folder); return ok }

// A fault is a tree of a file or two that breaks a rule, or, where want is empty,
// keeps it.
type fault struct {
	rule  rule
	files files
	want  string // in one of the sentences
}

const ok = ""

func TestEveryRuleOfTheCodeFindsWhatItIsFor(t *testing.T) {
	connector := `package rt; var Connector = connectors.Connector{Name: "rt", Source: open}`
	for name, f := range map[string]fault{
		"upwards":        {arrows, files{"internal/ledger/a.go": importing("internal/migration")}, "internal/ledger imports internal/migration"},
		"downwards":      {arrows, files{"internal/migration/a.go": importing("internal/ledger", "fmt")}, ok},
		"sideways":       {arrows, files{"connectors/csv/a.go": importing("connectors/archive")}, "no other connector"},
		"to the keys":    {arrows, files{"connectors/rt/a_test.go": importing("internal/keyring")}, "connectors/rt imports internal/keyring"},
		"suite shipped":  {arrows, files{"internal/migration/a.go": importing("internal/ledger/storetest")}, "imports internal/ledger/storetest"},
		"suite in test":  {arrows, files{"connectors/rt/a_test.go": importing("connectors/conformance", "connectors/rt")}, ok},
		"a part unknown": {arrows, files{"internal/utils/a.go": importing()}, "no part of the design holds internal/utils"},

		"a template":          {libraries, files{"internal/plan/a.go": importing("text/template")}, "internal/plan imports text/template"},
		"a template in cmd":   {libraries, files{"cmd/safeconduct/a.go": importing("text/template")}, ok},
		"a socket":            {libraries, files{"internal/embedded/a.go": importing("net/http")}, "opens no socket"},
		"an address":          {libraries, files{"internal/embedded/a.go": importing("net/url")}, ok},
		"a log":               {libraries, files{"internal/migration/a.go": importing("log/slog")}, "imports log/slog"},
		"a database of steps": {libraries, files{"internal/migration/a.go": importing("database/sql")}, "add a method to the store"},

		"not in the list": {listedConnectors, files{"connectors/rt/a.go": connector}, "is not in connectors/list"},
		"no suite":        {listedConnectors, files{"connectors/rt/a.go": connector}, "no test of its folder calls conformance.Source"},
		"listed, tested": {listedConnectors, files{"connectors/rt/a.go": connector, "connectors/list/list.go": "package list; var all = rt.Connector",
			"connectors/rt/a_test.go": "package rt; func f() { conformance.Source(t, x) }"}, ok},
		"another name": {listedConnectors, files{"connectors/rt5/a.go": connector}, `has no var Connector with Name: "rt5"`},

		"a silent package":   {packageComments, files{"internal/plan/a.go": "package plan"}, "internal/plan has no package comment"},
		"an unclear promise": {undocumented, files{"internal/ledger/a.go": "package ledger\ntype Store interface{}\nfunc (s *SQLite) Put() {}"}, "Put has no comment"},
		"a promise above":    {undocumented, files{"internal/ledger/a.go": "package ledger\n// A Store puts.\ntype Store interface{ Put() }\nfunc (s *SQLite) Put() {}"}, ok},
		"not in the picture": {picture, files{"internal/rights/a.go": "package rights", page: "internal/plan"}, "does not name internal/rights"},

		"a path of ours":  {func(t *tree) []string { return traces(t, "/srv/ci/checkout") }, files{"README.md": "x\ncd /srv/ci/checkout/bin"}, "README.md:2"},
		"a registry":      {func(t *tree) []string { return traces(t, "/") }, files{"Makefile": "GOPROXY=https://mirror.example"}, "Makefile:1"},
		"a note":          {later, files{"internal/plan/a.go": "package plan // TO" + "DO"}, "internal/plan/a.go:1"},
		"a skip":          {skips, files{"internal/plan/a_test.go": "package plan\nfunc f() { t.Skipf(\"\") }"}, "f may be skipped"},
		"a skip for data": {skips, files{"internal/plan/a_test.go": "package plan\nfunc f() { get(\"SAFECONDUCT_SHARED\"); get(\"CI\"); t.Skip() }"}, ok},
		"a random case":   {findings, files{"internal/plan/testdata/rapid/TestA/1.fail": ""}, "once failed"},
		"a monster":       {func(t *tree) []string { return t.longer(9, 99) }, files{"a.go": "package a\nfunc f() {" + strings.Repeat("\n", 9) + "}"}, "f has 10 lines"},
	} {
		t.Run(name, func(t *testing.T) { f.finds(t) })
	}
}

func TestEveryRuleOfTheFlowFindsWhatItIsFor(t *testing.T) {
	const most = `"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"`
	definition := func(states string) files {
		return files{"statemachine/a.asl.json": `{"StartAt": "A", "States": {` + states + `}}`}
	}
	tasked := func(handlers ...string) rule { return func(t *tree) []string { return functions(t, handlers) } }
	main := "// Load loads.\npackage main\nfunc main() { start(\"load\") }\n"
	for name, f := range map[string]fault{
		"another language": {parses, definition(`"A": {"Type": "Succeed", "Assign": {}}`), "Assign"},
		"no time-out":      {tasks, definition(`"A": {"Type": "Task", "Retry": [{"ErrorEquals": [` + most + `, "Lambda.TooManyRequestsException"]}]}`), "TimeoutSeconds is <nil>"},
		"no retry":         {tasks, definition(`"A": {"Type": "Task", "TimeoutSeconds": 60, "Retry": [{"ErrorEquals": [` + most + `]}]}`), "does not retry Lambda.TooManyRequests"},
		"a map unbounded":  {distributed, definition(`"A": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}}`), "has no ResultWriter"},
		"a loop on input": {loops, definition(`"A": {"Type": "Task", "ResultPath": "$.result", "Next": "B"},
			"B": {"Type": "Choice", "Choices": [{"Variable": "$.other.done", "Next": "C"}], "Default": "A"}, "C": {"Type": "Succeed"}`), "A → B can't end"},
		"a loop on a result": {loops, definition(`"A": {"Type": "Task", "ResultPath": "$.result", "Next": "B"},
			"B": {"Type": "Choice", "Choices": [{"Variable": "$.result.done", "Next": "C"}], "Default": "A"}, "C": {"Type": "Succeed"}`), ok},
		"a loop that does not count": {loops, definition(`"A": {"Type": "Pass", "Parameters": {"next.$": "$.next"}, "Next": "B"},
			"B": {"Type": "Choice", "Choices": [{"Variable": "$.next", "Next": "C"}], "Default": "A"}, "C": {"Type": "Succeed"}`), "A → B can't end"},
		"a subject":           {parameters, definition(`"A": {"Type": "Pass", "Parameters": {"subject.$": "$.run"}}`), `passes on the key "subject"`},
		"a path to a subject": {parameters, definition(`"A": {"Type": "Pass", "Parameters": {"run.$": "States.Format('{}', $.raw.subject)"}}`), `leads to the key "subject"`},
		"a name of nobody":    {parameters, definition(`"A": {"Type": "Pass", "Parameters": {"name.$": "$.phase.name"}}`), `passes on the key "name"`},

		"a name misspelt":     {errorNames, definition(`"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestException"]}]}`), "Lambda.TooManyRequestException"},
		"a name out of place": {errorNames, definition(`"A": {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "B"}]}`), "States.ItemReaderFailed"},
		"an end of no name":   {errorNames, definition(`"A": {"Type": "Fail", "Error": "Oops"}`), "Oops"},
		"retry what is final": {fated, definition(`"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["LedgerLost"]}]}`), "LedgerLost is to be ends the run"},
		"a name not listed":   {closed, files{"internal/migration/failure.go": "package migration\nconst Other Name = \"Other\""}, "Other is not in Names()"},
		"a name made up":      {closed, files{"internal/rights/a.go": "package rights\nvar x = migration.Name(\"Other\")"}, "makes up the name"},

		"an expression at the start": {atStart, files{"functions/load/main.go": importing("internal/plan"), "internal/plan/a.go": "package plan\nvar x = regexp.MustCompile(`a`)"}, "put it into a sync.OnceValue"},
		"an expression when needed":  {atStart, files{"functions/load/main.go": importing("internal/plan"), "internal/plan/a.go": "package plan\nvar x = sync.OnceValue(func() any { return regexp.MustCompile(`a`) })"}, ok},
		"an expression elsewhere":    {atStart, files{"cmd/safeconduct/main.go": importing("internal/plan"), "internal/plan/a.go": "package plan\nvar x = regexp.MustCompile(`a`)"}, ok},

		"no handler":    {tasked(), files{"functions/load/main.go": main}, `lacks a line "load" in internal/function/steps.go`},
		"no task":       {tasked("load"), files{"functions/load/main.go": main}, "calls ${LoadFunctionArn}"},
		"no folder":     {tasked("load"), definition(`"A": {"Type": "Task", "Resource": "${LoadFunctionArn}"}`), "lacks a folder functions/load"},
		"a copied main": {tasked(), files{"functions/seal/main.go": main}, `does not name the handler "seal"`},
		"a fat main":    {tasked(), files{"functions/load/main.go": main + "func help() {}\n"}, "help is more than one statement in main"},
	} {
		t.Run(name, func(t *testing.T) { f.finds(t) })
	}
}

func TestTheLinterOfDefinitionsFindsWhatItIsFor(t *testing.T) {
	definition := func(states string) files {
		return files{"statemachine/a.asl.json": `{"StartAt": "A", "States": {` + states + `}}`}
	}
	const await = `"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"`
	const start = `"Type": "Task", "Resource": "arn:aws:states:::states:startExecution"`
	const exists = `"StepFunctions.ExecutionAlreadyExistsException"`
	turning := func(limit string) files {
		return definition(`"A": {"Type": "Task", "ResultPath": "$.result", "Next": "B"}, "C": {"Type": "Succeed"}, "B": {"Type": "Choice", "Default": "A",
			"Choices": [{"Variable": "$.result.done", "BooleanEquals": true, "Next": "C"}` + limit + `]}`)
	}
	for name, f := range map[string]fault{
		"a target that is not there": {parses, definition(`"A": {"Type": "Pass", "Next": "B"}`), `there is no state "B"`},
		"a default not there":        {parses, definition(`"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "C"}], "Default": "B"}, "C": {"Type": "Succeed"}`), `there is no state "B"`},
		"a catch that leads nowhere": {parses, definition(`"A": {"Type": "Task", "Resource": "${XFunctionArn}", "End": true, "Catch": [{"ErrorEquals": ["E"], "Next": "B"}]}`), `there is no state "B"`},
		"a start that is not there":  {parses, files{"statemachine/a.asl.json": `{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}`}, `there is no state "B"`},
		"a state out of reach":       {parses, definition(`"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}`), `no state leads to "B"`},
		"a broken path":              {parses, definition(`"A": {"Type": "Pass", "Parameters": {"run.$": "$.run["}, "End": true}`), "run.$"},
		"a broken function":          {parses, definition(`"A": {"Type": "Pass", "Parameters": {"run.$": "States.MathAdd($.a"}, "End": true}`), "run.$"},
		"an unknown function":        {parses, definition(`"A": {"Type": "Pass", "Parameters": {"run.$": "States.Sum($.a, 1)"}, "End": true}`), "States.Sum"},

		"a substitution of nobody": {substitutions, definition(`"A": {"Type": "Pass", "Result": "${Bucket}"}`), "nobody fills in ${Bucket}"},
		"a substitution of one":    {substitutions, files{"functions/load/main.go": "package main", "statemachine/a.asl.json": `"${LoadFunctionArn}${StagingBucket}"`}, ok},

		"catch what comes":         {catchAlls, definition(`"A": {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ALL"]}]}`), "names States.ALL"},
		"retry what comes":         {catchAlls, definition(`"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["States.TaskFailed"]}]}`), "names States.TaskFailed"},
		"a map that can't go on":   {catchAlls, definition(`"A": {"Type": "Map", "Catch": [{"ErrorEquals": ["States.ItemReaderFailed"]}]}`), "can't be redriven"},
		"a start that is retried":  {catchAlls, definition(`"A": {` + start + `, "Retry": [{"ErrorEquals": ["States.TaskFailed"]}]}`), ok},
		"a question without token": {awaiting, definition(`"A": {` + await + `, "Parameters": {"Payload": {}}}`), "hands on no token"},
		"a question for ever":      {awaiting, definition(`"A": {` + await + `, "Parameters": {"Payload": {"token.$": "$$.Task.Token"}}}`), "no answer is an answer"},
		"a question asked again": {awaiting, definition(`"A": {` + await + `, "Parameters": {"Payload": {"token.$": "$$.Task.Token"}},
			"Catch": [{"ErrorEquals": ["States.Timeout"]}], "Retry": [{"ErrorEquals": ["States.Timeout"]}]}`), "no answer is an answer"},
		"a start without a name": {starting, definition(`"A": {` + start + `, "Parameters": {}}`), "without a name"},
		"a start that must be first": {starting, definition(`"A": {` + start + `, "Parameters": {"Name": "n"}, "Retry": [{"ErrorEquals": [` + exists + `]}],
			"Catch": [{"ErrorEquals": [` + exists + `]}]}`), "as good as started"},
		"a start that may be second": {starting, definition(`"A": {` + start + `, "Parameters": {"Name": "n"}, "Retry": [{"ErrorEquals": [` + exists + `], "MaxAttempts": 0}],
			"Catch": [{"ErrorEquals": [` + exists + `]}]}`), ok},
		"a task that gives up first": {lostAnswers, files{"infra/functions.yaml": "  LoadFunction:\n    Properties:\n      Timeout: 300\n",
			"statemachine/a.asl.json": `{"States": {"A": {"Type": "Task", "Resource": "${LoadFunctionArn}", "TimeoutSeconds": 300}}}`}, "gives up after 300 seconds"},
		"a loop that nobody counts": {counted, turning(""), "nobody counts"},
		"a loop that is counted":    {counted, turning(`, {"Variable": "$.result.loops", "NumericGreaterThanEquals": 9, "Next": "C"}`), ok},
		"a loop too long":           {histories, turning(`, {"Variable": "$.result.loops", "NumericGreaterThanEquals": 3000, "Next": "C"}`), "hand on earlier"},
		"a loop of its length":      {histories, turning(`, {"Variable": "$.result.loops", "NumericGreaterThanEquals": 1000, "Next": "C"}`), ok},
	} {
		t.Run(name, func(t *testing.T) { f.finds(t) })
	}
}

func (f fault) finds(t *testing.T) {
	t.Helper()
	bytes := map[string][]byte{}
	for name, text := range f.files {
		bytes[name] = []byte(text)
	}
	small, err := newTree(bytes)
	if err != nil {
		t.Fatal(err)
	}
	got := f.rule(small)
	said := slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, f.want) })
	if f.want == ok && len(got) > 0 || f.want != ok && !said {
		t.Errorf("the rule says %q, want %q", got, f.want)
	}
}

// TestContentIsFoundInAJournal does the same for what runs leave behind.
func TestContentIsFoundInAJournal(t *testing.T) {
	for data, broken := range map[string]bool{
		`{"run": {"id": "r0001"}, "raw": {"segments": 3}}`:          false,
		`{"phase": {"name": "people"}}`:                             false,
		`{"run": {"name": "people"}}`:                               true, // a name elsewhere
		`{"raw": {"subject": 1}}`:                                   true,
		`{"raw": {"manifest": "Jane Doe"}}`:                         true,
		`{"raw": {"manifest": "jane@example.test"}}`:                true,
		`{"raw": {"manifest": "Jürgen"}}`:                           true,
		`{"documents": ["report.json", "Dear Sir or Madam"]}`:       true,
		`{"raw": {"manifest": "` + strings.Repeat("x", 201) + `"}}`: true,
		`{"refusal": {"Cause": "{\"errorMessage\":\"3 of 4\"}"}}`:   false,
		`{"refusal": {"Cause": "{\"errorMessage\":\"j@x.test\"}"}}`: true,
		`{"kinds": [` + strings.Repeat(`"ticket",`, 4000) + `"x"]}`: true,
	} {
		if got := content(workflow.Entry{Data: json.RawMessage(data)}); (len(got) > 0) != broken {
			t.Errorf("%.80s: found %q, want broken = %t", data, got, broken)
		}
	}
}
