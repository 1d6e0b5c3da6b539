//go:build live

package live

import (
	"os"
	"testing"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
)

func TestMain(m *testing.M) { os.Exit(livetest.Main(m)) }
