package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A Service offers the migrations of one home to the API: that of the plan it was
// started with, demos, and those whose plans were uploaded. It has one tenant.
//
// How a migration stands is read from its ledger beside whoever is at work on it,
// also another process. What the service starts itself goes on until it ends or
// the service is closed; resume goes on later.
type Service struct {
	options Options
	file    string // plan that the service was started with
	folder  string // where relative paths of uploaded plans start
	tenant  string

	budgets *Budgets

	ctx    context.Context // of the work; ends with the service
	cancel context.CancelFunc
	wg     sync.WaitGroup

	records api.Counted[string, map[string]map[string]int] // by kind and state, as a migration stands

	mu    sync.Mutex
	rows  map[string]*sqlite.Store // ledgers that are read, by migration
	works map[string]*work         // the last work of each migration
	tasks map[string]*task
}

// NewService opens a service for the plan in a file. It returns an error if there
// is no plan.
func NewService(file string, o Options) (*Service, error) {
	p, err := plan.Read(file)
	if err != nil {
		return nil, err
	}
	s := &Service{options: o, file: file, folder: p.Folder(), tenant: p.Tenant, budgets: OpenBudgets(o.Home), rows: map[string]*sqlite.Store{},
		works: map[string]*work{}, tasks: map[string]*task{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Requests opens the rows in which the API remembers requests with a key.
func (s *Service) Requests() (api.Rows, error) {
	rows, err := sqlite.Open(filepath.Join(s.options.Home, "requests.db"))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows["/"] = rows // no migration's name
	return rows, nil
}

// Tenant is that of the plan.
func (s *Service) Tenant() string { return s.tenant }

// Backend is what one machine offers.
func (s *Service) Backend() api.Backend {
	return api.Backend{Watch: s, Plans: s, Runs: s, Approvals: s, Reports: s, Tasks: s, Budgets: s, Instead: map[string]string{
		"schedules": "On one machine let cron start it, as: */15 * * * * cd FOLDER && safeconduct migrate --quiet",
		"uploads":   "Put the files where path: in the plan says.",
		"costs":     "On one machine a run costs nothing at AWS; safeconduct cost says there what it would.",
	}}
}

// Close stops what is under way between two steps, and waits for it.
func (s *Service) Close() error {
	s.cancel()
	s.wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := []error{s.budgets.Close()}
	for _, r := range s.rows {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// uploaded is where the plan lies that was uploaded for a migration.
func (s *Service) uploaded(name string) string {
	return filepath.Join(s.options.Home, name, "plan.yaml")
}

// readPlan reads the plan of a migration as it stands now: the file that the
// service was started with, or what was uploaded. A demo has that of its
// migration.
func (s *Service) readPlan(m api.Migration) (p *plan.Plan, text []byte, err error) {
	if m.Tenant != s.tenant {
		return nil, nil, api.NotFound("migration")
	}
	if base, demo := strings.CutSuffix(m.Name, plan.DemoEnd); demo {
		if p, text, err = s.readPlan(api.Migration{Tenant: m.Tenant, Name: base}); err == nil {
			return p.Demo(), text, nil
		}
	}
	for _, file := range []string{s.file, s.uploaded(m.Name)} {
		if text, err = os.ReadFile(file); err != nil {
			continue
		}
		if p, err = plan.Parse(text, s.folder); err != nil && file == s.file {
			return nil, nil, api.BadPlan(err)
		}
		if err == nil && p.Migration == m.Name {
			return p, text, nil
		}
	}
	return nil, nil, api.NotFound("plan")
}

// isDemo reports whether a migration is the demo of another.
func (s *Service) isDemo(m api.Migration) bool {
	base, demo := strings.CutSuffix(m.Name, plan.DemoEnd)
	if demo {
		_, _, err := s.readPlan(api.Migration{Tenant: m.Tenant, Name: base})
		return err == nil
	}
	return false
}

// Plan returns the plan of a migration.
func (s *Service) Plan(_ context.Context, m api.Migration) (api.Plan, error) {
	_, text, err := s.readPlan(m)
	if err != nil {
		return api.Plan{}, err
	}
	return s.planOf(m, text), nil
}

// planOf is the plan as it lies in the home, or where the service was started with.
func (s *Service) planOf(m api.Migration, text []byte) api.Plan {
	var at time.Time
	for _, file := range []string{s.uploaded(m.Name), s.file} {
		if info, err := os.Stat(file); err == nil {
			at = info.ModTime()
			break
		}
	}
	return api.PlanOf(m, text, at)
}

// PutPlan keeps an uploaded plan in the home. That of the file the service was
// started with is edited there, where a person sees it.
func (s *Service) PutPlan(_ context.Context, m api.Migration, text []byte) (api.Plan, error) {
	p, err := plan.Parse(text, s.folder)
	if err != nil {
		return api.Plan{}, api.BadPlan(err)
	}
	if p.Migration != m.Name || p.Tenant != s.tenant || m.Tenant != s.tenant || strings.HasSuffix(m.Name, plan.DemoEnd) {
		return api.Plan{}, api.BadPlan(errors.New("it is for another migration or tenant than the path"))
	}
	own, err := plan.Read(s.file)
	if err == nil && own.Migration == m.Name {
		if there, err := os.ReadFile(s.file); err != nil || !bytes.Equal(there, text) {
			return api.Plan{}, &api.Refusal{Kind: api.ErrConflict, Code: "plan-is-a-file", Say: "The plan of this migration is the file that serve was started with.",
				Next: "Edit the file; a run takes the plan as it stands when it starts."}
		}
		return s.planOf(m, text), nil
	}
	if where := secretElsewhere(p); where != "" {
		return api.Plan{}, &api.Refusal{Kind: api.ErrInvalid, Code: "secret", Say: where + " names a secret, and serve takes none from a plan that was uploaded.",
			Next: "Start safeconduct serve with that plan: --plan FILE."}
	}
	file := s.uploaded(m.Name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return api.Plan{}, err
	}
	return s.planOf(m, text), os.WriteFile(file, text, 0o600)
}

// secretElsewhere names the first setting that stands for a secret.
func secretElsewhere(p *plan.Plan) string {
	for side, d := range map[string]plan.Desk{"source": p.Source, "target": p.Target} {
		for name, value := range d.Settings {
			if text, _ := value.(string); strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:") {
				return side + "." + name
			}
		}
	}
	return ""
}

// names lists the migrations that the home knows, and that of the plan.
func (s *Service) names() (names []string) {
	if p, err := plan.Read(s.file); err == nil {
		names = append(names, p.Migration)
	}
	folders, _ := os.ReadDir(s.options.Home) // none before the first run
	for _, f := range folders {
		for _, sign := range []string{"ledger.db", "plan.yaml"} {
			if _, err := os.Stat(filepath.Join(s.options.Home, f.Name(), sign)); err == nil {
				names = append(names, f.Name())
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ledgerOf opens the ledger of a migration beside whoever writes to it; nil
// before there is one.
func (s *Service) ledgerOf(name string) (*sqlite.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows[name] != nil {
		return s.rows[name], nil
	}
	file := filepath.Join(s.options.Home, name, "ledger.db")
	if _, err := os.Stat(file); err != nil {
		return nil, nil
	}
	rows, err := sqlite.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	s.rows[name] = rows
	return rows, nil
}
