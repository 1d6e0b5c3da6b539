package plan

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/safeconduct/safeconduct/connectors"
)

// A Runtime is what opening a plan's desks takes from where it happens.
type Runtime struct {
	// Find gives a connector by the name that plans write.
	Find func(name string) (connectors.Connector, bool)
	// Vault is where secrets are read from; nil for environment and files.
	Vault connectors.Vault
	// Budgets share out what the accounts of the desks answer; nil: nobody does.
	Budgets connectors.Budgets
}

// Source opens the plan's source. Its error is ErrSettings, ErrDenied or
// ErrUnavailable.
func (r Runtime) Source(ctx context.Context, p *Plan) (connectors.Source, error) {
	c, ok := r.Find(p.Source.Connector)
	if !ok || c.Source == nil {
		return nil, fmt.Errorf("%w: no connector %q can be a source", connectors.ErrSettings, p.Source.Connector)
	}
	source, err := c.Source(r.budgeted(ctx), r.settings(p.SettingsOf("source", p.Source)))
	if err != nil {
		return nil, asSettings(err)
	}
	return source, nil
}

// Target opens the plan's target, as Source does.
func (r Runtime) Target(ctx context.Context, p *Plan) (connectors.Target, error) {
	c, ok := r.Find(p.Target.Connector)
	if !ok || c.Target == nil {
		return nil, fmt.Errorf("%w: no connector %q can be a target", connectors.ErrSettings, p.Target.Connector)
	}
	target, err := c.Target(r.budgeted(ctx), r.settings(p.SettingsOf("target", p.Target)))
	if err != nil {
		return nil, asSettings(err)
	}
	return target, nil
}

// budgeted hands the budgets to a connector that asks for its own.
func (r Runtime) budgeted(ctx context.Context) context.Context {
	if r.Budgets == nil {
		return ctx
	}
	return connectors.WithBudgets(ctx, r.Budgets)
}

// Tested says what a connector has run against.
func (r Runtime) Tested(connector string) string {
	c, _ := r.Find(connector)
	return c.Tested
}

// settings hands the vault to each secret that a connector asks for.
func (r Runtime) settings(s connectors.Settings) connectors.Settings {
	if r.Vault == nil {
		return s
	}
	return func(into any) error {
		if err := s(into); err != nil {
			return err
		}
		v := reflect.Indirect(reflect.ValueOf(into))
		for i := range v.NumField() {
			if secret, ok := v.Field(i).Addr().Interface().(*connectors.Secret); ok {
				secret.From(r.Vault)
			}
		}
		return nil
	}
}

// asSettings makes sure that what keeps a desk from opening is told as such.
func asSettings(err error) error {
	if errors.Is(err, connectors.ErrSettings) || errors.Is(err, connectors.ErrDenied) || errors.Is(err, connectors.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", connectors.ErrSettings, err)
}
