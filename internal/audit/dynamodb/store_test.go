//go:build cloud

package dynamodb_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/audit/audittest"
	"github.com/safeconduct/safeconduct/internal/audit/dynamodb"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

func TestDynamoDBKeepsThePromisesOfAStore(t *testing.T) {
	audittest.Store(t, func(t *testing.T) func() audit.Store {
		client, table := cloudtest.Table(t)
		return func() audit.Store { return dynamodb.New(client, table, "t1") }
	})
}
