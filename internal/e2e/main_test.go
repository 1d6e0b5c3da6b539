//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
)

// deployed is the one system that all tests of the package share.
var deployed *system

func TestMain(m *testing.M) { os.Exit(test(m)) }

func test(m *testing.M) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s, err := deploy(ctx)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	deployed = s
	return livetest.Main(m)
}
