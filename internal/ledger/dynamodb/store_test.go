//go:build cloud

package dynamodb_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/dynamodb"
	"github.com/safeconduct/safeconduct/internal/ledger/storetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

// largest is what only moto can tell: ministack measures the request, in which
// bytes stand as base64, where DynamoDB measures items.
const largest = "TheLargestCommitFits"

func TestDynamoDBKeepsThePromisesOfAStore(t *testing.T) {
	at := func(emulator string) func(t *testing.T) func() ledger.Store {
		return func(t *testing.T) func() ledger.Store {
			client, state := cloudtest.TableAt(t, emulator)
			_, maps := cloudtest.TableAt(t, emulator)
			return func() ledger.Store { return dynamodb.New(client, state, maps) }
		}
	}
	storetest.Store(t, at(peers.Ministack), largest)
	storetest.Promise(t, largest, at(peers.Moto))
}
