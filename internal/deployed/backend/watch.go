package backend

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// atOnce is how many migrations of a list are looked at at a time.
const atOnce = 8

// Migrations lists the migrations of a tenant that have a plan, and their demos.
func (b *Backend) Migrations(ctx context.Context, tenant string) ([]api.Summary, error) {
	names, err := b.names(ctx, tenant)
	if err != nil {
		return nil, err
	}
	found := make([]*api.Summary, 2*len(names))
	all, inner := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for i, name := range names {
		for j, m := range []api.Migration{{Tenant: tenant, Name: name}, {Tenant: tenant, Name: name + plan.DemoEnd}} {
			all.Go(func() error {
				s, err := b.standing(inner, m)
				if err == nil && (j == 0 || len(s.Runs) > 0) {
					sum := s.Summary()
					found[2*i+j] = &sum
				}
				return err
			})
		}
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	list := []api.Summary{}
	for _, s := range found {
		if s != nil {
			list = append(list, *s)
		}
	}
	slices.SortFunc(list, func(a, b api.Summary) int { return strings.Compare(a.Migration, b.Migration) })
	return list, nil
}

// names lists the migrations of a tenant that have a plan.
func (b *Backend) names(ctx context.Context, tenant string) (names []string, err error) {
	folder := deployed.PlansOf(tenant)
	pages := s3.NewListObjectsV2Paginator(b.Plans.API, &s3.ListObjectsV2Input{Bucket: &b.Plans.Bucket, Prefix: &folder, Delimiter: aws.String("/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.CommonPrefixes {
			name := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), folder), "/")
			if !strings.HasSuffix(name, plan.DemoEnd) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// Status reads the ledger, and asks Step Functions only about a run that is not in
// it yet.
func (b *Backend) Status(ctx context.Context, m api.Migration) (api.Status, error) {
	s, err := b.standing(ctx, m)
	if err != nil {
		return s, err
	}
	text, at, _, err := b.uploaded(ctx, m)
	switch {
	case err == nil:
		s.PlanHash = api.PlanOf(m, text, at).Hash
	case !errors.Is(err, api.ErrNotFound):
		return s, err
	case len(s.Runs) == 0:
		return s, api.NotFound("migration")
	}
	if err := b.active(ctx, m, &s); err != nil {
		return s, err
	}
	if s.Active != nil {
		if s.Accounts, err = b.accounts(ctx, m.Tenant); err != nil {
			return s, err
		}
	}
	s.Records, err = b.records.Of(m.Tenant+"/"+s.Stand(), func() (map[string]map[string]int, error) { return migration.Tally(ctx, b.ledger(m), countable) })
	if err != nil {
		return s, err
	}
	schedule, err := b.Schedule(ctx, m)
	if err == nil {
		s.Schedule = &schedule
	} else if !errors.Is(err, api.ErrNotFound) {
		return s, err
	}
	s.Settle(migration.Corrected()...)
	return s, nil
}

// standing is what the ledger knows of a migration, with the run that was asked for
// and is not recorded yet.
func (b *Backend) standing(ctx context.Context, m api.Migration) (api.Status, error) {
	s, err := api.FromLedger(ctx, b.Base.Rows, m)
	if err != nil {
		return s, err
	}
	last, err := lastStart(ctx, b.ledger(m))
	if err != nil || last.Run.ID == "" || slices.ContainsFunc(s.Runs, func(r api.Run) bool { return r.ID == last.Run.ID }) {
		return s, err
	}
	r, err := b.unrecorded(ctx, last)
	if r.State == ledger.RunRunning && s.State() == ledger.RunRunning {
		s.Waiting = append(s.Waiting, api.Waiting{Run: r.ID, For: api.WaitRun, Since: r.Started})
	}
	s.Runs = append(s.Runs, r)
	return s, err
}

// soon is within what time a run that was asked for has an execution.
const soon = time.Minute

// unrecorded is a run that was asked for and never came as far as the ledger: its
// execution, or that of the rollback before it, tells why.
func (b *Backend) unrecorded(ctx context.Context, s start) (api.Run, error) {
	r := api.Run{ID: s.Run.ID, Mode: string(s.Run.Mode), State: ledger.RunRunning, Started: s.At}
	x, err := b.flow.last(ctx, b.migrate, s.Run.Execution())
	if err == nil && !x.exists() && s.Room.ID != "" {
		x, err = b.flow.last(ctx, b.maintain, s.Room.Execution())
	}
	if lost := !x.exists() || x.succeeded(); lost && b.now().Sub(s.At) > soon {
		r.State, r.Failure = ledger.RunFailed, string(migration.Aborted)
	} else if x.failure != "" {
		r.State, r.Failure, r.Message = ledger.RunFailed, x.failure, x.message
	}
	return r, err
}

// active adds how far the last run is, what it waits for, or why it failed.
func (b *Backend) active(ctx context.Context, m api.Migration, s *api.Status) error {
	if len(s.Runs) == 0 {
		return nil
	}
	last := &s.Runs[len(s.Runs)-1]
	if len(s.Waiting) > 0 { // for the run before it
		last = &s.Runs[len(s.Runs)-2]
	}
	if last.State == ledger.RunFailed && last.Message == "" {
		x, err := b.flow.last(ctx, b.migrate, run(m, last.ID, migration.Mode(last.Mode)).Execution())
		last.Message = x.message
		return err
	}
	if last.State != ledger.RunRunning {
		return nil
	}
	asked, gate, ok, err := migration.Approvals{Base: b.Base}.Pending(ctx, run(m, last.ID, migration.Mode(last.Mode)))
	if err != nil {
		return err
	}
	if ok {
		s.Waiting = append(s.Waiting, api.Approval(last.ID, asked.Asked, gate.Records, gate.Personal, gate.Residual))
		return nil
	}
	s.Active, err = b.advances.Of(run(m, last.ID, ""), func() (*api.Progress, error) {
		a, err := migration.Advanced(ctx, b.ledger(m), last.ID)
		return api.Advanced(last.ID, a.Extracted, a.Anonymized, a.Verified), err
	})
	return err
}

// countable is how many records of the id map are counted for a status. A larger
// migration's are in the report of its run.
const countable = 20_000
