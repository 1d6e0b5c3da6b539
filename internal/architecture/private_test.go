package architecture

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
)

// TestKeysPrintNothing prints everything that a keyring hands out. That a type
// redacts itself is not enough: in an unexported field of another struct fmt asks
// no method of it, and follows a pointer and every interface. What lies behind a
// closure it does not see.
func TestKeysPrintNothing(t *testing.T) {
	dir := t.TempDir()
	ring, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	values := append(used(t, ring), ring, *ring, ring.Ring, *ring.Ring, ring.Key,
		ring.Maker, ring.Sealer, ring.Opener, ring.Forgetter, ring.Indexer, ring.Pseudonymizer)
	keys := secrets(t, ring, dir)
	for _, v := range values {
		for _, holder := range []any{v, struct{ hidden any }{v}, struct{ hidden *any }{&v},
			struct{ hidden []any }{[]any{v}}, struct{ hidden map[string]any }{map[string]any{"": v}}} {
			if out := showing(keys, holder); out != "" {
				t.Errorf("a key shows in %T with %T: %.120q. Keep it behind a closure, as keyring.unwrapped does", holder, v, out)
			}
		}
	}
	for _, key := range keys {
		if showing(keys, struct{ hidden []byte }{key}) == "" || showing(keys, struct{ hidden string }{string(key)}) == "" {
			t.Error("the search does not find a key that is printed")
		}
	}
}

var pair = keyring.Scope{Tenant: "t", Migration: "m", Run: "r", Side: keyring.Raw}

// used uses every right once, so that all keys lie in memory.
func used(t *testing.T, ring *local.Keyring) []any {
	t.Helper()
	if err := ring.Make(t.Context(), pair); err != nil {
		t.Fatal(err)
	}
	sealed, err := ring.Seal(t.Context(), pair, []byte("secret"), []byte("label"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Open(t.Context(), pair, sealed, []byte("label")); err != nil {
		t.Fatal(err)
	}
	index, err := ring.Index(t.Context(), pair.Tenant, pair.Migration)
	if err != nil {
		t.Fatal(err)
	}
	pseudonyms, err := ring.Pseudonyms(t.Context(), pair.Tenant, pair.Migration)
	if err != nil {
		t.Fatal(err)
	}
	index.Ref("ticket", "1")
	pseudonyms.Of("email", "jane@example.test")
	return []any{index, pseudonyms}
}

// TestARuntimePrintsNoKey: what wires the steps holds every right.
func TestARuntimePrintsNoKey(t *testing.T) {
	r, home := open(t, memory.Options{})
	keys := [][]byte{localKey(t, filepath.Join(home, "keyring"))}
	for _, v := range []any{r, r.Parts, struct{ hidden any }{r.Keys}, struct{ hidden embedded.Plans }{r.Plans}} {
		if out := showing(keys, v); out != "" {
			t.Errorf("the local key shows in %T: %.120q", v, out)
		}
	}
}

// localKey reads the local key from its file.
func localKey(t *testing.T, dir string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "local.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.Split(string(file), "\n")[1])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// secrets reads the keys as a thief of the folder would: the local key from its
// file, the others unwrapped by it.
func secrets(t *testing.T, ring *local.Keyring, dir string) [][]byte {
	t.Helper()
	keys := [][]byte{localKey(t, dir)}
	rows, err := local.OpenSQLite(filepath.Join(dir, "keyring.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for _, s := range []keyring.Scope{pair, {Tenant: "t", Migration: "m", Side: "ref"},
		{Tenant: "t", Migration: "m", Side: "digest"}, {Tenant: "t", Migration: "m", Side: "pseudonym"}} {
		row, err := rows.Wrapped(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		wrapped, err := keyset.NewBinaryReader(bytes.NewReader(row)).ReadEncrypted()
		if err != nil {
			t.Fatal(err)
		}
		scope, _ := json.Marshal(s.Context())
		key, err := ring.Key.DecryptWithContext(t.Context(), wrapped.GetEncryptedKeyset(), scope)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		keys = append(keys, key)
	}
	return keys
}

// showing returns what is printed of v if eight bytes of a key stand in it. A
// serialised key has words around it, which do not count.
func showing(keys [][]byte, v any) string {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		out := fmt.Sprintf(verb, v)
		for _, key := range keys {
			for i := 0; i+8 <= len(key); i += 4 {
				if piece := key[i : i+8]; !words(piece) && stands(out, piece) {
					return out
				}
			}
		}
	}
	return ""
}

func words(piece []byte) bool {
	return !bytes.ContainsFunc(piece, func(r rune) bool { return r > '~' })
}

func stands(out string, piece []byte) bool {
	decimals, quoted := strings.Trim(fmt.Sprint(piece), "[]"), fmt.Sprintf("%q", piece)
	for _, form := range []string{string(piece), quoted[1 : len(quoted)-1], hex.EncodeToString(piece), fmt.Sprintf("%X", piece),
		decimals, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", piece), "[]byte{"), "}")} {
		if strings.Contains(out, form) {
			return true
		}
	}
	return false
}
