package connectors_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
)

func TestASecretIsReadWhereThePlanSays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("canary-2\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SC_TEST_TOKEN", "canary-1")
	for place, want := range map[string]string{"env:SC_TEST_TOKEN": "canary-1", "file:" + file: "canary-2"} {
		if got, err := connectors.SecretAt(place).Reveal(); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", place, got, err, want)
		}
	}
}

func TestASecretInThePlanItselfIsRefusedAndNotRepeated(t *testing.T) {
	for _, place := range []string{"", "hunter2-canary", "plain:canary", "env:", "env:SC_NOT_THERE", "file:/not/there", "file:" + os.TempDir(), "secret:canary"} {
		_, err := connectors.SecretAt(place).Reveal()
		if !errors.Is(err, connectors.ErrSettings) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want ErrSettings without the text", place, err)
		}
	}
}

// TestAVaultIsTheOnlyPlaceOfASecret: whoever runs plans of others must not read
// an environment or a file to them.
func TestAVaultIsTheOnlyPlaceOfASecret(t *testing.T) {
	t.Setenv("SC_TEST_TOKEN", "canary")
	secret := connectors.SecretAt("env:SC_TEST_TOKEN")
	secret.From(func(place string) (string, error) { return "from the vault: " + place, nil })
	if got, err := secret.Reveal(); err != nil || got != "from the vault: env:SC_TEST_TOKEN" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTheFidelityOfOneCustomFieldGoesBeforeThatOfAll(t *testing.T) {
	p := connectors.TargetProfile{Fidelity: map[string]connectors.Fidelity{"ticket.custom": connectors.Lost,
		"ticket.custom.Product": connectors.Native, "ticket.extra": connectors.Emulated, "ticket.subject": connectors.Native}}
	for name, want := range map[string]connectors.Fidelity{"ticket.custom.Product": connectors.Native, "ticket.custom.SLA": connectors.Lost,
		"ticket.extra.x": connectors.Emulated, "ticket.subject": connectors.Native, "ticket.status": connectors.Lost, "person.custom.a": connectors.Lost} {
		if got := p.Of(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
