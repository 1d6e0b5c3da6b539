package architecture

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// passed are the keys that state data may have, here and nowhere else. Whoever
// adds one says by it that its value is a reference, a count or a name of ours.
// "phase/name" is a key that is allowed in one place only.
var passed = set(`
	run tenant migration id mode limit adopt waits execution next_part loops complete

	approval plan raw read clean gate result census commit seal report finish
	plan_hash kinds kind concurrency workers results phases phase phase_count next phases/name phase/name
	done wait through partial outcome counted documents

	segment segments side seq object manifest sha256 at keys
	records broken blobs linked bytes objects left passed personal residual created adopted differences moved held
	accounted expected placeholders found missing foreign doubled suspended

	action preview recheck rollback closing recall erasures erased changed gone dropped live quick then then/name then/input
	list failure refusal refusal/Error refusal/Cause token
	FunctionName Payload StateMachineArn Name Input
`)

const (
	longestData = 32 << 10 // an eighth of what Step Functions takes
	addKey      = "state data is kept by AWS for 90 days where no key of ours reaches it: pass on a reference, and let the step read what it stands for. " +
		"If it is a reference, a count or a name, add its key to passed (internal/architecture/passed_test.go)"
)

// reference is what all strings of state data look like: no space, no @, nothing
// beyond ASCII.
var reference = regexp.MustCompile(`^[\w./:#-]{0,200}$`)

// sentence is what the cause of a failure looks like: Lambda's JSON around our
// words, which the canaries of internal/embedded search for content.
var sentence = regexp.MustCompile(`^[\w ./:,;"{}-]{0,300}$`)

func TestWhatAStatePassesOnHoldsOnlyReferences(t *testing.T) {
	full := embedded.Request{Mode: migration.ModeFull}
	for name, c := range map[string]struct {
		what   embedded.Request
		target memory.Options
		ends   migration.Name
	}{
		"full":    {full, memory.Options{Batch: 10}, ""},
		"demo":    {embedded.Request{Mode: migration.ModeDemo, Limit: 5}, memory.Options{Batch: 10}, ""},
		"delta":   {embedded.Request{Mode: migration.ModeDelta, Quick: true}, memory.Options{Batch: 10}, ""},
		"refused": {full, memory.Options{Vocabulary: map[string][]string{"ticket.status": {"open"}}}, migration.GateClosed},
	} {
		t.Run(name, func(t *testing.T) {
			entries := migrate(t, c.what, c.target, c.ends)
			if len(entries) < 20 {
				t.Errorf("the journal has only %d entries", len(entries))
			}
			said := map[string]bool{} // what a state adds, all that follow pass on
			for _, e := range entries {
				for _, broken := range content(e) {
					if !said[broken] {
						t.Errorf("%s of %q: %s", e.Kind, e.Path, broken)
					}
					said[broken] = true
				}
			}
		})
	}
}

// content finds what an entry holds that is no reference, count or name.
func content(e workflow.Entry) (broken []string) {
	if len(e.Data) > longestData {
		broken = append(broken, fmt.Sprintf("%d bytes of data, more than %d: %s", len(e.Data), longestData, addKey))
	}
	if !sentence.MatchString(e.Cause) || !reference.MatchString(e.Error) {
		broken = append(broken, fmt.Sprintf("the failure %q: %q may hold content: name the operation and the reference", e.Error, e.Cause))
	}
	if len(e.Data) == 0 {
		return broken
	}
	var data any
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return append(broken, err.Error())
	}
	return append(broken, walk("", "", data)...)
}

// walk goes over a value that stands under a key, which stands under another.
func walk(above, key string, v any) (broken []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if !mayPass(key, k) {
				broken = append(broken, fmt.Sprintf("the key %q in %q: %s", k, key, addKey))
			}
			broken = append(broken, walk(key, k, v[k])...)
		}
	case []any:
		for _, x := range v {
			broken = append(broken, walk(above, key, x)...)
		}
	case string:
		looks := reference
		if above == "refusal" && key == "Cause" {
			looks = sentence
		}
		if !looks.MatchString(v) {
			broken = append(broken, fmt.Sprintf("the value of %q is %d bytes that look like content: %s", key, len(v), addKey))
		}
	}
	return broken
}

func mayPass(above, key string) bool { return passed[key] || passed[above+"/"+key] }

func set(words string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		all[w] = true
	}
	return all
}

// TestNoKeyOfStateDataIsAFieldOfContent keeps the list above honest.
func TestNoKeyOfStateDataIsAFieldOfContent(t *testing.T) {
	harmless := []helpdesk.Class{helpdesk.ClassFlag, helpdesk.ClassSize, helpdesk.ClassDigest, helpdesk.ClassTime}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			if last := f.Name[strings.LastIndex(f.Name, ".")+1:]; passed[last] && !slices.Contains(harmless, f.Class) {
				t.Errorf("%q may stand anywhere in state data and is also what %s is called: allow it in one place, as in phase/name", last, f.Name)
			}
		}
	}
}

func TestDefinitionsPassOnOnlyReferences(t *testing.T) { holds(t, parameters) }

var dataPath = regexp.MustCompile(`(?:^|[(, ])(\$(?:\.\w+)+)`)

// parameters finds keys and paths in a definition that state data can't have.
func parameters(t *tree) (broken []string) {
	for _, s := range t.states() {
		for _, field := range slices.Sorted(maps.Keys(s.fields)) {
			switch field {
			case "ItemProcessor", "Iterator", "Branches":
				continue // their states come by themselves
			case "Parameters", "ItemSelector", "ResultSelector", "Result":
				broken = append(broken, strangeKeys(s.at, "", s.fields[field])...)
			}
			for _, p := range paths(s.fields[field]) {
				above := ""
				for _, key := range strings.Split(p, ".")[1:] {
					if !mayPass(above, key) {
						broken = append(broken, fmt.Sprintf("%s: %s leads to the key %q: %s", s.at, p, key, addKey))
					}
					above = key
				}
			}
		}
	}
	return broken
}

func strangeKeys(at, above string, v any) (broken []string) {
	object, _ := v.(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(object)) {
		key := strings.TrimSuffix(k, ".$")
		if !mayPass(above, key) {
			broken = append(broken, fmt.Sprintf("%s passes on the key %q: %s", at, key, addKey))
		}
		broken = append(broken, strangeKeys(at, key, object[k])...)
	}
	return broken
}

// paths lists the paths into state data that stand in a field, also within
// intrinsic functions.
func paths(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			found = append(found, paths(v[k])...)
		}
	case []any:
		for _, x := range v {
			found = append(found, paths(x)...)
		}
	case string:
		for _, p := range dataPath.FindAllStringSubmatch(v, -1) {
			found = append(found, p[1])
		}
	}
	return found
}
