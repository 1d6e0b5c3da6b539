package csv

import (
	"context"
	"os"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// lockName is the file by which processes take turns with a folder.
const lockName = ".safeconduct-lock"

// lockPatience is how long a call waits for its turn before it says so. The
// longest turns are those that copy attachments.
const lockPatience = time.Minute

// lockFolder waits for its turn. It asks again and again, because a wait for
// flock would not end with the context.
func lockFolder(ctx context.Context, root *os.Root) (release func(), err error) {
	for begin := time.Now(); time.Since(begin) < lockPatience; {
		release, err := tryLock(root)
		if err != nil {
			return nil, unavailable("locking the folder", err)
		}
		if release != nil {
			return release, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil, errLocked
}

var errLocked = unavailable("another process writes into the folder; if none does, delete "+lockName, connectors.ErrDenied)
