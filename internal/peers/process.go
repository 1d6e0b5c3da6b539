package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a server may take to answer after its start; a Redmine on
// a busy machine was seen to need 12 s.
const patience = 2 * time.Minute

// mercy is how long a server may take to end. Puma that waits for a lock of
// SQLite ignores TERM.
const mercy = 3 * time.Second

// A process is a server that outlives the program which started it. It leads a
// group of its own; the folder holds its number.
type process struct{ folder string }

func (p process) file() string { return filepath.Join(p.folder, "pid") }

func (p process) start(c *exec.Cmd) error {
	if p.alive() {
		return nil
	}
	log, err := os.OpenFile(filepath.Join(p.folder, "server.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("peers: log: %w", err)
	}
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return fmt.Errorf("peers: start: %w", err)
	}
	go func() { _ = c.Wait() }() // so that it does not stay as a zombie
	return os.WriteFile(p.file(), []byte(strconv.Itoa(c.Process.Pid)), 0o600)
}

// answers waits until the server answers at the address with anything but a
// failure of its own.
func (p process) answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begun := time.Now()
	for wait := 50 * time.Millisecond; ; {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if r, err := http.DefaultTransport.RoundTrip(q); err == nil {
			r.Body.Close()
			if r.StatusCode < http.StatusInternalServerError {
				return nil
			}
		}
		if time.Since(begun) > time.Second && !p.alive() { // a process that has just begun has no environment to be told by
			return fmt.Errorf("peers: the server ended by itself; see %s", filepath.Join(p.folder, "server.log"))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("peers: no answer; see %s: %w", filepath.Join(p.folder, "server.log"), ctx.Err())
		case <-time.After(wait):
		}
	}
}

// stop ends the whole group, and nothing that this package did not start.
func (p process) stop() error {
	group := p.number()
	if group == 0 || len(p.members(group)) == 0 {
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(-group, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("peers: stop: %w", err)
		}
		for end := time.Now().Add(mercy); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if len(p.members(group)) == 0 {
				return os.Remove(p.file())
			}
		}
	}
	return fmt.Errorf("peers: process %d does not end", group)
}

func (p process) alive() bool {
	group := p.number()
	return group != 0 && len(p.members(group)) > 0
}

// number is the process's, or 0.
func (p process) number() int {
	text, _ := os.ReadFile(p.file())
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// members lists the living processes of the group that were started for this
// folder: numbers are used again by others after a while.
func (p process) members(group int) (members []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || groupOf(n) != group {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ")) // of a zombie it is empty
		if bytes.Contains(environment, []byte("SAFECONDUCT_PEER="+p.folder+"\x00")) {
			members = append(members, n)
		}
	}
	return members
}

func groupOf(process int) int {
	group, err := syscall.Getpgid(process)
	if err != nil {
		return 0
	}
	return group
}
