package peers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// sam deploys templates of the Serverless Application Model. It needs a Python
// environment of its own: its requirements are not ministack's.
const sam = "sam"

const schemathesis = "schemathesis"

// axe looks at a page in a browser for what keeps people out.
const axe = "axe-core"

// venv is the folder of a Python environment.
const venv = "venv"

// A tool is installed once, at one exact version, into a folder of its own.
type tool struct {
	name    string
	version string   // changes when any of what is installed does
	python  []string // packages of PyPI
	module  string   // or a program of Go
	node    []string // or packages of npm
}

var tools = []tool{
	{name: Ministack, version: "1.5.33 with sam 1.115.0", python: []string{"ministack[full]==1.5.33", "aws-sam-translator==1.115.0"}},
	{name: VersityGW, version: "v1.8.0", module: "github.com/versity/versitygw/cmd/versitygw@v1.8.0"},
	{name: Moto, version: "5.2.1", python: []string{"moto[server]==5.2.1"}},
	{name: sam, version: "1.170.0", python: []string{"aws-sam-cli==1.170.0"}},
	{name: "cfn-lint", version: "1.58.0 with serverless 0.3.6 and parliament 1.6.4",
		python: []string{"cfn-lint==1.58.0", "cfn-lint-serverless==0.3.6", "parliament==1.6.4"}},
	{name: schemathesis, version: "4.32.5", python: []string{"schemathesis==4.32.5"}},
	{name: axe, version: "4.14.1", node: []string{"axe-core@4.14.1"}},
	{name: "checkov", version: "3.3.30", python: []string{"checkov==3.3.30"}},
	{name: "asl-validator", version: "4.0.0", node: []string{"asl-validator@4.0.0"}},
}

// install does nothing for a tool that is there.
func install(ctx context.Context, name string) error {
	root, err := Folder()
	if err != nil {
		return err
	}
	for _, t := range tools {
		if t.name != name {
			continue
		}
		folder := filepath.Join(root, name)
		mark := filepath.Join(folder, "installed")
		if done, err := os.ReadFile(mark); err == nil && string(done) == t.version {
			return nil
		}
		if err := os.MkdirAll(filepath.Join(folder, "data"), 0o700); err != nil {
			return fmt.Errorf("peers: folder: %w", err)
		}
		for _, c := range t.commands(ctx, folder) {
			if err := said(c); err != nil {
				return err
			}
		}
		return os.WriteFile(mark, []byte(t.version), 0o600)
	}
	return fmt.Errorf("peers: there is no %q to install", name)
}

func (t tool) commands(ctx context.Context, folder string) []*exec.Cmd {
	if t.module != "" {
		c := exec.CommandContext(ctx, "go", "install", t.module)
		c.Dir, c.Env = folder, append(os.Environ(), "GOBIN="+folder, "GOFLAGS=")
		return []*exec.Cmd{c}
	}
	if t.node != nil {
		npm := append([]string{"install", "--silent", "--no-audit", "--no-fund", "--prefix", folder}, t.node...)
		return []*exec.Cmd{exec.CommandContext(ctx, "npm", npm...)}
	}
	into := filepath.Join(folder, venv)
	pip := append([]string{"install", "--quiet", "--disable-pip-version-check"}, t.python...)
	return []*exec.Cmd{exec.CommandContext(ctx, "python3", "-m", "venv", into),
		exec.CommandContext(ctx, filepath.Join(into, "bin", "pip"), pip...)}
}

// SAM is the path of the program that deploys template.yaml.
func SAM() (string, error) { return installed(sam, "sam") }

// Linter installs a linter of templates, policies or definitions unless it is
// there, and gives the path of one of its programs.
func Linter(ctx context.Context, name, program string) (string, error) {
	if err := install(ctx, name); err != nil {
		return "", err
	}
	root, err := Folder()
	if err != nil {
		return "", err
	}
	for _, bin := range []string{filepath.Join(venv, "bin"), filepath.Join("node_modules", ".bin")} {
		path := filepath.Join(root, name, bin, program)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("peers: %s has no program %s", name, program)
}

// MinistackPython is the path of the interpreter that has ministack, for tests
// that start one with additions of their own.
func MinistackPython() (string, error) { return installed(Ministack, "python3") }

func installed(name, program string) (string, error) {
	root, err := Folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, name, venv, "bin", program)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("peers: %s is not installed; run: make cloud-up", name)
	}
	return path, nil
}

// Schemathesis gives the program that makes up requests from an OpenAPI document,
// installed where it is not there yet.
func Schemathesis(ctx context.Context) (program string, err error) {
	root, err := Folder()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, schemathesis, venv, "bin", schemathesis), install(ctx, schemathesis)
}

// Axe gives the script of axe-core, installed where it is not there yet.
func Axe(ctx context.Context) ([]byte, error) {
	root, err := Folder()
	if err != nil {
		return nil, err
	}
	if err := install(ctx, axe); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(root, axe, "node_modules", axe, "axe.min.js"))
}
