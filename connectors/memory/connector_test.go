package memory_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// settings are a connector's settings as a plan holds them.
func settings(text string) connectors.Settings {
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

func TestAPlanNamesADeskThatWasShared(t *testing.T) {
	desk := memory.New(memory.Options{})
	memory.Share(t.Name(), desk)
	target, err := memory.Connector.Target(t.Context(), settings("desk: "+t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Create(t.Context(), tickets("a")); err != nil {
		t.Fatal(err)
	}
	wantMarkers(t, desk, "a")
}

func TestAPlanReadsADeskFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.txtar")
	if err := os.WriteFile(path, []byte(twoTickets), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := memory.Connector.Source(t.Context(), settings("file: "+path+"\npage_size: 1\ntick: 2s"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := source.Page(t.Context(), helpdesk.KindTicket, "")
	if err != nil || len(p.Records) != 1 || p.Last {
		t.Errorf("page of %d records, last: %t, %v", len(p.Records), p.Last, err)
	}
}

func TestSettingsThatNameNoDeskAreRefused(t *testing.T) {
	for _, text := range []string{"{}", "desk: nobody shared this", "file: /nowhere", "dest: x"} {
		if _, err := memory.Connector.Source(t.Context(), settings(text)); !errors.Is(err, connectors.ErrSettings) {
			t.Errorf("%s: %v, want ErrSettings", text, err)
		}
	}
}
