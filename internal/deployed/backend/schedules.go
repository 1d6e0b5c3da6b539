package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A fired event is what a schedule sends. At is the time it was meant for: the same
// for an event that is delivered twice, and so is the run that it starts.
type fired struct {
	Tenant    string `json:"tenant"`
	Migration string `json:"migration"`
	At        string `json:"at"`
}

// scheduledAt is filled in by EventBridge Scheduler.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
const scheduledAt = "<aws.scheduler.scheduled-time>"

// nameOf is the name of a migration's schedule: 64 characters at most, and never
// that of another's.
func nameOf(m api.Migration) string {
	sum := sha256.Sum256([]byte(m.Tenant + "/" + m.Name))
	digest := "-" + hex.EncodeToString(sum[:5])
	name := m.Tenant + "-" + m.Name
	return name[:min(len(name), 64-len(digest))] + digest
}

// Schedule reads the schedule of a migration. What a person asked for stands in the
// description, in their words.
func (b *Backend) Schedule(ctx context.Context, m api.Migration) (api.Schedule, error) {
	out, err := b.clock.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String(nameOf(m)), GroupName: &b.group})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return api.Schedule{}, api.NotFound("schedule")
	}
	if err != nil {
		return api.Schedule{}, fmt.Errorf("backend: get a schedule: %w", err)
	}
	s := api.Schedule{State: api.ScheduleActive}
	if out.State == types.ScheduleStateDisabled {
		s.State = api.SchedulePaused
	}
	how, when, _ := strings.Cut(aws.ToString(out.Description), " ")
	switch how {
	case "every":
		s.Every = when
	case "cron":
		s.Cron = when
	}
	return s, nil
}

// PutSchedule makes or changes the schedule.
func (b *Backend) PutSchedule(ctx context.Context, m api.Migration, s api.Schedule) (api.Schedule, error) {
	if _, demo, err := b.readPlan(ctx, m); err != nil {
		return s, err
	} else if demo {
		return s, api.OnlyADemo(m.Name, "Schedule "+strings.TrimSuffix(m.Name, plan.DemoEnd))
	}
	in, err := b.scheduled(m, s)
	if err != nil {
		return s, err
	}
	_, err = b.clock.UpdateSchedule(ctx, in)
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		_, err = b.clock.CreateSchedule(ctx, created(in))
	}
	if err != nil {
		return s, fmt.Errorf("backend: keep a schedule: %w", err)
	}
	return s, nil
}

// scheduled is the schedule as EventBridge keeps it: in UTC, at its time and not
// around it, tried again for an hour, then a dead letter.
func (b *Backend) scheduled(m api.Migration, s api.Schedule) (*scheduler.UpdateScheduleInput, error) {
	expression, err := s.Expression()
	if err != nil {
		return nil, err
	}
	event, err := json.Marshal(map[string]fired{"schedule": {m.Tenant, m.Name, scheduledAt}})
	if err != nil {
		return nil, err
	}
	state, words := types.ScheduleStateEnabled, "every "+s.Every
	if s.State == api.SchedulePaused {
		state = types.ScheduleStateDisabled
	}
	if s.Cron != "" {
		words = "cron " + s.Cron
	}
	return &scheduler.UpdateScheduleInput{Name: aws.String(nameOf(m)), GroupName: &b.group, Description: &words, State: state,
		ScheduleExpression: &expression, ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target: &types.Target{Arn: &b.function, RoleArn: &b.scheduleRole, Input: aws.String(plain(event)),
			DeadLetterConfig: &types.DeadLetterConfig{Arn: &b.deadQueue},
			RetryPolicy:      &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(3600), MaximumRetryAttempts: aws.Int32(20)}}}, nil
}

// plain undoes what encoding/json does to angle brackets: Scheduler looks for them.
func plain(text []byte) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(text))
}

func created(in *scheduler.UpdateScheduleInput) *scheduler.CreateScheduleInput {
	return &scheduler.CreateScheduleInput{Name: in.Name, GroupName: in.GroupName, Description: in.Description, State: in.State,
		ScheduleExpression: in.ScheduleExpression, ScheduleExpressionTimezone: in.ScheduleExpressionTimezone,
		FlexibleTimeWindow: in.FlexibleTimeWindow, Target: in.Target}
}

// DeleteSchedule removes it.
func (b *Backend) DeleteSchedule(ctx context.Context, m api.Migration) error {
	_, err := b.clock.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: aws.String(nameOf(m)), GroupName: &b.group})
	var missing *types.ResourceNotFoundException
	if err != nil && !errors.As(err, &missing) {
		return fmt.Errorf("backend: delete a schedule: %w", err)
	}
	return nil
}

// fire starts the delta that a schedule is for: the first of all moves everything.
// Where a run is at work the new one waits for its lease; where one waits already,
// what is new is moved by that.
func (b *Backend) fire(ctx context.Context, f fired) error {
	_, err := b.begin(ctx, api.Migration{Tenant: f.Tenant, Name: f.Migration}, api.Start{Mode: api.ModeDelta, Key: "schedule " + f.At}, true)
	if errors.Is(err, api.ErrConflict) || errors.Is(err, api.ErrNotFound) {
		return nil
	}
	return err
}
