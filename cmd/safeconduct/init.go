package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

//go:embed plan.yaml.tmpl
var planTemplate string

// A question is one thing that init asks: by its flag, or on a terminal.
type question struct {
	flag   string
	ask    string
	preset string // what Enter means; empty if it has to be answered
	answer string
}

func questions() []*question {
	return []*question{
		{flag: "migration", ask: "Short name of the migration (a-z, 0-9, -)", preset: "migration-1"},
		{flag: "source", ask: "Connector of the source (" + strings.Join(capable(true), ", ") + ")", preset: "csv"},
		{flag: "target", ask: "Connector of the target (" + strings.Join(capable(false), ", ") + ")", preset: "archive"},
		{flag: "controller", ask: "1/5 Who answers for the data (controller)?"},
		{flag: "contact", ask: "    Where do people turn to (contact)?"},
		{flag: "purpose", ask: "2/5 Why is the data moved?", preset: "Support goes on in another help desk"},
		{flag: "legal-basis", ask: "3/5 On which legal basis?", preset: "Art. 6(1)(b) GDPR, contract"},
		{flag: "regimes", ask: "4/5 Which laws apply (gdpr, uk-gdpr, ccpa, hipaa; by comma)?", preset: "gdpr"},
		{flag: "retention", ask: "5/5 How long may the ledger remember the migration?", preset: "90 days"},
		{flag: "preset", ask: "    Which privacy preset (" + strings.Join(privacy.Presets(), ", ") + ")?", preset: "gdpr"},
	}
}

// capable lists the connectors that can be a source, or a target.
func capable(source bool) (names []string) {
	for _, c := range list.All() {
		if c.Name != "memory" && (source && c.Source != nil || !source && c.Target != nil) {
			names = append(names, c.Name)
		}
	}
	return names
}

func (a *app) initCommand() *cobra.Command {
	all := questions()
	desks := map[string]*desk{"source": {preset: "./export"}, "target": {preset: "./archive"}}
	var force bool
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a commented plan from a few questions",
		Long: `Writes a commented plan. On a terminal it asks what no flag has answered; five
questions make the plan's privacy section. Elsewhere every question without a
default needs its flag. What a connector has to know, such as an address, is a
setting: --source-set url=https://rt.example.org. Passwords and tokens are not
written into the plan; it names the place where they stand.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.init(all, desks, force) },
	}
	for _, q := range all {
		c.Flags().StringVar(&q.answer, q.flag, "", strings.TrimSpace(q.ask))
	}
	for side, d := range desks {
		c.Flags().StringVar(&d.path, side+"-path", "", "Folder of the "+side)
		c.Flags().StringArrayVar(&d.flags, side+"-set", nil, "Setting of the "+side+"'s connector, as name=value")
	}
	c.Flags().BoolVar(&force, "force", false, "write over an existing plan")
	return c
}

func (a *app) init(all []*question, desks map[string]*desk, force bool) error {
	if _, err := os.Stat(a.planFile); err == nil && !force {
		return usage(fmt.Errorf("%s is there already; choose another name with --plan, or say --force", a.planFile))
	}
	if err := a.answer(all, desks); err != nil {
		return usage(err)
	}
	text, err := render(all, desks)
	if err != nil {
		return err
	}
	if _, err := plan.Parse(text, "."); err != nil {
		return usage(err)
	}
	if err := os.WriteFile(a.planFile, text, 0o600); err != nil {
		return err
	}
	return a.print(map[string]string{"plan": a.planFile}, func(w io.Writer) {
		fmt.Fprintf(w, "Wrote %s. Look at it, then: safeconduct plan%s\n", a.planFile, a.flag())
	})
}

// answer asks on a terminal what no flag has answered, and takes defaults
// elsewhere.
func (a *app) answer(all []*question, desks map[string]*desk) error {
	f, ok := a.in.(*os.File)
	asks := ok && term.IsTerminal(int(f.Fd()))
	lines := bufio.NewScanner(a.in)
	var missing []string
	answer := func(q *question) {
		if q.answer == "" && asks {
			q.answer = a.ask(lines, q)
		}
		if q.answer == "" {
			q.answer = q.preset
		}
		if q.answer == "" {
			missing = append(missing, "--"+q.flag)
		}
	}
	for _, q := range all {
		answer(q)
		if d := desks[q.flag]; d != nil {
			settings, err := d.questions(q.flag, q.answer)
			if err != nil {
				return err
			}
			for _, s := range settings {
				answer(s)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not answered: %s", strings.Join(missing, ", "))
	}
	return nil
}

func (a *app) ask(lines *bufio.Scanner, q *question) string {
	if q.preset == "" {
		fmt.Fprintf(a.err, "%s ", q.ask)
	} else {
		fmt.Fprintf(a.err, "%s [%s] ", q.ask, q.preset)
	}
	if !lines.Scan() {
		return ""
	}
	return strings.TrimSpace(lines.Text())
}

// render fills the template; every answer is quoted as YAML wants it.
func render(all []*question, desks map[string]*desk) ([]byte, error) {
	values := map[string]string{}
	for _, q := range all {
		values[strings.ReplaceAll(q.flag, "-", "_")] = scalar(q.answer)
	}
	for side, d := range desks {
		values[side+"_settings"] = d.render(side)
	}
	var regimes []string
	for _, r := range strings.Split(all[slices.IndexFunc(all, func(q *question) bool { return q.flag == "regimes" })].answer, ",") {
		regimes = append(regimes, scalar(strings.TrimSpace(r)))
	}
	values["regimes"] = strings.Join(regimes, ", ")
	t, err := template.New("plan").Option("missingkey=error").Parse(planTemplate)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = t.Execute(&text, values)
	return text.Bytes(), err
}

func scalar(s string) string {
	text, err := yaml.Marshal(s)
	if err != nil || strings.Contains(s, "\n") {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSpace(string(text))
}

// confirm asks a yes-or-no question; without a terminal the answer is no.
func (a *app) confirm(ask string) bool {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	answer := a.ask(bufio.NewScanner(a.in), &question{ask: ask + " (yes/no)"})
	return slices.Contains([]string{"yes", "y", "ja", "j"}, strings.ToLower(answer))
}
