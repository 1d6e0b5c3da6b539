package memory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Parse reads a desk from a txtar archive: one file a record, named after its
// kind and id, in YAML with the names of the model:
//
//	-- person/p1 --
//	name: Jane Miller
//	emails: [jane@example.test]
//	-- ticket/t1 --
//	subject: Printer
//	requester: p1
//	comments:
//	- body: It does not print.
func Parse(o Options, text []byte) (*Desk, error) {
	d := New(o)
	for name, body := range files(string(text)) {
		r, err := parseRecord(name, body)
		if err == nil && d.find(r.Kind, r.Key) != nil {
			err = errors.New("stands there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("memory: %s: %w", name, err)
		}
		d.Add(r)
	}
	return d, nil
}

// files goes over the files of a txtar archive; what stands before the first is
// a comment.
func files(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		name, body := "", ""
		for line := range strings.Lines(text) {
			next, ok := heading(line)
			if !ok {
				body += line
				continue
			}
			if name != "" && !yield(name, body) {
				return
			}
			name, body = next, ""
		}
		if name != "" {
			yield(name, body)
		}
	}
}

// heading returns the name in a line "-- name --".
func heading(line string) (name string, ok bool) {
	if name, ok = strings.CutPrefix(strings.TrimSpace(line), "-- "); ok {
		name, ok = strings.CutSuffix(name, " --")
	}
	return strings.TrimSpace(name), ok
}

func parseRecord(name, text string) (helpdesk.Record, error) {
	kind, id, _ := strings.Cut(name, "/")
	if !helpdesk.Kind(kind).Valid() || id == "" {
		return helpdesk.Record{}, errors.New("the name is not <kind>/<id>")
	}
	body, err := yaml.YAMLToJSON([]byte(text))
	if err != nil { // with its place and without the lines around it
		return helpdesk.Record{}, errors.New(yaml.FormatError(err, false, false))
	}
	whole := fmt.Sprintf(`{"kind":%q,"key":%q,%q:%s}`, kind, id, kind, body)
	var r helpdesk.Record
	dec := json.NewDecoder(strings.NewReader(whole))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return helpdesk.Record{}, err
	}
	if !r.Complete() {
		return helpdesk.New(r.Kind, r.Key), nil
	}
	return r, nil
}

// Dump writes the desk as [Parse] reads it, kinds in their order and records in
// theirs, to be compared with a golden file. Bytes of attachments are left out.
func (d *Desk) Dump() []byte {
	var b bytes.Buffer
	for _, k := range helpdesk.Kinds() {
		for _, r := range d.Records(k) {
			fmt.Fprintf(&b, "-- %s/%s --\n%s", k, r.Key, dumpRecord(r))
		}
	}
	return b.Bytes()
}

func dumpRecord(r helpdesk.Record) []byte {
	var parts map[string]json.RawMessage
	whole, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(whole, &parts)
	}
	if err != nil {
		panic(fmt.Sprintf("memory: dump %s: %v", r.Kind, err))
	}
	text, err := yaml.JSONToYAML(parts[string(r.Kind)])
	if err != nil {
		panic(fmt.Sprintf("memory: dump %s: %v", r.Kind, err))
	}
	return append(bytes.TrimSpace(text), '\n')
}
