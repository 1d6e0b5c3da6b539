package keyringtest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// printsNothing prints everything that holds a key, alone and inside of other
// structs, where fmt calls no method of it, under every verb.
func printsNothing(t *testing.T, p Place) {
	r := p.ring()
	opens(t, r, sealed(t, r)) // so that keys lie in memory
	x := mustIndex(t, r, "t1", "m1")
	y, err := r.Pseudonyms(t.Context(), "t1", "m1")
	if err != nil {
		t.Fatal(err)
	}
	keys := keysOf(t, p)
	for _, v := range []any{r, *r, x, y, r.Opener, r.Indexer, r.Maker, p.Key,
		struct{ hidden any }{r}, struct{ hidden keyring.Ring }{*r}, struct{ hidden keyring.Index }{x},
		struct{ hidden any }{y}, struct{ hidden *[]any }{&[]any{x, y}}, struct{ hidden any }{p.Key},
		struct{ hidden []keyring.Opener }{[]keyring.Opener{r.Opener}},
	} {
		if out := leak(keys, v); out != "" {
			t.Errorf("a key shows in %T: %.200q", v, out)
		}
	}
	if leak(keys, struct{ hidden []byte }{keys[0]}) == "" || leak(keys, struct{ hidden string }{string(keys[0])}) == "" {
		t.Error("the search does not find a key that is printed")
	}
}

func printed(v any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%t", "%e"} {
			if !yield(fmt.Sprintf(verb, v)) {
				return
			}
		}
		j, _ := json.Marshal(v)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		_ = yield(string(j)) && yield(log.String())
	}
}

// keysOf unwraps every key that the test made: the secrets that must not show.
func keysOf(t *testing.T, p Place) (keys [][]byte) {
	t.Helper()
	rows := p.Open()
	for _, s := range []keyring.Scope{side, {Tenant: "t1", Migration: "m1", Side: "ref"},
		{Tenant: "t1", Migration: "m1", Side: "digest"}, {Tenant: "t1", Migration: "m1", Side: "pseudonym"}} {
		wrapped, err := rows.Wrapped(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		k, err := keyset.NewBinaryReader(bytes.NewReader(wrapped)).ReadEncrypted()
		if err != nil {
			t.Fatal(err)
		}
		associated, _ := json.Marshal(s.Context())
		plain, err := p.Key.DecryptWithContext(t.Context(), k.GetEncryptedKeyset(), associated)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		keys = append(keys, plain)
	}
	return keys
}

// leak returns what is printed of v if a piece of a key stands in it. Wherever
// in a keyset the key is, some pieces lie within it; those of names do not count.
func leak(keys [][]byte, v any) string {
	for out := range printed(v) {
		for _, key := range keys {
			for i := 0; i+8 <= len(key); i += 4 {
				if piece := key[i : i+8]; !isText(piece) && shows(out, piece) {
					return out
				}
			}
		}
	}
	return ""
}

func isText(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r > 126 })
}

func shows(out string, piece []byte) bool {
	decimal := strings.Trim(fmt.Sprint(piece), "[]")
	quoted := fmt.Sprintf("%q", piece)
	for _, form := range []string{string(piece), quoted[1 : len(quoted)-1], hex.EncodeToString(piece),
		fmt.Sprintf("%X", piece), decimal, strings.ReplaceAll(decimal, " ", ", "),
		strings.Trim(fmt.Sprintf("%#v", piece), "[]byte{}"), base64.StdEncoding.EncodeToString(piece[:6])} {
		if strings.Contains(out, form) {
			return true
		}
	}
	return false
}
