//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers/calls"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// control is a text that the test itself plants, to see that a search finds what
// is there.
const control = "Zyqcontrolofthesearch"

// forbidden are the needles of the canaries in every form, and the control.
func forbidden() (texts []string, origin map[string]string) {
	_, _, needles := sample.Canaries()
	origin = map[string]string{}
	for _, n := range append(needles, control) {
		for _, form := range sample.Forms(n) {
			origin[form] = n
			texts = append(texts, form)
		}
	}
	return texts, origin
}

// noContentWasLeft searches all calls of functions, and then all that the emulator
// holds: objects, rows, histories of executions, logs, messages. It ends the
// emulator, which makes it write down everything.
func (s *system) noContentWasLeft(t *testing.T) {
	texts, origin := forbidden()
	for _, l := range s.recorder.Leaks() {
		t.Errorf("%s sent content of %s by %s", l.Function, sample.Origin(origin[l.Needle]), l.Operation)
	}
	s.plant(t)
	s.emulator.stop()
	found := s.search(t, calls.NewNeedles(texts), origin)
	for _, place := range []string{"control", "dynamodb.json", "cloudwatch_logs.json", "stepfunctions.json"} {
		if !slices.Contains(found[control], place) {
			t.Errorf("the search does not find what the test planted in the file %s", place)
		}
	}
	delete(found, control)
	for n, places := range found {
		t.Errorf("content of %s is left in %v", sample.Origin(n), places)
	}
}

// plant puts the control where content could be.
func (s *system) plant(t testing.TB) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	if _, err := s.aws(ctx, http.MethodPut, "/"+s.outputs["StagingBucket"]+"/control", "", control); err != nil {
		t.Fatal(err)
	}
	names, err := s.resources(ctx)
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]string{"S": "control"}
	s.ask(t, "DynamoDB_20120810.PutItem", map[string]any{"TableName": names["Data/StateTable"],
		"Item": map[string]any{"pk": key, "sk": key, "text": map[string]string{"S": control}}}, nil)
	s.ask(t, "Logs_20140328.CreateLogGroup", map[string]any{"logGroupName": control}, nil)
	s.ask(t, "AWSStepFunctions.CreateStateMachine", map[string]any{"name": "control", "roleArn": "arn:aws:iam::000000000000:role/control",
		"definition": fmt.Sprintf(`{"StartAt":"A","States":{"A":{"Type":"Pass","Result":%q,"End":true}}}`, control)}, nil)
}

// search searches all files in the emulator's folder, and returns the files that
// hold each needle.
func (s *system) search(t testing.TB, needles *calls.Needles, origin map[string]string) map[string][]string {
	t.Helper()
	found, files := map[string][]string{}, 0
	err := filepath.WalkDir(s.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || bytes.HasPrefix(content, []byte("\x7fELF")) {
			return err // the functions themselves, unpacked
		}
		files++
		for _, form := range needles.In(content) {
			n, file := origin[form], filepath.Base(path)
			if !slices.Contains(found[n], file) {
				found[n] = append(found[n], file)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files were searched", files)
	return found
}
