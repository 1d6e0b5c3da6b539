//go:build cloud

package s3_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/staging/s3"
	"github.com/safeconduct/safeconduct/internal/staging/stagingtest"
)

func TestS3KeepsThePromisesOfAStore(t *testing.T) {
	for _, emulator := range []string{peers.VersityGW, peers.Ministack} {
		t.Run(emulator, func(t *testing.T) {
			stagingtest.Store(t, func(t *testing.T) func() staging.Store {
				client, bucket := cloudtest.Bucket(t, emulator)
				return func() staging.Store { return s3.New(client, bucket, "") }
			})
		})
	}
}
