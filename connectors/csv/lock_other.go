//go:build !unix

package csv

import (
	"errors"
	"io/fs"
	"os"
)

// tryLock takes the folder's lock if nobody has it. A process that is killed
// leaves it behind: then the error of lockFolder says what to do.
func tryLock(root *os.Root) (release func(), err error) {
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close(); root.Remove(lockName) }, nil
}

// syncNames does nothing: Windows can't sync folders, and does not need to.
func syncNames(*os.File) error { return nil }
