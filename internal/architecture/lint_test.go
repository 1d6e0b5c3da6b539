package architecture

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestEverySubstitutionIsKnown(t *testing.T) { holds(t, substitutions) }

// substitutions finds ${Names} that neither runtime fills in. That the template
// gives each of them a value, and no other, is a test of internal/infra.
func substitutions(t *tree) (broken []string) {
	known := map[string]bool{"StagingBucket": true, "MigrateStateMachineArn": true}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if dir := path.Dir(name); path.Dir(dir) == "functions" {
			function := path.Base(dir)
			known[strings.ToUpper(function[:1])+function[1:]+"FunctionArn"] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if path.Dir(name) != "statemachine" || path.Ext(name) != ".json" {
			continue
		}
		for _, found := range placeholder.FindAllSubmatch(t.files[name], -1) {
			if !known[string(found[1])] {
				broken = append(broken, fmt.Sprintf("%s: nobody fills in %s: AWS would take it as it stands, and fail in the middle of a run", name, found[0]))
			}
		}
	}
	return broken
}

func TestNothingCatchesEverything(t *testing.T) { holds(t, catchAlls) }

// catchAlls finds handlers that would hide what nobody thought of. A Catch of a Map
// or Parallel state is worse: the execution then does not fail, and what failed in
// it can't be redriven.
func catchAlls(t *tree) (broken []string) {
	for _, s := range t.states() {
		kind := s.text("Type")
		if _, catches := s.fields["Catch"]; catches && (kind == "Map" || kind == "Parallel") {
			broken = append(broken, fmt.Sprintf("%s: a %s with a Catch can't be redriven from what failed in it; catch in the states within", s.at, kind))
		}
		for _, name := range slices.Concat(s.errors("Retry"), s.errors("Catch")) {
			everything := name == "States.ALL" || name == "States.TaskFailed" && s.text("Resource") != startExecution
			if everything {
				broken = append(broken, fmt.Sprintf("%s names %s: it is retried or hidden whatever it is, and a person hears of it too late; name the failures", s.at, name))
			}
		}
	}
	return broken
}

func TestWhoeverIsAskedGetsTheTokenAndMayStaySilent(t *testing.T) { holds(t, awaiting) }

func awaiting(t *tree) (broken []string) {
	for _, s := range t.states() {
		if s.text("Resource") != awaitToken {
			continue
		}
		parameters, _ := s.fields["Parameters"].(map[string]any)
		payload, _ := parameters["Payload"].(map[string]any)
		if payload["token.$"] != "$$.Task.Token" {
			broken = append(broken, s.at+" hands on no token: nobody could ever answer it. Give Payload \"token.$\": \"$$.Task.Token\"")
		}
		if !slices.Contains(s.errors("Catch"), "States.Timeout") || slices.Contains(s.errors("Retry"), "States.Timeout") {
			broken = append(broken, s.at+": no answer is an answer: catch States.Timeout, and do not retry it")
		}
	}
	return broken
}

func TestWhatIsStartedIsStartedOnce(t *testing.T) { holds(t, starting) }

func starting(t *tree) (broken []string) {
	for _, s := range t.states() {
		if s.text("Resource") != startExecution {
			continue
		}
		parameters, _ := s.fields["Parameters"].(map[string]any)
		if parameters["Name"] == nil && parameters["Name.$"] == nil {
			broken = append(broken, s.at+" starts an execution without a name: tried again, it would start a second one")
		}
		retries, _ := s.fields["Retry"].([]any)
		first, _ := slices.Concat(retries, []any{map[string]any{}})[0].(map[string]any)
		names, _ := first["ErrorEquals"].([]any)
		never := first["MaxAttempts"] == float64(0) && slices.Contains(names, any(alreadyStarted))
		if !never || !slices.Contains(s.errors("Catch"), alreadyStarted) {
			broken = append(broken, fmt.Sprintf("%s: what was started already is as good as started: its first Retry is %s with MaxAttempts 0, and its Catch leads on", s.at, alreadyStarted))
		}
	}
	return broken
}

func TestAStatesTimeOutIsALostAnswer(t *testing.T) { holds(t, lostAnswers) }

var (
	functionOf = regexp.MustCompile(`(?m)^  (\w+)Function:$`)
	timeoutOf  = regexp.MustCompile(`(?m)^      Timeout: (\d+)`)
)

// lostAnswers compares the TimeoutSeconds of Tasks with how long the template lets
// their functions run: a Task that gives up first is tried again beside a function
// that is still at work.
func lostAnswers(t *tree) (broken []string) {
	limits := map[string]int{}
	template := t.files["infra/functions.yaml"]
	for _, at := range functionOf.FindAllSubmatchIndex(template, -1) {
		if found := timeoutOf.FindSubmatch(template[at[1]:]); found != nil {
			limits[string(template[at[2]:at[3]])], _ = strconv.Atoi(string(found[1]))
		}
	}
	for _, s := range t.states() {
		found := functionARN.FindStringSubmatch(s.function())
		seconds, _ := s.fields["TimeoutSeconds"].(float64)
		if found != nil && len(limits) > 0 && int(seconds) <= limits[found[1]] {
			broken = append(broken, fmt.Sprintf("%s gives up after %v seconds on a function that may run for %d: give it more than infra/functions.yaml gives the function",
				s.at, seconds, limits[found[1]]))
		}
	}
	return broken
}

// mostEvents is what AWS keeps of an execution; one more ends it.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const mostEvents = 25_000

// eventsOf is how many events a state adds to the history of its execution: it is
// entered and exited, a function is scheduled, started and succeeds, a Map starts,
// its run starts and succeeds, and it succeeds. eventsOfRetry is a failure with the
// schedule and the start that follow.
var eventsOf = map[string]int{"Task": 5, "Map": 6, "Choice": 2, "Wait": 2, "Pass": 2, "Succeed": 2, "Fail": 1}

const eventsOfRetry = 3

func TestNoExecutionHasTooManyEvents(t *testing.T) { holds(t, histories) }

// histories adds up the events of loops that count their turns, as often as they
// may go round: once for each kind of record in a Map. What is left must allow for
// two retries a turn.
func histories(t *tree) (broken []string) {
	for _, f := range t.flows() {
		for _, name := range f.names() {
			bound := f.states[name].turns()
			if bound == 0 {
				continue
			}
			turn, rest := 0, 0
			for _, s := range f.loop(name) {
				turn += eventsOf[f.states[s].text("Type")]
			}
			for _, s := range t.states() {
				rest += eventsOf[s.text("Type")]
			}
			if strings.Contains(f.at, "/") {
				bound *= len(helpdesk.Kinds())
			}
			if worst := bound * (turn + 2*eventsOfRetry); worst+rest*len(helpdesk.Phases()) > mostEvents {
				broken = append(broken, fmt.Sprintf("%s/%s: %d turns of %d events, with two retries each, are %d, and the states around up to %d; AWS ends an execution after %d: "+
					"hand on earlier", f.at, name, bound, turn, worst, rest*len(helpdesk.Phases()), mostEvents))
			}
		}
	}
	return broken
}

// turns is how often a Choice lets its loop go round; 0 if it does not count.
func (s state) turns() int {
	choices, _ := s.fields["Choices"].([]any)
	for _, c := range choices {
		rule, _ := c.(map[string]any)
		variable, _ := rule["Variable"].(string)
		if n, ok := rule["NumericGreaterThanEquals"].(float64); ok && strings.HasSuffix(variable, ".loops") {
			return int(n)
		}
	}
	return 0
}

func TestLoopsOfTheStepsAreCounted(t *testing.T) { holds(t, counted) }

// counted finds loops in which a function is asked again that do not count: those
// outside of Distributed Maps share the history of a run of any size.
func counted(t *tree) (broken []string) {
	within := map[string]bool{} // flows of Distributed Maps, whose items are executions of their own
	for _, s := range t.states() {
		if processor, _ := s.fields["ItemProcessor"].(map[string]any); processor != nil {
			config, _ := processor["ProcessorConfig"].(map[string]any)
			within[s.at] = config["Mode"] == "DISTRIBUTED"
		}
	}
	for _, f := range t.flows() {
		for _, name := range f.names() {
			loop := f.loop(name)
			asks := func(n string) bool { return f.states[n].text("Type") == "Task" }
			counts := func(n string) bool { return f.states[n].turns() > 0 }
			if f.states[name].text("Type") == "Task" && slices.ContainsFunc(loop, asks) && !within[f.at] && !slices.ContainsFunc(loop, counts) {
				broken = append(broken, fmt.Sprintf("%s/%s is asked again and nobody counts how often: after %d events AWS ends the run. "+
					"Leave the loop on $….loops, as MoreToRead does", f.at, name, mostEvents))
			}
		}
	}
	return broken
}

// TestTheCommentsArithmeticIsRight keeps the numbers in the definition true.
func TestTheCommentsArithmeticIsRight(t *testing.T) {
	migrate := ours(t).files["statemachine/migrate.asl.json"]
	kinds := len(helpdesk.Kinds())
	turn := eventsOf["Task"] + eventsOf["Choice"] + eventsOf["Wait"]
	want := fmt.Sprintf("A loop has %d (Extract %d, MoreToRead %d, ReadLater %d): 200 loops of %d kinds are %d,%03d.", turn,
		eventsOf["Task"], eventsOf["Choice"], eventsOf["Wait"], kinds, 200*turn*kinds/1000, 200*turn*kinds%1000)
	if !bytes.Contains(migrate, []byte(want)) {
		t.Errorf("MoreToRead of migrate.asl.json does not say: %s", want)
	}
}
