//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
)

// A person talks to the deployed system by HTTP, as one of a tenant in a role.
type person struct {
	*system
	token string
}

func (s *system) person(tenant string, role api.Role) person {
	return person{s, s.issuer.token(tenant, string(role))}
}

// tokenFile writes the token where the program reads it.
func (p person) tokenFile(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(p.token), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// does sends a request that the system must answer with the status, and decodes
// the answer.
func (p person) does(t testing.TB, method, path string, body, into any, status int) http.Header {
	t.Helper()
	got, header, answer := p.tries(t, method, path, body)
	if got != status {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, got, status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, answer)
		}
	}
	return header
}

func (p person) tries(t testing.TB, method, path string, body any) (status int, _ http.Header, answer []byte) {
	t.Helper()
	text, kind := []byte(nil), "application/json"
	switch of := body.(type) {
	case nil:
	case string:
		text, kind = []byte(of), "application/yaml"
	default:
		var err error
		if text, err = json.Marshal(of); err != nil {
			t.Fatal(err)
		}
	}
	q, err := http.NewRequestWithContext(t.Context(), method, p.door.URL+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", kind)
	q.Header.Set("Authorization", "Bearer "+p.token)
	if method == http.MethodPost {
		q.Header.Set("Idempotency-Key", rand.Text())
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if answer, err = io.ReadAll(r.Body); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, answer
}

// patience is how long a run of some dozen tickets may take.
const patience = 4 * time.Minute

// until asks again and again until what is asked for is so.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(300 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to this: %s", what)
		}
	}
}

const migrations = "/v1/migrations/"

// ends waits for the end of a run.
func (p person) ends(t testing.TB, migration, run string) (end api.RunStatus) {
	t.Helper()
	until(t, fmt.Sprintf("run %s of %s ends", run, migration), func() bool {
		p.does(t, http.MethodGet, migrations+migration+"/runs/"+run, nil, &end, http.StatusOK)
		return end.State != "running"
	})
	return end
}
