//go:build cloud

package dynamodb_test

import (
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/dynamodb"
	"github.com/safeconduct/safeconduct/internal/keyring/keyringtest"
	"github.com/safeconduct/safeconduct/internal/keyring/kms"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

func startRows(t *testing.T) func() keyring.Rows {
	client, table := cloudtest.Table(t)
	return func() keyring.Rows { return dynamodb.New(client, table) }
}

func wrappingKey(t *testing.T) tink.AEADWithContext {
	client, id := cloudtest.Key(t)
	return kms.New(client, id)
}

func TestDynamoDBKeepsThePromisesOfRows(t *testing.T) { keyringtest.Rows(t, startRows) }

func TestTheDeployedRingKeepsThePromisesOfAKeyring(t *testing.T) {
	keyringtest.Ring(t, func(t *testing.T) keyringtest.Place {
		return keyringtest.Place{Open: startRows(t), Key: wrappingKey(t), Other: wrappingKey(t)}
	})
}
