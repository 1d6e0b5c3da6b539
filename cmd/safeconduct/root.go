package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/release"
)

// An app is one call of the command line.
type app struct {
	in       io.Reader
	out, err io.Writer

	planFile string
	home     string
	reports  string
	json     bool
	quiet    bool
	lang     string
	remote   string // address of the API that does it; empty for this machine
	asked    bool   // the address was an argument
}

// run is the program: arguments and streams in, exit code out.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "safeconduct",
		Short: "Move a help desk without losing, doubling or exposing one record",
		Long: `Safeconduct moves tickets, people, groups and files from one help desk to
another. Personal data under way exists only encrypted, passes the policy of
your plan before it reaches the target, and is verified field by field.

Start with:  safeconduct init     writes a commented plan from a few questions
             safeconduct plan     shows what would happen; changes nothing
             safeconduct demo     moves a few records, masked, as often as you like
             safeconduct migrate  moves everything; Ctrl-C stops, resume goes on

` + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       release.Version,
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.planFile, "plan", "p", "plan.yaml", "the plan")
	f.StringVar(&a.home, "home", "", "folder for ledger, keys and staging (default: .safeconduct beside the plan)")
	f.StringVar(&a.reports, "reports", "", "folder for reports (default: reports beside the plan)")
	f.BoolVar(&a.json, "json", false, "print the result as JSON")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress")
	f.StringVar(&a.lang, "lang", "en", "language of summaries: en or de")
	f.StringVar(&a.remote, "remote", "", "address of a deployed Safeconduct that does it ("+remoteVariable+"; its token: "+tokenFile+")")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if a.asked = a.remote != ""; !a.asked {
			a.remote = os.Getenv(remoteVariable)
		}
		if a.asked && slices.Contains(hereOnly, c.Name()) {
			return usage(fmt.Errorf("%s works on this machine only; leave --remote out", c.Name()))
		}
		return nil
	}
	root.AddCommand(a.initCommand(), a.planCommand(), a.migrateCommand(), a.deltaCommand(), a.reviewCommand(), a.demoCommand(), a.statusCommand(),
		a.resumeCommand(), a.reserveCommand(), a.approveCommand(), a.verifyCommand(), a.rollbackCommand(), a.cutoverCommand(), a.closeCommand(), a.reportCommand(), a.inventoryCommand(), a.scheduleCommand(), a.serveCommand(), a.costCommand(), a.privacyCommand(), a.dateFixupCommand(), a.connectorsCommand(), a.versionCommand())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	return root
}

// hereOnly are the commands that have nothing to do elsewhere.
var hereOnly = []string{"serve", "init", "date-fixup", "review", "scan", "rewrite"}

// readPlan reads the plan and resolves the folders that depend on it.
func (a *app) readPlan() (*plan.Plan, error) {
	p, err := plan.Read(a.planFile)
	if err != nil {
		return nil, usage(err)
	}
	if a.home == "" {
		a.home = filepath.Join(p.Folder(), ".safeconduct")
	}
	if a.reports == "" {
		a.reports = filepath.Join(p.Folder(), "reports")
	}
	return p, nil
}

// open opens the runtime of a plan, with progress on standard error.
func (a *app) open(ctx context.Context, p *plan.Plan) (*embedded.Runtime, *progress, error) {
	r, err := embedded.Open(ctx, p, embedded.Options{Home: a.home, Reports: a.reports, Passphrase: a.passphrase(), Tool: release.Tool()})
	if err != nil {
		return nil, nil, err
	}
	bar := newProgress(a.err, a.quiet)
	r.Progress = bar.step
	bar.budgets = func() string { return standingLine(ctx, r.Budgets, p) }
	return r, bar, nil
}

// here does something with the runtime of the plan on this machine, as there does it
// elsewhere.
func (a *app) here(ctx context.Context, do func(*embedded.Runtime, *progress) error) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	r, bar, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	defer r.Close()
	return do(r, bar)
}

// passphraseFile names the variable that names a file with the passphrase of the
// local key: a passphrase is never an argument and never a variable's value.
const passphraseFile = "SAFECONDUCT_PASSPHRASE_FILE"

// passphrase reads the passphrase of the local key; nil if it has none.
func (a *app) passphrase() func() ([]byte, error) {
	path := os.Getenv(passphraseFile)
	if path == "" {
		return nil
	}
	return func() ([]byte, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: the file can't be read", passphraseFile)
		}
		for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
			text = text[:len(text)-1]
		}
		return text, nil
	}
}

// print writes a result: as JSON if asked, else as text.
func (a *app) print(value any, text func(w io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		v := struct {
			Version string `json:"version"`
			Go      string `json:"go"`
		}{Version: release.Version}
		if info, ok := debug.ReadBuildInfo(); ok {
			v.Go = info.GoVersion
		}
		return a.print(v, func(w io.Writer) { fmt.Fprintf(w, "safeconduct %s (%s)\n", v.Version, v.Go) })
	}}
}
