//go:build cloud

package kms_test

import (
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring/keyringtest"
	"github.com/safeconduct/safeconduct/internal/keyring/kms"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

func TestAKeyOfKMSKeepsThePromisesOfAWrappingKey(t *testing.T) {
	keyringtest.Key(t, func(t *testing.T) (one, two, again tink.AEADWithContext) {
		client, id := cloudtest.Key(t)
		other, otherID := cloudtest.Key(t)
		return kms.New(client, id), kms.New(other, otherID), kms.New(client, id)
	})
}
