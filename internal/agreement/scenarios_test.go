package agreement

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/statemachine"
)

// A scenario is a run of one of our definitions: what its functions say where that
// is not what they usually say, and how it ends.
type scenario struct {
	definition []byte // statemachine.Migrate unless it says another
	action     string // of maintain
	then       bool   // a run comes after it: here, a forecast
	script     Script
	decision   string // to a run that waits for approval: approved, rejected, or none
	exists     bool   // the next part was started before
	silence    string // seconds that a run waits for approval, 20 unless it says another

	status, err string // how it ends
	parts       int    // executions, 1 unless it says another
	visits      string // states that it is about, which it must enter

	// differs says why the emulator is wrong here: what a run of it looks like is not
	// compared then.
	differs string
}

func says(results ...string) (all []Answer) {
	for _, r := range results {
		all = append(all, Answer{Result: json.RawMessage(r)})
	}
	return all
}

func fails(names ...string) (all []Answer) {
	for _, n := range names {
		all = append(all, Answer{Error: n})
	}
	return all
}

// late answers come when the Task has given up.
func late() []Answer { return []Answer{{Result: json.RawMessage("{}"), Seconds: taskSeconds + 2}} }

// usual is what functions say in a run that goes well; S stands for its name.
var usual = map[string]string{
	"plan": `{"kinds": ["group", "ticket"], "workers": 2, "concurrency": 1, "results": "S/results", "plan_hash": "h", "approval": false, "recall": false,
		"next_part": "S-part-2"}`,
	"extract group":      `{"kind": "group", "done": true, "wait": 0, "records": 1, "broken": 0, "loops": 1}`,
	"extract ticket":     `{"kind": "ticket", "done": true, "wait": 0, "records": 2, "broken": 0, "loops": 1}`,
	"extract list":       `{"manifest": "S/two.jsonl", "segments": 2, "records": 3, "complete": true}`,
	"anonymize 1":        `{"segment": "one", "passed": 1}`,
	"anonymize 2":        `{"segment": "two", "passed": 2}`,
	"anonymize erasures": `{"done": true, "wait": 0, "loops": 1, "changed": false}`,
	"anonymize recall":   `{"done": true, "wait": 0, "loops": 1, "records": 1}`,
	"anonymize list":     `{"phases": [{"name": "groups", "manifest": "S/one.jsonl"}, {"name": "tickets", "manifest": "S/two.jsonl"}], "phase_count": 2, "next": 0, "manifest": "S/two.jsonl", "segments": 2, "records": 3}`,
	"api":                `{"passed": true, "records": 3, "personal": 0, "residual": 0}`,
	"api token":          `{"passed": true, "records": 3, "personal": 0, "residual": 0}`,
	"load groups 1":      `{"segment": "one", "done": true, "wait": 0, "created": 1, "adopted": 0, "records": 1}`,
	"load tickets 1":     `{"segment": "one", "done": true, "wait": 0, "created": 1, "adopted": 0, "records": 1}`,
	"load tickets 2":     `{"segment": "two", "done": true, "wait": 0, "created": 2, "adopted": 0, "records": 2}`,
	"verify 1":           `{"segment": "one", "done": true, "wait": 0, "through": 1, "records": 1, "differences": 0}`,
	"verify 2":           `{"segment": "two", "done": true, "wait": 0, "through": 2, "records": 2, "differences": 0}`,
	"verify census":      `{"counted": true}`,
	"commit":             `{"moved": 2, "held": 0}`,
	"seal":               `{"objects": 9}`,
	"report":             `{"documents": []}`,
	"finish":             `{"outcome": "finished"}`,
	"plan preview":       `{"complete": true, "records": 3, "done": true}`,
	"verify recheck":     `{"done": true, "wait": 0, "loops": 1, "next_part": "S-part-2", "records": 3}`,
	"seal closing":       `{"done": true, "wait": 0, "loops": 1, "next_part": "S-part-2", "records": 3}`,
	"report closing":     `{"documents": []}`,
	"load rollback":      `{"done": true, "wait": 0, "loops": 1, "next_part": "S-part-2", "records": 3}`,
}

var scenarios = map[string]scenario{
	"success": {status: "SUCCEEDED", visits: "Plan ExtractKinds Extract MoreToRead KindRead ListRaw AllRead AnythingRead Anonymize ListClean Gate ApprovalAsked AnythingToLoad CountLooks LookForErased AnybodyErased PhasesLeft " +
		"NextPhase LoadPhase Verify Census Commit Seal Report Finish Done AnonymizeSegment Load MoreToLoad Loaded VerifySegment MoreToVerify Verified"},
	"nothing-new": {status: "SUCCEEDED", visits: "AnythingRead ListClean AnythingToLoad Census", script: Script{
		"extract list":   says(`{"manifest": "S/none.jsonl", "segments": 0, "records": 0, "complete": true}`),
		"anonymize list": says(`{"phases": [], "phase_count": 0, "next": 0, "manifest": "S/none.jsonl", "segments": 0, "records": 0}`)}},
	"delta": {status: "SUCCEEDED", visits: "AnythingToRecall CountRecalls Recall MoreToRecall RecallLater ListRaw Done", script: Script{
		"plan": says(strings.Replace(usual["plan"], `"recall": false`, `"recall": true`, 1)),
		"anonymize recall": append(fails("SourceUnavailable"), says(`{"done": false, "wait": 1, "loops": 1, "records": 1}`, `{"done": false, "wait": 0, "loops": 2, "records": 1}`,
			usual["anonymize recall"])...)}},
	"erasures": {status: "SUCCEEDED", visits: "LookForErased AnybodyErased LookLater LoadAnew PhasesLeft Done", script: Script{
		"anonymize erasures": append(fails("SourceUnavailable"), says(usual["anonymize erasures"], `{"done": false, "wait": 1, "loops": 2, "changed": false}`,
			`{"done": false, "wait": 0, "loops": 50, "changed": false}`, `{"done": true, "wait": 0, "loops": 1, "changed": true, "clean": `+usual["anonymize list"]+`}`, usual["anonymize erasures"],
			usual["anonymize erasures"], usual["anonymize erasures"])...)}},
	"pauses": {status: "SUCCEEDED", visits: "ReadLater LoadLater VerifyLater", script: Script{
		"extract ticket": says(`{"kind": "ticket", "done": false, "wait": 1, "records": 1, "broken": 0, "loops": 1}`,
			`{"kind": "ticket", "done": false, "wait": 0, "records": 1, "broken": 0, "loops": 2}`, `{"kind": "ticket", "done": true, "wait": 0, "records": 0, "broken": 0, "loops": 3}`),
		"load tickets 2": says(`{"segment": "two", "done": false, "wait": 1, "created": 1, "adopted": 0, "records": 2}`,
			`{"segment": "two", "done": false, "wait": 0, "created": 0, "adopted": 0, "records": 2}`, usual["load tickets 2"]),
		"verify 1": says(`{"segment": "one", "done": false, "wait": 1, "through": 0, "records": 1, "differences": 0}`, usual["verify 1"])}},

	"retries": {status: "SUCCEEDED", script: Script{
		"plan":           append(fails("SourceUnavailable", "TargetUnavailable", "StorageFailed"), says(usual["plan"])...),
		"extract ticket": append(fails("SourceUnavailable"), says(usual["extract ticket"])...),
		"anonymize 2":    append(fails("StorageFailed"), says(usual["anonymize 2"])...),
		"load tickets 1": append(fails("TargetUnavailable", "TargetUnavailable"), says(usual["load tickets 1"])...),
		"commit":         append(fails("StorageFailed"), says(usual["commit"])...)}},
	"late-answer": {status: "SUCCEEDED", visits: "Commit Seal", script: Script{"commit": append(late(), says(usual["commit"])...)}},
	"no-answer":   {status: "FAILED", err: "States.Timeout", visits: "Commit", script: Script{"commit": late()}},
	"gives-up":    {status: "FAILED", err: "StorageFailed", visits: "Seal", script: Script{"seal": fails("StorageFailed")}},
	"wrong-desk": {status: "FAILED", err: "TargetUnavailable", visits: "Commit", script: Script{ // which commit never asks: nobody retries it
		"commit": append(fails("TargetUnavailable"), says(usual["commit"])...)}},
	"fails-at-once": {status: "FAILED", err: "PlanInvalid", visits: "Plan", script: Script{"plan": fails("PlanInvalid")}},
	"item-fails": {status: "FAILED", err: "States.ExceedToleratedFailureThreshold", visits: "LoadPhase Load", script: Script{
		"load groups 1": fails("AccessDenied")}},
	"kind-fails": {status: "FAILED", err: "AccessDenied", visits: "ExtractKinds Extract", script: Script{"extract ticket": fails("AccessDenied")}},

	"gate-closed": {status: "FAILED", err: "GateClosed", visits: "Gate SealRefused WhyRefused FinishRefused Refused", script: Script{"api": fails("GateClosed")}},
	"not-verified": {status: "FAILED", err: "NotVerified", visits: "Commit ReportDifferences NotVerified", script: Script{
		"commit": fails("NotVerified")}},
	"approved": {status: "SUCCEEDED", visits: "ApprovalAsked AwaitApproval AnythingToLoad PhasesLeft", decision: "approved", script: Script{"plan": approval}},
	"rejected": {status: "FAILED", err: "ApprovalRefused", visits: "AwaitApproval SealRefused WhyRefused FinishUnapproved Unapproved", decision: "rejected",
		script: Script{"plan": approval}},
	"silence": {status: "FAILED", err: "ApprovalRefused", visits: "AwaitApproval FinishUnapproved Unapproved", silence: "2", script: Script{"plan": approval}},

	"continued": {status: "SUCCEEDED", parts: 2, visits: "MoreToRead KindRead AllRead ReadOn Continued", script: Script{
		"extract ticket": append(endless("extract ticket"), says(usual["extract ticket"])...),
		"extract list":   says(`{"manifest": "", "segments": 0, "records": 0, "complete": false}`, usual["extract list"])}},
	"continued-twice": {status: "SUCCEEDED", exists: true, visits: "ReadOn Continued",
		differs: "it calls the error ExecutionAlreadyExists, where AWS says StepFunctions.ExecutionAlreadyExistsException",
		script:  Script{"extract list": says(`{"manifest": "", "segments": 0, "records": 0, "complete": false}`)}},

	"preview": {definition: statemachine.Maintain, action: "preview", status: "SUCCEEDED", visits: "Begin WhatToDo Preview Done"},
	"recheck": {definition: statemachine.Maintain, action: "recheck", status: "SUCCEEDED", visits: "Recheck MoreToCheck CheckLater Done", script: Script{
		"verify recheck": says(`{"done": false, "wait": 1, "loops": 1, "next_part": "S-part-2", "records": 1}`, `{"done": false, "wait": 0, "loops": 2, "next_part": "S-part-2", "records": 2}`, usual["verify recheck"])}},
	"rollback": {definition: statemachine.Maintain, action: "rollback", status: "SUCCEEDED", visits: "Rollback MoreToRemove RemoveLater FinishRollback Done", script: Script{
		"load rollback": append(fails("TargetUnavailable"), says(`{"done": false, "wait": 1, "loops": 1, "next_part": "S-part-2", "records": 1}`, usual["load rollback"])...)}},
	"long-rollback": {definition: statemachine.Maintain, action: "rollback", status: "SUCCEEDED", parts: 2, visits: "MoreToRemove GoOn Done", script: Script{
		"load rollback": append(endless("load rollback"), says(usual["load rollback"])...)}},
	"rollback-refused": {definition: statemachine.Maintain, action: "rollback", status: "FAILED", err: "NoRemover", visits: "Rollback NothingIsRemoved NoRemover",
		script: Script{"load rollback": fails("NoRemover")}},
	"room-for-a-run": {definition: statemachine.Maintain, action: "rollback", then: true, status: "SUCCEEDED", parts: 2, visits: "FinishRollback AnythingAfterIt StartRun Done Preview"},
	"no-room-is-made": {definition: statemachine.Maintain, action: "rollback", then: true, status: "SUCCEEDED", parts: 2, visits: "NothingIsRemoved FinishRollback StartRun Preview",
		script: Script{"load rollback": fails("NoRemover")}},
	"given-up": {definition: statemachine.Maintain, action: "give_up", status: "SUCCEEDED", visits: "GiveUp Done"},
	"closing": {definition: statemachine.Maintain, action: "closing", status: "SUCCEEDED", visits: "Close MoreToDestroy Certify Done", script: Script{
		"seal closing": append(fails("StorageFailed"), says(`{"done": false, "wait": 0, "loops": 1, "next_part": "S-part-2", "records": 1}`, usual["seal closing"])...)}},
	"long-closing": {definition: statemachine.Maintain, action: "closing", status: "SUCCEEDED", parts: 2, visits: "MoreToDestroy GoOn Certify Done", script: Script{
		"seal closing": append(endless("seal closing"), says(usual["seal closing"])...)}},
	"closing-beside-a-run": {definition: statemachine.Maintain, action: "closing", status: "FAILED", err: "LeaseLost", visits: "Close", script: Script{
		"seal closing": fails("LeaseLost")}},
	"no-such-action": {definition: statemachine.Maintain, action: "restart", status: "FAILED", err: "PlanInvalid", visits: "Unknown"},
}

// approval is the answer of plan where a person has to approve.
var approval = says(strings.Replace(usual["plan"], `"approval": false`, `"approval": true`, 1))

// endless answers fill an execution.
func endless(key string) (all []Answer) {
	for n := range mostLoops {
		object := map[string]any{}
		if err := json.Unmarshal([]byte(usual[key]), &object); err != nil {
			panic(err)
		}
		object["done"], object["loops"] = false, n+1
		result, _ := json.Marshal(object) // numbers and texts
		all = append(all, Answer{Result: result})
	}
	return all
}

// What the definitions count in minutes and hundreds is counted in seconds and ones
// here, in both runtimes.
const (
	taskSeconds = 5
	mostLoops   = 3
)

var shorter = []struct {
	field *regexp.Regexp
	to    string
}{
	{regexp.MustCompile(`"TimeoutSeconds": (330|90|60)\b`), fmt.Sprintf(`"TimeoutSeconds": %d`, taskSeconds)},
	{regexp.MustCompile(`"NumericGreaterThanEquals": \d+`), fmt.Sprintf(`"NumericGreaterThanEquals": %d`, mostLoops)},
	{regexp.MustCompile(`"IntervalSeconds": \d+`), `"IntervalSeconds": 1`},
	{regexp.MustCompile(`"MaxDelaySeconds": \d+`), `"MaxDelaySeconds": 1`},
	{regexp.MustCompile(`"BackoffRate": \d+`), `"BackoffRate": 1`},
}

// source is the definition of a scenario.
func (s scenario) source() []byte {
	text := statemachine.Migrate
	if s.definition != nil {
		text = s.definition
	}
	for _, c := range shorter {
		text = c.field.ReplaceAll(text, []byte(c.to))
	}
	wait := "20"
	if s.silence != "" {
		wait = s.silence
	}
	return []byte(strings.Replace(string(text), `"TimeoutSeconds": 604800`, `"TimeoutSeconds": `+wait, 1))
}

// lines is the whole script of a scenario.
func (s scenario) lines(name string) Script {
	all := Script{}
	for key, result := range usual {
		all[key] = says(result)
	}
	maps.Copy(all, s.script)
	for key, answers := range all {
		all[key] = slices.Clone(answers)
		for i, a := range answers {
			all[key][i].Result = json.RawMessage(strings.ReplaceAll(string(a.Result), `"S`, `"`+name))
		}
	}
	return all
}

// input is what the execution is started with.
func (s scenario) input(name string) json.RawMessage {
	run := map[string]any{"tenant": "t", "migration": "m", "id": name, "mode": "full"}
	input := map[string]any{"run": run, "plan_hash": ""}
	if s.action != "" {
		then := map[string]any{}
		if s.then {
			then = map[string]any{"name": nextPart(name), "input": map[string]any{"run": run, "action": "preview", "then": then}}
		}
		input = map[string]any{"run": run, "action": s.action, "then": then}
	}
	text, _ := json.Marshal(input) // texts
	return text
}

// manifests are the objects that Distributed Maps read.
func manifests(name string) map[string]string {
	const one, two = `{"side": "clean", "seq": 1}` + "\n", `{"side": "clean", "seq": 2}` + "\n"
	return map[string]string{name + "/one.jsonl": one, name + "/two.jsonl": one + two, name + "/none.jsonl": ""}
}

// nextPart is the name of the execution that goes on.
func nextPart(name string) string { return name + "-part-2" }

// A course is what became of a scenario: its executions, and the calls of all.
type course struct {
	executions []execution
	calls      []string
}

// An execution is what can be seen of one in both runtimes.
type execution struct {
	status, err string
	output      string
	entered     []string // states, in order
	items       int      // of Distributed Maps, each an execution of its own
	// within are the states that were entered within Maps. Ministack has no events of
	// them, although AWS has (recorded in TestRecordedExecutions of internal/workflow):
	// what they did is compared by the calls.
	within []string
}

// String is what is compared.
func (e execution) String() string {
	return fmt.Sprintf("%s %s %s\n  %s\n  %d items", e.status, e.err, e.output, strings.Join(e.entered, " "), e.items)
}

// callsOf sorts the calls in a book; tokens are never the same.
func callsOf(lines []Line) (calls []string) {
	for _, l := range lines {
		payload := map[string]any{}
		if json.Unmarshal(l.Payload, &payload) != nil {
			calls = append(calls, "no JSON: "+string(l.Payload))
			continue
		}
		if payload["token"] != nil {
			payload["token"] = "*"
		}
		text, _ := json.Marshal(payload) // it was JSON
		calls = append(calls, l.Key+" "+string(text))
	}
	slices.Sort(calls)
	return calls
}
