package keyringtest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// Key runs the suite of a wrapping key. one and two are two keys, and again
// opens the first anew. What is named in elsewhere is left to tests of the
// adapter's own, for an emulator that can't tell.
func Key(t *testing.T, start func(t *testing.T) (one, two, again tink.AEADWithContext), elsewhere ...string) {
	context := []byte(`{"migration":"m1","run":"r0001","side":"raw","tenant":"t1"}`)
	plain := []byte("a serialised keyset")
	one, two, again := start(t)
	sealed, err := one.EncryptWithContext(t.Context(), plain, context)
	if err != nil {
		t.Fatalf("encrypt: %v", err)
	}
	t.Run("WhatItWrappedItUnwrapsAfterReopening", func(t *testing.T) {
		got, err := again.DecryptWithContext(t.Context(), sealed, context)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("decrypt: %q, %v, want %q", got, err, plain)
		}
	})
	t.Run("WrappingTwiceGivesDifferentBytes", func(t *testing.T) {
		other, err := one.EncryptWithContext(t.Context(), plain, context)
		if err != nil || bytes.Equal(other, sealed) {
			t.Errorf("the same bytes twice, error %v", err)
		}
	})
	for name, c := range map[string]struct {
		key     tink.AEADWithContext
		sealed  []byte
		context string
	}{
		"AnotherKeyIsRefused":     {two, sealed, string(context)},
		"AnotherContextIsRefused": {one, sealed, `{"migration":"m1","run":"r0001","side":"clean","tenant":"t1"}`},
		"AChangedBitIsRefused":    {one, flip(sealed, len(sealed)-1), string(context)},
		"ACutOffEndIsRefused":     {one, sealed[:len(sealed)-1], string(context)},
		"NothingIsRefused":        {one, nil, string(context)},
	} {
		if slices.Contains(elsewhere, name) {
			t.Logf("%s is left to a test of the adapter's own", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			_, err := c.key.DecryptWithContext(t.Context(), c.sealed, []byte(c.context))
			if !errors.Is(err, keyring.ErrRefused) {
				t.Errorf("decrypt: %v, want ErrRefused", err)
			}
		})
	}
}

// flip returns b with one bit of byte i changed.
func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x10
	return b
}
