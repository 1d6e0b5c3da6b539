package architecture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// passed are the keys that state data may have, here and nowhere else. Whoever
// adds one says by it that its value is a reference, a count or a name of ours.
// "phase/name" is a key that is allowed in one place only.
var passed = set(`
	run tenant migration id mode limit adopt

	plan raw read clean gate result census commit seal report finish
	plan_hash kinds kind concurrency results phases phase phase_count next phases/name phase/name
	done wait partial outcome counted documents

	segment segments side seq object manifest sha256 at keys
	records broken blobs linked bytes objects left passed personal residual created adopted differences moved held
	accounted expected placeholders found missing foreign doubled

	list failure refusal refusal/Error refusal/Cause
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
	for name, c := range map[string]struct {
		target memory.Options
		ends   migration.Name
	}{
		"finished":               {memory.Options{Batch: 10}, ""},
		"refused by the gate":    {memory.Options{Vocabulary: map[string][]string{"ticket.status": {"open"}}}, migration.GateClosed},
		"a target without group": {memory.Options{Kinds: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			entries := migrate(t, c.target, c.ends)
			if len(entries) < 20 {
				t.Errorf("the journal has only %d entries", len(entries))
			}
			for _, e := range entries {
				for _, broken := range content(e) {
					t.Errorf("%s of %q: %s", e.Kind, e.Path, broken)
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
		if looks := reference; above == "refusal" && key == "Cause" && sentence.MatchString(v) {
			break
		} else if !looks.MatchString(v) {
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

var pathOf = regexp.MustCompile(`(?:^|[(, ])\$(?:\.\w+)+`)

// parameters finds keys and paths in a definition that state data can't have.
func parameters(t *tree) (broken []string) {
	for _, s := range t.states() {
		isReader := func(field string) bool { return field == "ItemReader" || field == "ResultWriter" } // theirs are AWS's words
		for _, field := range slices.Sorted(maps.Keys(s.fields)) {
			switch field {
			case "Parameters", "ItemSelector", "ResultSelector", "Result":
				broken = append(broken, keysOf(s.at, "", s.fields[field])...)
			}
			if field == "ItemProcessor" || field == "Branches" || field == "Iterator" {
				continue // their states come by themselves
			}
			text, _ := json.Marshal(s.fields[field])
			for _, p := range pathOf.FindAllString(strings.ReplaceAll(string(text), `"`, " "), -1) {
				if bad := badStep(p); bad != "" && !isReader(bad) {
					broken = append(broken, fmt.Sprintf("%s: %s leads to %q: %s", s.at, strings.TrimSpace(p), bad, addKey))
				}
			}
		}
	}
	return broken
}

func badStep(p string) string {
	above := ""
	for key := range strings.SplitSeq(p[strings.Index(p, "$.")+2:], ".") {
		if !mayPass(above, key) {
			return key
		}
		above = key
	}
	return ""
}

func keysOf(at, above string, v any) (broken []string) {
	object, _ := v.(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(object)) {
		key := strings.TrimSuffix(k, ".$")
		if !mayPass(above, key) {
			broken = append(broken, fmt.Sprintf("%s passes on %q: %s", at, key, addKey))
		}
		broken = append(broken, keysOf(at, key, object[k])...)
	}
	return broken
}

const planText = `
version: 1
migration: rules
source: {connector: memory, desk: %s-source}
target: {connector: memory, desk: %s-target}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract,
  regimes: [gdpr], retention: 30 days, preset: gdpr}
`

// migrate runs the small sample account through the flow on this machine and
// returns the journal of the execution.
func migrate(t *testing.T, o memory.Options, ends migration.Name) (entries []workflow.Entry) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	account := sample.Crash()
	source := memory.New(memory.Options{PageSize: 30})
	if _, err := source.AddWithFiles(opener(account), account.Records...); err != nil {
		t.Fatal(err)
	}
	memory.Share(t.Name()+"-source", source)
	memory.Share(t.Name()+"-target", memory.New(o))
	p, err := plan.Parse(fmt.Appendf(nil, planText, t.Name(), t.Name()), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	r, err := embedded.Open(ctx, p, embedded.Options{Home: home, Reports: filepath.Join(home, "reports"), Tool: "safeconduct/test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run, err := r.Migrate(ctx, embedded.Request{Mode: migration.ModeFull})
	var failed *embedded.Failed
	if errors.As(err, &failed) && failed.Name == string(ends) {
		err = nil
	}
	if err != nil {
		t.Fatal(err)
	}
	journal, err := workflow.OpenJournal(filepath.Join(home, "rules", "executions", run.ID+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	for e, err := range journal.Entries(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

func opener(a sample.Account) func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
	return func(_ context.Context, f helpdesk.Attachment) (io.ReadCloser, error) {
		content, ok := a.Files[f.Locator]
		if !ok {
			return nil, connectors.ErrNotFound
		}
		return io.NopCloser(bytes.NewReader(content)), nil
	}
}
