package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/lines"
)

// A privacyJob is what scan and rewrite are asked.
type privacyJob struct {
	file    string // empty: standard input
	format  string
	account string
	preset  string
	key     string
	tagger  string // on or off
	rules   string // a file of rules for text
}

func (a *app) privacyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "privacy",
		Short: "Find or replace personal data in files",
		Long: `The engine that masks records under way, for files and standard input: scan and
rewrite open no connection, and write nothing but their answer.
docs/privacy-engine.md says what they find and what not. Risk measures what is left
where names and words are gone.`,
	}
	c.AddCommand(a.scanCommand(), a.rewriteCommand(), a.riskCommand())
	return c
}

func (a *app) scanCommand() *cobra.Command {
	var j privacyJob
	c := &cobra.Command{
		Use:   "scan [FILE]",
		Short: "Say where personal data stands, and of which kind",
		Long: `Scan reads FILE or standard input and writes JSON Lines. It shows places and
kinds, never the data itself.

  jsonl  lines {"id", "text", "record": [people of the text]}
         answered by {"id", "spans": [{"start", "end", "type", "score"}]}
  text   one text, answered by a line for each span
  csv    a text in each field, answered by {"row", "column", "spans"}

Start and end count Unicode code points. A person in a record or an account is
{"first", "last", "name", "org", "email", "phone", "emails", "phones"}; none of
them is needed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.privacy(j.on(args), false) },
	}
	j.flags(c)
	return c
}

func (a *app) rewriteCommand() *cobra.Command {
	var j privacyJob
	c := &cobra.Command{
		Use:   "rewrite [FILE]",
		Short: "Replace personal data as a preset says",
		Long: `Rewrite reads FILE or standard input and writes the same with personal data
replaced. Of JSON Lines it writes id and text; the record stays behind.

Pseudonyms and masked names are made with a key. Without --key-file it is made for
this call and forgotten: the same person has another pseudonym the next time.

Whatever the preset should have replaced and the engine still finds in its own
output is counted on standard error, and the exit code is 10.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.privacy(j.on(args), true) },
	}
	j.flags(c)
	c.Flags().StringVar(&j.preset, "preset", "demo", fmt.Sprintf("what to do: one of %v", privacy.Presets()))
	c.Flags().StringVar(&j.key, "key-file", "", "a file of 32 bytes or more that makes pseudonyms the same every time")
	return c
}

func (j *privacyJob) flags(c *cobra.Command) {
	c.Flags().StringVar(&j.format, "format", "text", fmt.Sprintf("one of %v", lines.Formats()))
	c.Flags().StringVar(&j.tagger, "tagger", plan.On, "off: do not look for people on no record by whole sentences too")
	c.Flags().StringVar(&j.account, "account", "", "a directory of everybody the account knows, as JSON Lines")
	c.Flags().StringVar(&j.rules, "rules", "", "a file with rules of your own, as the key rules of a plan's privacy section")
}

// on returns the job for the file that the arguments name.
func (j privacyJob) on(args []string) privacyJob {
	if len(args) > 0 && args[0] != "-" {
		j.file = args[0]
	}
	return j
}

func (a *app) privacy(j privacyJob, rewrite bool) error {
	if !slices.Contains(lines.Formats(), j.format) {
		return usage(fmt.Errorf("there is no format %q: choose one of %v", j.format, lines.Formats()))
	}
	if err := plan.CheckTagger(j.tagger); err != nil {
		return usage(err)
	}
	job := lines.Job{Format: j.format}
	policy, err := j.policy()
	if err != nil {
		return usage(err)
	}
	if rewrite {
		if job.Rewriter, err = j.rewriter(policy); err != nil {
			return usage(err)
		}
	} else if j.rules != "" || j.tagger != plan.Off {
		job.Policy = policy
	}
	if j.account != "" {
		if job.Account, err = readAccount(j.account); err != nil {
			return usage(err)
		}
	}
	in, err := a.input(j.file)
	if err != nil {
		return usage(err)
	}
	defer in.Close()
	sum, err := job.Run(in, a.out)
	switch {
	case err != nil:
		return usage(err)
	case rewrite && sum.Left > 0:
		fmt.Fprintf(a.err, "%d places still read like personal data that should be gone\n", sum.Left)
		return partial()
	}
	return nil
}

// policy is that of the preset, of demo for scan, with the rules of the file.
func (j privacyJob) policy() (*privacy.Compiled, error) {
	p := privacy.Policy{Preset: cmp.Or(j.preset, "demo"), Tagger: j.tagger != plan.Off}
	if j.rules != "" {
		text, err := os.ReadFile(j.rules)
		if err != nil {
			return nil, fmt.Errorf("the rules can't be read: %w", err)
		}
		if p.Rules, err = plan.ReadRules(text); err != nil {
			return nil, fmt.Errorf("%s: %w", j.rules, err)
		}
	}
	return privacy.Compile(p)
}

func (j privacyJob) rewriter(policy *privacy.Compiled) (_ *privacy.Rewriter, err error) {
	key := lines.NewKey()
	if j.key != "" {
		if key, err = lines.ReadKey(j.key); err != nil {
			return nil, err
		}
	}
	return policy.Rewriter(key)
}

func readAccount(file string) (*privacy.Directory, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the account can't be read: %w", err)
	}
	return lines.ReadDirectory(bytes.NewReader(text))
}

func (a *app) input(file string) (io.ReadCloser, error) {
	if file == "" {
		return io.NopCloser(a.in), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the input can't be read: %w", err)
	}
	return f, nil
}
