package local_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
)

func passphrase(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

func TestAPassphraseGuardsTheLocalKey(t *testing.T) {
	local.Cheaply(t.Cleanup)
	path := filepath.Join(t.TempDir(), "sub", "local.key")
	one, err := local.Key(path, passphrase("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := one.EncryptWithContext(t.Context(), []byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := local.Key(path, passphrase("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.DecryptWithContext(t.Context(), wrapped, nil); err != nil || string(got) != "x" {
		t.Errorf("decrypt: %q, %v", got, err)
	}
	asked := errors.New("no terminal")
	for name, c := range map[string]struct {
		passphrase func() ([]byte, error)
		want       error
	}{
		"a wrong one":      {passphrase("correct house"), local.ErrPassphrase},
		"an empty one":     {passphrase(""), local.ErrPassphrase},
		"none":             {nil, local.ErrPassphrase},
		"one nobody types": {func() ([]byte, error) { return nil, asked }, asked},
	} {
		if _, err := local.Key(path, c.passphrase); !errors.Is(err, c.want) {
			t.Errorf("with %s: %v, want %v", name, err, c.want)
		}
	}
}

func TestALocalKeyThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "local.key")
	localKey(t, path)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("made with mode %v, want 0600", info.Mode())
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
		os.Chmod(path, mode)
		_, err := local.Key(path, nil)
		if !errors.Is(err, local.ErrKeyExposed) || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %o: %v, want ErrKeyExposed and what to do", mode, err)
		}
	}
}

// A changed byte must not give another key, under which nothing would open.
func TestADamagedLocalKeySaysSo(t *testing.T) {
	local.Cheaply(t.Cleanup)
	for name, ask := range map[string]func() ([]byte, error){"in the clear": nil, "sealed": passphrase("p")} {
		path := filepath.Join(t.TempDir(), "local.key")
		if _, err := local.Key(path, ask); err != nil {
			t.Fatal(err)
		}
		whole, _ := os.ReadFile(path)
		for i := range whole {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 0x02
			isDamaged(t, name, path, damaged, ask)
			isDamaged(t, name, path, whole[:i], ask)
		}
		isDamaged(t, name, path, append(bytes.Clone(whole), 'x'), ask)
	}
}

func isDamaged(t *testing.T, name, path string, content []byte, ask func() ([]byte, error)) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := local.Key(path, ask)
	if !errors.Is(err, local.ErrKeyDamaged) && (ask == nil || !errors.Is(err, local.ErrPassphrase)) {
		t.Errorf("%s, %d bytes: %v, want ErrKeyDamaged", name, len(content), err)
	}
}

func TestManyWhoMakeTheLocalKeyAtOnceGetTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "local.key")
	var all sync.WaitGroup
	keys := make([]tink.AEADWithContext, 8)
	for i := range keys {
		all.Go(func() { keys[i], _ = local.Key(path, nil) })
	}
	all.Wait()
	wrapped, err := keys[0].EncryptWithContext(t.Context(), []byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if _, err := k.DecryptWithContext(t.Context(), wrapped, nil); err != nil {
			t.Error("two keys were made")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func openLocal(t *testing.T, dir string) (*local.Keyring, error) {
	t.Helper()
	l, err := local.Open(t.Context(), dir, nil)
	if err == nil {
		t.Cleanup(func() { l.Close() })
	}
	return l, err
}

func TestALostLocalKeyIsNotReplacedWhileKeysAreThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	l, err := openLocal(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	s := keyring.Scope{Tenant: "t1", Migration: "m1", Run: "r0001", Side: keyring.Raw}
	if err := l.Make(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "local.key")
	copied, _ := os.ReadFile(path)
	os.Remove(path)
	if _, err := openLocal(t, dir); !errors.Is(err, local.ErrKeyMissing) {
		t.Errorf("open without the key: %v, want ErrKeyMissing", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a new key was made")
	}
	os.WriteFile(path, copied, 0o600)
	if _, err := openLocal(t, dir); err != nil {
		t.Errorf("open with the copy: %v", err)
	}
	forgetAndLose(t, l, s, dir)
}

// forgetAndLose goes on where no key is left to open: a new local key is fine.
func forgetAndLose(t *testing.T, l *local.Keyring, s keyring.Scope, dir string) {
	if err := l.Forget(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "local.key"))
	if _, err := openLocal(t, dir); err != nil {
		t.Errorf("open once all keys are destroyed: %v", err)
	}
}

func TestFilesOfTheKeyringAreForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	l, err := openLocal(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Index(context.Background(), "t1", "m1"); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range append(files, dir) {
		if info, _ := os.Stat(f); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", f, info.Mode())
		}
	}
	if len(files) < 2 {
		t.Errorf("files %q, want rows and key", files)
	}
}
