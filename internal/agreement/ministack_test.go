//go:build cloud

package agreement

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/safeconduct/safeconduct/internal/peers"
)

// unseen is what our definitions ask for and ministack does not do, so that no
// scenario can show a difference. The interpreter's own tests and the rules of
// internal/architecture cover it.
var unseen = []string{
	"MaxConcurrencyPath: it runs up to 64 items side by side",
	"JitterStrategy and MaxDelaySeconds: it waits the whole interval, and at most a minute",
	"ResultWriter: it keeps the results in the state's output",
	"events of states within Maps",
	"a function with a token that fails: it waits for the answer all the same",
	"TimeoutSeconds of an execution, and the status TIMED_OUT",
	"RedriveExecution",
	"the limits of 25,000 events and of 256 KiB",
}

// TestMinistackAndTheInterpreterAgree runs each scenario in both and compares them.
func TestMinistackAndTheInterpreterAgree(t *testing.T) {
	for _, what := range unseen {
		t.Log("not done by ministack: ", what)
	}
	cloud := newCloud(t)
	for _, name := range slices.Sorted(maps.Keys(scenarios)) {
		s := scenarios[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here, there := interpret(t, name, s), cloud.run(t, name, s)
			if s.differs != "" {
				if agree(here, there) {
					t.Errorf("they agree now; take out of the scenario that %s", s.differs)
				}
				t.Logf("not compared: %s", s.differs)
				return
			}
			for i := range max(len(here.executions), len(there.executions)) {
				a, b := nth(here.executions, i), nth(there.executions, i)
				if a.String() != b.String() {
					t.Errorf("execution %d, here\n%s\non ministack\n%s", i+1, a, b)
				}
			}
			if !slices.Equal(here.calls, there.calls) {
				t.Errorf("calls here\n%s\non ministack\n%s", strings.Join(here.calls, "\n"), strings.Join(there.calls, "\n"))
			}
		})
	}
}

func nth(all []execution, i int) (e execution) {
	if i < len(all) {
		return all[i]
	}
	return e
}

func agree(a, b course) bool {
	return slices.Equal(a.calls, b.calls) && slices.EqualFunc(a.executions, b.executions, func(x, y execution) bool { return x.String() == y.String() })
}

// A cloud is the emulator with our functions and objects.
type cloud struct {
	url, id string
	book    string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	e, err := peers.Cloud(t.Context(), peers.Ministack)
	if err != nil {
		t.Fatalf("ministack does not run (%v); start it: make cloud-up", err)
	}
	c := &cloud{url: e.URL, id: "agree" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12], book: t.TempDir()}
	c.ask(t, http.MethodPut, "/"+c.bucket(), "", nil)
	scripts := map[string]Script{}
	for name, s := range scenarios {
		scripts[name] = s.lines(name)
		for key, text := range manifests(name) {
			c.ask(t, http.MethodPut, "/"+c.bucket()+"/"+key, "", []byte(text))
			t.Cleanup(func() { c.ask(t, http.MethodDelete, "/"+c.bucket()+"/"+key, "", nil) })
		}
	}
	text, err := json.Marshal(scripts)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.book, "scripts.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	code := teller(t)
	for _, f := range functions {
		c.function(t, f, code, file)
	}
	return c
}

func (c *cloud) bucket() string { return c.id }

// teller builds the function that stands in the place of all.
func teller(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, "bootstrap"), "./teller")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write(binary)
	}
	if err := cmp.Or(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (c *cloud) function(t *testing.T, name string, code []byte, scripts string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"FunctionName": c.id + "-" + name, "Runtime": "provided.al2023", "Handler": "bootstrap",
		"Role": "arn:aws:iam::000000000000:role/r", "Timeout": 60, "Code": map[string]any{"ZipFile": base64.StdEncoding.EncodeToString(code)},
		"Environment": map[string]any{"Variables": map[string]string{
			"SAFECONDUCT_FUNCTION": name, "SAFECONDUCT_SCRIPTS": scripts, "SAFECONDUCT_BOOK": c.book}}})
	if err != nil {
		t.Fatal(err)
	}
	c.ask(t, http.MethodPost, "/2015-03-31/functions", "", body)
	t.Cleanup(func() { c.ask(t, http.MethodDelete, "/2015-03-31/functions/"+c.id+"-"+name, "", nil) })
}

// ask sends a request to the emulator, which checks no signature.
func (c *cloud) ask(t testing.TB, method, path, target string, body []byte) []byte {
	t.Helper()
	answer, err := c.send(method, path, target, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (c *cloud) send(method, path, target string, body []byte) ([]byte, error) {
	q, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	service := "s3"
	switch {
	case target != "":
		service = "states"
		q.Header.Set("X-Amz-Target", "AWSStepFunctions."+target)
		q.Header.Set("Content-Type", "application/x-amz-json-1.0")
	case strings.Contains(path, "/functions"):
		service = "lambda"
		q.Header.Set("Content-Type", "application/json")
	}
	q.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+peers.AWSRegion+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %s", method, path+target, r.Status, answer)
	}
	return answer, err
}

// states asks Step Functions.
func (c *cloud) states(t testing.TB, action string, request map[string]any, into any) {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer := c.ask(t, http.MethodPost, "/", action, body); into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatal(err)
		}
	}
}

// run sees a scenario through on the emulator.
func (c *cloud) run(t *testing.T, name string, s scenario) (r course) {
	t.Helper()
	definition := filled(t, s.source(), func(f string) string {
		return "arn:aws:lambda:" + peers.AWSRegion + ":000000000000:function:" + c.id + "-" + f
	}, c.bucket(), "arn:aws:states:"+peers.AWSRegion+":000000000000:stateMachine:"+c.id+"-"+name)
	var machine struct{ StateMachineArn string }
	c.states(t, "CreateStateMachine", map[string]any{"name": c.id + "-" + name, "definition": string(definition), "roleArn": "arn:aws:iam::000000000000:role/r"}, &machine)
	t.Cleanup(func() {
		c.states(t, "DeleteStateMachine", map[string]any{"stateMachineArn": machine.StateMachineArn}, nil)
	})
	start := func(execution string, input json.RawMessage) (arn string) {
		var started struct{ ExecutionArn string }
		c.states(t, "StartExecution", map[string]any{"stateMachineArn": machine.StateMachineArn, "name": execution, "input": string(input)}, &started)
		return started.ExecutionArn
	}
	if s.exists {
		start(nextPart(name), json.RawMessage(`{}`))
	}
	arn := start(name, s.input(name))
	if s.decision != "" {
		c.decide(t, name, s.decision)
	}
	r.executions = append(r.executions, c.ended(t, arn))
	if s.parts > 1 {
		r.executions = append(r.executions, c.ended(t, strings.TrimSuffix(arn, name)+nextPart(name)))
	}
	lines, err := ReadBook(c.book, name)
	if err != nil {
		t.Fatal(err)
	}
	r.calls = callsOf(lines)
	return r
}

// decide answers the token that function api was given.
func (c *cloud) decide(t *testing.T, name, decision string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		lines, err := ReadBook(c.book, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			var p struct{ Token string }
			if json.Unmarshal(l.Payload, &p) != nil || p.Token == "" {
				continue
			}
			if decision == "approved" {
				c.states(t, "SendTaskSuccess", map[string]any{"taskToken": p.Token, "output": "{}"}, nil)
			} else {
				c.states(t, "SendTaskFailure", map[string]any{"taskToken": p.Token, "error": "ApprovalRefused"}, nil)
			}
			return
		}
	}
	t.Fatal("nobody was asked to approve")
}

// ended waits for an execution and tells what can be seen of it.
func (c *cloud) ended(t *testing.T, arn string) execution {
	t.Helper()
	var is struct{ Status, Error, Output string }
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		c.states(t, "DescribeExecution", map[string]any{"executionArn": arn}, &is)
		if is.Status != "RUNNING" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not end", arn)
		}
	}
	e := execution{status: is.Status, err: is.Error, entered: c.entered(t, arn), items: c.items(t, arn)}
	if is.Status == "SUCCEEDED" {
		e.output = canonical([]byte(is.Output))
	}
	return e
}

// entered lists the states that an execution entered.
func (c *cloud) entered(t *testing.T, arn string) (states []string) {
	t.Helper()
	var page struct {
		NextToken string
		Events    []struct {
			Type                     string
			StateEnteredEventDetails struct{ Name string }
		}
	}
	for first := true; first || page.NextToken != ""; first = false {
		request := map[string]any{"executionArn": arn, "maxResults": 1000}
		if page.NextToken != "" {
			request["nextToken"] = page.NextToken
		}
		page.NextToken, page.Events = "", nil
		c.states(t, "GetExecutionHistory", request, &page)
		for _, e := range page.Events {
			if strings.HasSuffix(e.Type, "StateEntered") {
				states = append(states, e.StateEnteredEventDetails.Name)
			}
		}
	}
	return states
}

// items counts the items of an execution's Distributed Maps.
func (c *cloud) items(t *testing.T, arn string) (n int) {
	t.Helper()
	var runs struct {
		MapRuns []struct{ MapRunArn string }
	}
	c.states(t, "ListMapRuns", map[string]any{"executionArn": arn}, &runs)
	for _, run := range runs.MapRuns {
		var children struct {
			Executions []struct{ ExecutionArn string }
		}
		c.states(t, "ListExecutions", map[string]any{"mapRunArn": run.MapRunArn}, &children)
		n += len(children.Executions)
	}
	return n
}
