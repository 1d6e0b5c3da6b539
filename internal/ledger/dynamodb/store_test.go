//go:build cloud

package dynamodb_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/dynamodb"
	"github.com/safeconduct/safeconduct/internal/ledger/storetest"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

func TestDynamoDBKeepsThePromisesOfAStore(t *testing.T) {
	storetest.Store(t, func(t *testing.T) func() ledger.Store {
		client, state := cloudtest.Table(t)
		_, maps := cloudtest.Table(t)
		return func() ledger.Store { return dynamodb.New(client, state, maps) }
	})
}
