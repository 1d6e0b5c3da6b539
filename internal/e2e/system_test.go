//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/calls"
)

// root is the folder of the repository.
const root = "../.."

// stack is the name under which the template is deployed.
const stack = "safeconduct"

// A system is the deployed form, on this machine.
type system struct {
	folder   string
	issuer   *issuer
	recorder *calls.Recorder
	emulator *emulator
	door     *httptest.Server // the HTTP API, at an address that resolves
	outputs  map[string]string
}

// deploy builds the functions and deploys template.yaml, as a user does.
func deploy(ctx context.Context) (*system, error) {
	folder, err := os.MkdirTemp("", "safeconduct-e2e")
	if err != nil {
		return nil, err
	}
	s := &system{folder: folder}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"functions", s.build}, {"emulator", s.start}, {"sam deploy", s.deploy}, {"door", s.open}} {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return s, fmt.Errorf("e2e: %s: %w", step.name, err)
		}
		fmt.Printf("%-10s %s\n", step.name, time.Since(began).Round(100*time.Millisecond))
	}
	return s, nil
}

// build builds the functions for this machine: no emulator has another's
// processor.
func (s *system) build(ctx context.Context) error {
	return run(exec.CommandContext(ctx, "make", "-C", root, "build-functions", "ARCH="+runtime.GOARCH))
}

func run(c *exec.Cmd) error {
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(c.Path), err, out)
	}
	return nil
}

func (s *system) start(ctx context.Context) (err error) {
	if s.issuer, err = startIssuer(s.folder); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.recorder = calls.Start(fmt.Sprintf("http://127.0.0.1:%d", port))
	s.emulator, err = startEmulator(ctx, s.folder, port, s.recorder.URL, s.issuer.certificate)
	return err
}

// environment is that of programs which talk to the emulator, past the recorder.
func (s *system) environment() []string {
	return append(os.Environ(), "AWS_ENDPOINT_URL="+s.emulator.url, "AWS_ACCESS_KEY_ID="+peers.AWSKey, "AWS_SECRET_ACCESS_KEY="+peers.AWSSecret,
		"AWS_REGION="+peers.AWSRegion, "AWS_DEFAULT_REGION="+peers.AWSRegion, "SAM_CLI_TELEMETRY=0", "HOME="+s.folder)
}

func (s *system) deploy(ctx context.Context) error {
	sam, err := peers.SAM()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, sam, "deploy", "--stack-name", stack, "--no-confirm-changeset", "--no-progressbar",
		"--parameter-overrides", "Issuer="+s.issuer.URL, "Audience="+audience)
	c.Dir, c.Env = root, s.environment()
	if err := run(c); err != nil {
		return err
	}
	return s.describe(ctx, sam)
}

// describe reads the outputs of the stack.
func (s *system) describe(ctx context.Context, sam string) error {
	c := exec.CommandContext(ctx, sam, "list", "stack-outputs", "--stack-name", stack, "--output", "json")
	c.Env = s.environment()
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return fmt.Errorf("outputs: %w\n%s", err, said.Bytes())
	}
	var list []struct{ OutputKey, OutputValue string }
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		return fmt.Errorf("outputs: %w", err)
	}
	s.outputs = map[string]string{}
	for _, o := range list {
		s.outputs[o.OutputKey] = o.OutputValue
	}
	return nil
}

// open makes the HTTP API reachable: the host in ApiUrl is AWS's.
func (s *system) open(context.Context) error {
	u, err := url.Parse(s.outputs["ApiUrl"])
	if err != nil || u.Host == "" {
		return fmt.Errorf("the output ApiUrl is no address: %q", s.outputs["ApiUrl"])
	}
	id, _, _ := strings.Cut(u.Host, ".")
	target, err := url.Parse(s.emulator.url)
	if err != nil {
		return err
	}
	s.door = httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(q *httputil.ProxyRequest) {
		q.SetURL(target)
		q.Out.URL.Path, q.Out.URL.RawPath = "/_aws/execute-api/"+id+"/$default"+q.In.URL.Path, ""
	}})
	return nil
}

func (s *system) close() {
	if s.door != nil {
		s.door.Close()
	}
	if s.emulator != nil {
		s.emulator.stop()
	}
	if s.recorder != nil {
		s.recorder.Close()
	}
	if s.issuer != nil {
		s.issuer.Close()
	}
	_ = os.RemoveAll(s.folder)
}
