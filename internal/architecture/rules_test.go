package architecture

import (
	"strings"
	"testing"
)

// TestEveryRuleFindsWhatItIsFor holds each rule against a tree of one or two
// files that break it.
func TestEveryRuleFindsWhatItIsFor(t *testing.T) {
	for name, c := range map[string]struct {
		rule  rule
		files map[string]string
		want  string // part of the only sentence; empty if nothing is broken
	}{
		"upwards": {arrows, map[string]string{
			"internal/ledger/a.go": "package ledger\nimport _ \"github.com/safeconduct/safeconduct/internal/migration\""}, "internal/ledger imports internal/migration"},
		"downwards": {arrows, map[string]string{
			"internal/migration/a.go": "package migration\nimport _ \"github.com/safeconduct/safeconduct/internal/ledger\""}, ""},
		"sideways": {arrows, map[string]string{
			"connectors/csv/a.go": "package csv\nimport _ \"github.com/safeconduct/safeconduct/connectors/archive\""}, "no other connector"},
		"a connector that knows keys": {arrows, map[string]string{
			"connectors/rt/a_test.go": "package rt\nimport _ \"github.com/safeconduct/safeconduct/internal/keyring\""}, "connectors/rt imports internal/keyring"},
		"a suite in what is shipped": {arrows, map[string]string{
			"internal/migration/a.go": "package migration\nimport _ \"github.com/safeconduct/safeconduct/internal/ledger/storetest\""}, "imports internal/ledger/storetest"},
		"a suite in a test": {arrows, map[string]string{
			"connectors/rt/a_test.go": "package rt_test\nimport (_ \"github.com/safeconduct/safeconduct/connectors/conformance\"\n_ \"github.com/safeconduct/safeconduct/connectors/rt\")"}, ""},
		"a part nobody thought of": {arrows, map[string]string{"internal/utils/a.go": "package utils"}, "no part of the design holds internal/utils"},

		"a template elsewhere": {libraries, map[string]string{"cmd/safeconduct/a.go": "package main\nimport _ \"text/template\"",
			"internal/plan/a.go": "package plan\nimport _ \"text/template\""}, "internal/plan imports text/template"},
		"a socket":            {libraries, map[string]string{"internal/embedded/a.go": "package embedded\nimport _ \"net/http\""}, "opens no socket"},
		"a socket of a test":  {libraries, map[string]string{"internal/embedded/a_test.go": "package embedded\nimport _ \"net/http\""}, ""},
		"an address only":     {libraries, map[string]string{"internal/embedded/a.go": "package embedded\nimport _ \"net/url\""}, ""},
		"a log":               {libraries, map[string]string{"internal/migration/a.go": "package migration\nimport _ \"log/slog\""}, "internal/migration imports log/slog"},
		"a database of steps": {libraries, map[string]string{"internal/migration/a.go": "package migration\nimport _ \"database/sql\""}, "add a method to the store"},
	} {
		t.Run(name, func(t *testing.T) { finds(t, c.rule, c.files, c.want) })
	}
}

func finds(t *testing.T, r rule, files map[string]string, want string) {
	t.Helper()
	content := map[string][]byte{}
	for name, text := range files {
		content[name] = []byte(text)
	}
	small, err := newTree(content)
	if err != nil {
		t.Fatal(err)
	}
	got := r(small)
	if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.Contains(got[0], want)) {
		t.Errorf("the rule says %q, want one sentence with %q", got, want)
	}
}
