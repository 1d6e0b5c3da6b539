package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
)

// A desk is what init learns of one side of the migration.
type desk struct {
	path   string   // --source-path
	flags  []string // --source-set name=value
	preset string   // path where none is given

	connector connectors.Connector
	asked     []*question       // one for each required setting
	given     map[string]string // by flags, beyond what is asked
}

// questions are those that a connector's required settings ask.
func (d *desk) questions(side, connector string) ([]*question, error) {
	var ok bool
	if d.connector, ok = list.Find(connector); !ok {
		return nil, fmt.Errorf("there is no connector %q; there are %s", connector, strings.Join(capable(side == "source"), ", "))
	}
	d.given = map[string]string{}
	for _, f := range d.flags {
		name, value, ok := strings.Cut(f, "=")
		if !ok || !slices.ContainsFunc(d.settings(side), func(s connectors.Setting) bool { return s.Name == name }) {
			return nil, fmt.Errorf("--%s-set %s: write name=value with a setting of connector %s; safeconduct connectors describe %[3]s lists them",
				side, name, connector)
		}
		d.given[name] = value
	}
	for _, s := range d.settings(side) {
		if s.Required {
			d.asked = append(d.asked, d.question(side, s))
		}
	}
	return d.asked, nil
}

func (d *desk) question(side string, s connectors.Setting) *question {
	q := &question{flag: side + "-set " + s.Name + "=", ask: fmt.Sprintf("%s of the %s: %s", s.Name, side, s.Meaning), answer: d.given[s.Name]}
	delete(d.given, s.Name)
	switch {
	case s.Name == "path":
		q.flag, q.ask, q.preset = side+"-path", "Folder of the "+side, d.preset
		if d.path != "" {
			q.answer = d.path
		}
	case s.Secret:
		q.preset = "env:SAFECONDUCT_" + strings.ToUpper(side+"_"+s.Name)
	}
	return q
}

// settings are those of the connector that mean something on this side.
func (d *desk) settings(side string) []connectors.Setting {
	other := map[string]string{"source": "target", "target": "source"}[side]
	return slices.DeleteFunc(slices.Clone(d.connector.Settings), func(s connectors.Setting) bool {
		return strings.HasPrefix(s.Meaning, other+":")
	})
}

// render writes the settings as lines of the plan, those that are not given as
// comments with what they mean.
func (d *desk) render(side string) string {
	var b strings.Builder
	for _, q := range d.asked {
		name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(q.flag, side+"-set "), side+"-"), "=")
		fmt.Fprintf(&b, "  %s: %s\n", name, settingValue(q.answer))
	}
	for _, name := range slices.Sorted(maps.Keys(d.given)) {
		fmt.Fprintf(&b, "  %s: %s\n", name, settingValue(d.given[name]))
	}
	for _, s := range d.settings(side) {
		if _, given := d.given[s.Name]; given || s.Required {
			continue
		}
		value := s.Default
		if strings.Contains(value, " ") {
			value = "..."
		}
		fmt.Fprintf(&b, "  # %s: %s   # %s\n", s.Name, value, strings.TrimPrefix(s.Meaning, side+": "))
	}
	return b.String()
}

// settingValue writes a value so that yes, no and numbers are that.
func settingValue(s string) string {
	if _, err := strconv.Atoi(s); err == nil || s == "true" || s == "false" {
		return s
	}
	return scalar(s)
}
