package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/api"
)

func (a *app) scheduleCommand() *cobra.Command {
	var s api.Schedule
	c := &cobra.Command{
		Use:   "schedule",
		Short: "Let the deployed migration run by itself",
		Long: `Lets the deployed migration run by itself: a delta each time, of which the first
moves everything. Once an hour one also looks for what the source lists no more. A
run that is still at work lets the next one wait. On one machine cron does the same.`,
		Example: "  safeconduct schedule --every 15m\n  safeconduct schedule --cron '0 2 * * mon-fri'",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if s.Every == "" && s.Cron == "" {
				return usage(errors.New("say --every 15m or --cron '0 2 * * *'; or schedule list, pause, resume, delete"))
			}
			s.State = api.ScheduleActive
			if err := s.Check(); err != nil {
				return usage(err)
			}
			return a.scheduled(func(r *remote) error { return r.setSchedule(c.Context(), s) })
		},
	}
	c.Flags().StringVar(&s.Every, "every", "", "how often: 15m, 6h, 1d; 5 minutes at least")
	c.Flags().StringVar(&s.Cron, "cron", "", "five fields, UTC: minute hour day month weekday")
	sub := func(use, short string, do func(*remote, context.Context) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			return a.scheduled(func(r *remote) error { return do(r, c.Context()) })
		}}
	}
	c.AddCommand(sub("list", "List the migrations that run by themselves", (*remote).listSchedules),
		sub("pause", "Let the migration not run by itself until resume", changed(api.SchedulePaused)),
		sub("resume", "Let the migration run by itself again", changed(api.ScheduleActive)),
		sub("delete", "Remove the schedule", (*remote).deleteSchedule))
	return c
}

// scheduled does something there, or says what takes its place on one machine.
func (a *app) scheduled(do func(*remote) error) error {
	if a.remote != "" {
		return a.there(do)
	}
	folder, err := filepath.Abs(filepath.Dir(a.planFile))
	if err != nil {
		folder = "FOLDER"
	}
	return usage(fmt.Errorf("on one machine cron starts it. Add this line with crontab -e:\n  */15 * * * * cd %s && safeconduct delta --quiet --plan %s\n"+
		"A run that is still at work lets the next one end at once", folder, filepath.Base(a.planFile)))
}

func (r *remote) setSchedule(ctx context.Context, s api.Schedule) error {
	if err := r.upload(ctx); err != nil {
		return err
	}
	s, err := r.PutSchedule(ctx, r.plan.Migration, s)
	if err != nil {
		return err
	}
	return r.printSchedule(s)
}

func changed(state string) func(*remote, context.Context) error {
	return func(r *remote, ctx context.Context) error {
		s, err := r.Schedule(ctx, r.plan.Migration)
		if err != nil {
			return err
		}
		s, err = r.PutSchedule(ctx, r.plan.Migration, api.Schedule{Every: s.Every, Cron: s.Cron, State: state})
		if err != nil {
			return err
		}
		return r.printSchedule(s)
	}
}

func (r *remote) deleteSchedule(ctx context.Context) error {
	if err := r.DeleteSchedule(ctx, r.plan.Migration); err != nil {
		return err
	}
	return r.print(map[string]any{"migration": r.plan.Migration, "deleted": true}, func(w io.Writer) {
		fmt.Fprintf(w, "%s does not run by itself any more.\n", r.plan.Migration)
	})
}

// A scheduleLine is a schedule in a list.
type scheduleLine struct {
	Migration string `json:"migration"`
	api.Schedule
}

func (l scheduleLine) String() string {
	text := l.Migration + "  every " + l.Every
	if l.Cron != "" {
		text = l.Migration + "  cron " + l.Cron + " (UTC)"
	}
	return text + "  " + l.State
}

func (r *remote) printSchedule(s api.Schedule) error {
	one := scheduleLine{r.plan.Migration, s}
	return r.print(one, func(w io.Writer) { fmt.Fprintln(w, one) })
}

// listSchedules lists the schedules of all migrations of the tenant.
func (r *remote) listSchedules(ctx context.Context) error {
	migrations, err := r.Migrations(ctx)
	if err != nil {
		return err
	}
	lines := []scheduleLine{}
	for _, m := range migrations {
		s, err := r.Schedule(ctx, m.Migration)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		lines = append(lines, scheduleLine{m.Migration, s})
	}
	return r.print(lines, func(w io.Writer) {
		for _, l := range lines {
			fmt.Fprintln(w, l)
		}
		if len(lines) == 0 {
			fmt.Fprintln(w, "No migration runs by itself.")
		}
	})
}
