//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers/faults"
)

// written are the paths by which tickets, messages and files get into Redmine.
const written = `^/(issues(/\d+)?|uploads)\.json$`

// killedItLosesAndDoublesNothing kills function load while its
// requests are on their way, which the flow mends by itself, and then aborts the
// execution, which resume mends.
func killedItLosesAndDoublesNothing(t *testing.T) {
	m := newMove(t, "killed")
	proxy := faults.Start(m.target.URL)
	t.Cleanup(proxy.Close)
	m.Edit(t, m.target.URL, proxy.URL)
	m = m.remote(t)
	killed := 0
	kill := func() { killed += deployed.kill(t, "load") }
	abort := func() { deployed.abort(t) }
	proxy.Plan(
		faults.Rule{Method: "POST|PUT", Path: written, Nth: 7, Act: faults.Call(kill, faults.Drop)},
		faults.Rule{Method: "POST|PUT", Path: written, Nth: 31, Act: faults.Done(kill)},
		faults.Rule{Method: "POST|PUT", Path: written, Nth: 55, Act: faults.Late(700*time.Millisecond, kill)},
		faults.Rule{Method: "POST|PUT", Path: written, Nth: 80, Act: faults.Done(abort)},
	)
	m.Run(t, "migrate").Wants(t, livetest.ExitRetry, livetest.ExitFatal)
	for _, missed := range proxy.Unmet() {
		t.Errorf("a fault that never came: the %d. %s", missed.Nth, missed.Method)
	}
	if killed < 3 {
		t.Errorf("%d processes were killed, want 3", killed)
	}
	proxy.Plan()
	r := m.Run(t, "resume").Wants(t, livetest.ExitDone)
	livetest.WantClean(t, m.Report(t, r))
	livetest.WantAll(t, m.target.Recount(t), account())
	t.Run("and closed, nothing is left that tells which record was which", m.closes)
}

// remain are the rows that a closed migration leaves, besides those that lead from
// executions to runs: that it is closed, who held the lease, how runs were started.
var remain = []string{"closed", "lease", "note#start"}

// closes ends the migration for good.
func (m move) closes(t *testing.T) {
	before := m.target.Recount(t)
	r := m.Run(t, "close", "--yes").Wants(t, livetest.ExitDone)
	var c struct {
		evidence.Closure
		Documents []string
	}
	if err := json.Unmarshal(r.Out, &c); err != nil || c.Moved["ticket"] == 0 || c.Rows < c.Records["ticket"] || len(c.Documents) < 2 {
		t.Errorf("%v, %+v", err, c)
	}
	names, err := deployed.resources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"Data/IdMapTable", "Data/StateTable"} {
		var found struct {
			Items []struct{ Pk, Sk struct{ S string } }
		}
		deployed.ask(t, "DynamoDB_20120810.Scan", map[string]any{"TableName": names[table], "FilterExpression": "contains(pk, :m)",
			"ExpressionAttributeValues": map[string]any{":m": map[string]string{"S": m.name}}}, &found)
		for _, row := range found.Items {
			if !strings.HasPrefix(row.Pk.S, "exec#") && !slices.Contains(remain, row.Sk.S) {
				t.Errorf("%s %s is left in %s", row.Pk.S, row.Sk.S, table)
			}
		}
	}
	m.Run(t, "delta").Wants(t, livetest.ExitNothing)
	wantSame(t, m.target.Recount(t), before)
}

// kill kills the processes of a function: nothing of it runs any more after this,
// not even what would tell anybody.
func (s *system) kill(t testing.TB, function string) (killed int) {
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		environment, _ := os.ReadFile(filepath.Join(p, "environ")) // it may have ended
		id, _ := strconv.Atoi(filepath.Base(p))
		if bytes.Contains(environment, []byte("\x00SAFECONDUCT_FUNCTION="+function+"\x00")) &&
			bytes.Contains(environment, []byte("\x00AWS_ENDPOINT_URL="+s.recorder.URL+"\x00")) && syscall.Kill(id, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// abort ends the executions of the flow that are at work, as somebody with a
// console may.
func (s *system) abort(t testing.TB) {
	var list struct {
		Executions []struct{ ExecutionArn string }
	}
	s.ask(t, "AWSStepFunctions.ListExecutions", map[string]any{"stateMachineArn": s.outputs["MigrateMachine"], "statusFilter": "RUNNING"}, &list)
	for _, x := range list.Executions {
		s.ask(t, "AWSStepFunctions.StopExecution", map[string]any{"executionArn": x.ExecutionArn, "error": "Aborted", "cause": "by hand"}, nil)
	}
}
