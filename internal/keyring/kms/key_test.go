//go:build cloud

package kms_test

import (
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring/keyringtest"
	"github.com/safeconduct/safeconduct/internal/keyring/kms"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

// Ministack only encodes what it is given and looks at no bit of it; moto encrypts,
// and answers another key as if access were denied: see answers_test.go.
func TestAKeyOfKMSKeepsThePromisesOfAWrappingKey(t *testing.T) {
	keyringtest.Key(t, func(t *testing.T) (one, two, again tink.AEADWithContext) {
		client, id := cloudtest.KeyAt(t, peers.Moto)
		other, otherID := cloudtest.KeyAt(t, peers.Moto)
		return kms.New(client, id), kms.New(other, otherID), kms.New(client, id)
	}, "AnotherKeyIsRefused")
}
