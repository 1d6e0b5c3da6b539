// Lint runs the linters that reviewers of deployed systems run, over the templates,
// the policies that come of them and the definitions, and compares what they find
// with infra/EXCEPTIONS.md: what is not excused fails, and so does an excuse that
// nothing needs any more. It is `make lint-infra`.
//
// cfn-lint, sam validate and checkov read the templates as files; parliament is
// given each role's policy with all functions of CloudFormation worked out;
// asl-validator is given each definition.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/internal/infra"
)

// A finding is what a linter objects to, and where.
type finding struct {
	what, where, message string
}

// A linter gives its findings about the repository in the folder.
type linter struct {
	name string
	find func(ctx context.Context, folder string) ([]finding, error)
}

var linters = []linter{
	{"cfn-lint", cfnLint}, {"sam validate", samValidate}, {"checkov", checkov}, {"parliament", parliament}, {"asl-validator", aslValidator},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	objections, err := run(ctx, ".")
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, o := range objections {
		fmt.Fprintln(os.Stderr, o)
	}
	if len(objections) > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, folder string) (objections []string, err error) {
	for _, l := range linters {
		began := time.Now()
		found, err := l.find(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		excused, err := infra.Exceptions(folder, l.name)
		if err != nil {
			return nil, err
		}
		fmt.Printf("%-14s %2d findings, %2d lines excuse them, %.1f s\n", l.name, len(found), len(excused), time.Since(began).Seconds())
		objections = append(objections, compare(l.name, found, excused)...)
	}
	return objections, nil
}

// compare lists findings without an excuse and excuses without a finding.
func compare(linter string, found []finding, excused []infra.Exception) (objections []string) {
	covers := func(e infra.Exception, f finding) bool {
		return e.What == f.what && (e.Where == "*" || e.Where == f.where)
	}
	for _, f := range found {
		if !slices.ContainsFunc(excused, func(e infra.Exception) bool { return covers(e, f) }) {
			objections = append(objections, fmt.Sprintf("%s: %s at %s: %s", linter, f.what, f.where, f.message))
		}
	}
	for _, e := range excused {
		if !slices.ContainsFunc(found, func(f finding) bool { return covers(e, f) }) {
			objections = append(objections, fmt.Sprintf("infra/EXCEPTIONS.md excuses %s %s at %s, which is not found any more", linter, e.What, e.Where))
		}
	}
	return objections
}
