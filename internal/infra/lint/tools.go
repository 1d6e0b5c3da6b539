package main

import (
	"bytes"
	"context"
	_ "embed" // the program for parliament
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/safeconduct/safeconduct/internal/infra"
	"github.com/safeconduct/safeconduct/internal/peers"
)

// say runs a program and gives what it says; that it fails when it finds something
// is no error.
func say(ctx context.Context, folder, input, program string, arguments ...string) (out, saidBeside []byte, err error) {
	c := exec.CommandContext(ctx, program, arguments...)
	var o, e bytes.Buffer
	c.Dir, c.Stdin, c.Stdout, c.Stderr = folder, strings.NewReader(input), &o, &e
	c.Env = append(os.Environ(), "AWS_DEFAULT_REGION="+peers.AWSRegion, "SAM_CLI_TELEMETRY=0")
	err = c.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.Exited() {
		err = nil
	}
	return o.Bytes(), e.Bytes(), err
}

// templates are the files that CloudFormation is given, from the folder.
func templates(folder string) ([]string, error) {
	nested, err := filepath.Glob(filepath.Join(folder, "infra", "*.yaml"))
	for i := range nested {
		nested[i] = filepath.Join("infra", filepath.Base(nested[i]))
	}
	return append([]string{"template.yaml"}, nested...), err
}

// cfnLint says where by file and logical id, as in infra/data.yaml/StateTable.
func cfnLint(ctx context.Context, folder string) (found []finding, err error) {
	program, err := peers.Linter(ctx, "cfn-lint", "cfn-lint")
	if err != nil {
		return nil, err
	}
	files, err := templates(folder)
	if err != nil {
		return nil, err
	}
	// The rules come last: after them a file would be taken for one.
	arguments := append(append([]string{"-f", "json", "-t"}, files...), "-a", "cfn_lint_serverless.rules")
	out, beside, err := say(ctx, folder, "", program, arguments...)
	if err != nil {
		return nil, err
	}
	var matches []struct {
		Rule              struct{ ID string } `json:"Rule"`
		Filename, Message string
		Location          struct{ Path []any }
	}
	if err := json.Unmarshal(out, &matches); err != nil {
		return nil, fmt.Errorf("%w: %s", err, beside)
	}
	for _, m := range matches {
		where := m.Filename
		if len(m.Location.Path) > 1 {
			where += fmt.Sprintf("/%v", m.Location.Path[1])
		}
		found = append(found, finding{m.Rule.ID, where, m.Message})
	}
	return found, nil
}

// rule is how sam validate names what it found: "[[W3002: …] (…) matched 115, …".
var rule = regexp.MustCompile(`\[([A-Z]+\d+): ([^\]]*)\]`)

func samValidate(ctx context.Context, folder string) (found []finding, err error) {
	sam, err := peers.SAM()
	if err != nil {
		return nil, err
	}
	files, err := templates(folder)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		out, beside, err := say(ctx, folder, "", sam, "validate", "--lint", "--template", file, "--region", peers.AWSRegion)
		if err != nil {
			return nil, err
		}
		said := string(out) + string(beside)
		matches := rule.FindAllStringSubmatch(said, -1)
		for _, m := range matches {
			found = append(found, finding{m[1], file, m[2]})
		}
		if len(matches) == 0 && !strings.Contains(said, "is a valid SAM Template") {
			found = append(found, finding{"invalid", file, strings.TrimSpace(said)})
		}
	}
	return found, nil
}

func checkov(ctx context.Context, folder string) (found []finding, err error) {
	program, err := peers.Linter(ctx, "checkov", "checkov")
	if err != nil {
		return nil, err
	}
	files, err := templates(folder)
	if err != nil {
		return nil, err
	}
	arguments := []string{"--skip-download", "--framework", "cloudformation", "--output", "json", "--quiet", "--compact", "--file"}
	out, beside, err := say(ctx, folder, "", program, append(arguments, files...)...)
	if err != nil {
		return nil, err
	}
	var report struct {
		Summary struct {
			Passed       int `json:"passed"`
			ParsingError int `json:"parsing_errors"`
		} `json:"summary"`
		Results struct {
			Failed []struct {
				ID       string `json:"check_id"`
				Name     string `json:"check_name"`
				File     string `json:"file_path"`
				Resource string `json:"resource"`
			} `json:"failed_checks"`
		} `json:"results"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("%w: %s", err, beside)
	}
	if report.Summary.Passed == 0 || report.Summary.ParsingError > 0 {
		return nil, fmt.Errorf("%d checks passed, %d files could not be parsed", report.Summary.Passed, report.Summary.ParsingError)
	}
	for _, f := range report.Results.Failed {
		_, id, _ := strings.Cut(f.Resource, ".")
		found = append(found, finding{f.ID, strings.TrimPrefix(f.File, "/") + "/" + id, f.Name})
	}
	return found, nil
}

//go:embed policies.py
var policies string

// typo is a policy in which parliament must find something: a library that was
// called wrongly would find nothing and be taken for content.
const typo = "a policy with a typo"

func parliament(ctx context.Context, folder string) (found []finding, err error) {
	python, err := peers.Linter(ctx, "cfn-lint", "python3")
	if err != nil {
		return nil, err
	}
	system, err := infra.Load(folder, infra.Where{Account: "123456789012", Region: peers.AWSRegion, Stack: "safeconduct"})
	if err != nil {
		return nil, err
	}
	documents := map[string]any{typo: map[string]any{"Version": "2012-10-17",
		"Statement": []any{map[string]any{"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "arn:aws:s3:::b/*"}}}}
	for _, p := range system.Of("AWS::IAM::Policy") {
		documents[p.ID] = p.Value("PolicyDocument")
	}
	input, err := json.Marshal(documents)
	if err != nil {
		return nil, err
	}
	out, beside, err := say(ctx, folder, string(input), python, "-c", policies)
	if err != nil {
		return nil, err
	}
	var all []struct{ What, Where, Message string }
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, fmt.Errorf("%w: %s", err, beside)
	}
	sighted := false
	for _, f := range all {
		if f.Where == typo {
			sighted = true
			continue
		}
		found = append(found, finding{f.What, f.Where, f.Message})
	}
	if !sighted {
		return nil, errors.New("it does not even find a typo")
	}
	return found, nil
}

func aslValidator(ctx context.Context, folder string) (found []finding, err error) {
	program, err := peers.Linter(ctx, "asl-validator", "asl-validator")
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "statemachine", "*.asl.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		out, beside, err := say(ctx, folder, "", program, "--json-path", filepath.Join("statemachine", filepath.Base(file)))
		if err != nil {
			return nil, err
		}
		if said := string(out) + string(beside); !strings.Contains(said, "is valid") {
			found = append(found, finding{"invalid", filepath.Base(file), strings.TrimSpace(said)})
		}
	}
	return found, nil
}
