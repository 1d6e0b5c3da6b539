package workflow

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A recording is one case of shared/data/asl/cases.jsonl: what AWS did with a
// definition. Its README describes the fields.
type recording struct {
	ID             string
	Kind           string
	Source         struct{ Marker string }
	Definition     json.RawMessage
	DefinitionText string `json:"definition_text"`
	Input          json.RawMessage
	Expected       struct {
		Status     string
		Output     json.RawMessage
		Error      string
		Events     []json.RawMessage
		NextState  string
		Inspection struct{ Result json.RawMessage }
	}
	EventsOrdered bool `json:"events_ordered"`
	Needs         []string
	Lambdas       map[string]json.RawMessage
	Tasks         []recordedTask
	S3            []struct{ Bucket, Key, Body string }
	Options       struct {
		Context   string
		StateName string
		Mock      *struct {
			Result      *string
			ErrorOutput *struct{ Error, Cause string }
		}
	}
}

type recordedTask struct {
	State     string
	Resource  string
	Arguments json.RawMessage
	Output    json.RawMessage
	Error     json.RawMessage
	Cause     json.RawMessage
}

func (r *recording) definition() []byte {
	if r.DefinitionText != "" {
		return []byte(r.DefinitionText)
	}
	return r.Definition
}

// recordings reads the cases, of the given kind or of all.
func recordings(t *testing.T, kind string) []*recording {
	t.Helper()
	name := "../../../shared/data/asl/cases.jsonl"
	if dir := os.Getenv("SAFECONDUCT_SHARED"); dir != "" {
		name = filepath.Join(dir, "data/asl/cases.jsonl")
	}
	file, err := os.Open(name)
	if err != nil {
		const get = "%v\nThe recorded executions are in data/asl/cases.jsonl of the shared folder; " +
			"put that folder beside the repository or name it in SAFECONDUCT_SHARED."
		if os.Getenv("CI") != "" {
			t.Fatalf(get, err)
		}
		t.Skipf(get, err)
	}
	t.Cleanup(func() { _ = file.Close() })
	var all []*recording
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		r := &recording{}
		if err := json.Unmarshal(lines.Bytes(), r); err != nil {
			t.Fatal(err)
		}
		if kind == "" || r.Kind == kind {
			all = append(all, r)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// matches compares a value with a recorded one, in which "*" stands for anything
// and a * inside a text for any characters. Texts that hold JSON, such as the
// cause of a function's failure, compare as JSON.
func matches(want, got any) bool {
	switch want := want.(type) {
	case string:
		return want == "*" || numbered.MatchString(want) || matchesText(want, got)
	case map[string]any:
		if _, lost := want["@undecodable"]; lost {
			return true
		}
		object, ok := got.(map[string]any)
		return ok && matchesObject(want, object)
	case []any:
		array, ok := got.([]any)
		if !ok || len(array) != len(want) {
			return false
		}
		for i := range want {
			if !matches(want[i], array[i]) {
				return false
			}
		}
		return true
	}
	return equal(want, got)
}

// numbered is how the origin writes a value that varies in a test it has yet to fix.
var numbered = regexp.MustCompile(`^<\*:\d+>$`)

func matchesObject(want, got map[string]any) bool {
	for name := range got {
		if _, ok := want[name]; !ok {
			return false
		}
	}
	for name, w := range want {
		g, ok := got[name]
		if !ok && w == "*" && (name == "SdkHttpMetadata" || name == "SdkResponseMetadata") {
			continue
		}
		if !ok || !matches(w, g) {
			return false
		}
	}
	return true
}

func matchesText(want string, got any) bool {
	text, ok := got.(string)
	if !ok {
		return false
	}
	if wildcard(strings.Split(want, "*")).matches(text) {
		return true
	}
	w, err := decode([]byte(want))
	g, err2 := decode([]byte(text))
	_, isObject := w.(map[string]any)
	return err == nil && err2 == nil && isObject && matches(w, g)
}

func mustDecode(t *testing.T, data []byte) any {
	t.Helper()
	v, err := decode(data)
	if err != nil {
		t.Fatalf("%v in %q", err, data)
	}
	return v
}
