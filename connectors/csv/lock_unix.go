//go:build unix

package csv

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the folder's lock if nobody has it. The system gives it back
// when a process ends, however it ends.
func tryLock(root *os.Root) (release func(), err error) {
	f, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return func() { f.Close() }, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, err
}

func syncNames(folder *os.File) error { return folder.Sync() }
