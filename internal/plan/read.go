package plan

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// maxFile bounds a plan file; the largest plausible one, with thousands of
// mapped people, is far below.
const maxFile = 8 << 20

// Read reads and checks a plan file.
func Read(path string) (*Plan, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("there is no plan at %s; safeconduct init writes one", path)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than a plan can be (%d MiB)", path, maxFile>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := Parse(text, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Parse reads and checks a plan. Relative paths in it start at the folder.
func Parse(text []byte, folder string) (*Plan, error) {
	p := &Plan{Tenant: Local, Run: Run{Concurrency: 1}}
	if err := decode(text, p); err != nil {
		return nil, err
	}
	var err error
	if p.folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	p.Run.Concurrency = max(1, p.Run.Concurrency)
	p.Privacy.Attachments.Unreadable = cmp.Or(p.Privacy.Attachments.Unreadable, Quarantine)
	return p, p.Check()
}

// ReadRules reads a file of rules for text: the key rules of a plan's privacy section.
func ReadRules(text []byte) ([]privacy.TextRule, error) {
	var file struct {
		Rules []privacy.TextRule `yaml:"rules"`
	}
	err := decode(text, &file)
	return file.Rules, err
}

// decode reads strict YAML. Errors give line and column and no content.
func decode(text []byte, into any) error {
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into)
	if err == nil {
		return nil
	}
	return explain(err, into)
}

func explain(err error, into any) error {
	var broken yaml.Error
	if !errors.As(err, &broken) {
		return err
	}
	where := ""
	if t := broken.GetToken(); t != nil && t.Position != nil {
		where = fmt.Sprintf("line %d, column %d: ", t.Position.Line, t.Position.Column)
	}
	message := broken.GetMessage()
	if key, ok := unknownKey(message); ok {
		return fmt.Errorf("%sthere is no key %q here%s", where, key, suggest(key, keysOf(reflect.TypeOf(into))))
	}
	return fmt.Errorf("%s%s", where, message)
}

func unknownKey(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, `unknown field "`)
	return strings.TrimSuffix(rest, `"`), ok
}

// suggest names the key that was most likely meant.
func suggest(key string, keys []string) string {
	best, distance := "", 4
	for _, k := range keys {
		if d := levenshtein.Distance(key, k, nil); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// keysOf lists every key that a struct and the structs in it can hold.
func keysOf(t reflect.Type) (keys []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" {
			keys = append(keys, name)
			keys = append(keys, keysOf(t.Field(i).Type)...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// UnmarshalYAML takes the connector's name out and keeps the rest as settings.
func (d *Desk) UnmarshalYAML(unmarshal func(any) error) error {
	var all map[string]any
	if err := unmarshal(&all); err != nil {
		return err
	}
	d.Connector, _ = all["connector"].(string)
	delete(all, "connector")
	d.Settings = all
	return nil
}

// SettingsOf decodes the settings of a desk for its connector, strictly. A
// relative "path", and that of a secret in a file, starts at the plan's folder.
func (p *Plan) SettingsOf(section string, d Desk) connectors.Settings {
	return func(into any) error {
		settings := make(map[string]any, len(d.Settings))
		for k, v := range d.Settings {
			settings[k] = v
		}
		if path, ok := settings["path"].(string); ok {
			settings["path"] = p.Path(path)
		}
		for k, v := range settings { // connectors.Secret
			if text, _ := v.(string); strings.HasPrefix(text, "file:") {
				settings[k] = "file:" + p.Path(strings.TrimPrefix(text, "file:"))
			}
		}
		text, err := yaml.Marshal(settings)
		if err != nil {
			return err
		}
		if len(settings) == 0 {
			return nil
		}
		var broken yaml.Error
		err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into)
		if errors.As(err, &broken) {
			if key, ok := unknownKey(broken.GetMessage()); ok {
				return fmt.Errorf("%s: connector %s has no setting %q%s",
					section, d.Connector, key, suggest(key, keysOf(reflect.TypeOf(into))))
			}
			return fmt.Errorf("%s: %s", section, broken.GetMessage())
		}
		return err
	}
}

// Write renders the plan as YAML; Read reads it back.
func (p *Plan) Write() ([]byte, error) { return yaml.Marshal(p) }

// MarshalYAML writes the connector's name beside its settings.
func (d Desk) MarshalYAML() (any, error) {
	all := yaml.MapSlice{{Key: "connector", Value: d.Connector}}
	for _, k := range sortedKeys(d.Settings) {
		all = append(all, yaml.MapItem{Key: k, Value: d.Settings[k]})
	}
	return all, nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
