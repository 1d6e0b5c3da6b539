package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Names of the peers.
const (
	RT      = "rt"
	Redmine = "redmine"
)

// sessions is the folder of RT's sessions.
const sessions = "sessions"

// Variants of a peer's clean database.
const (
	Silent  = "silent"  // nobody is mailed
	Mailing = "mailing" // mails as the package comes
)

// ErrMissing: the peers are not there or do not fit this tree.
var ErrMissing = errors.New("the live help desks are not set up; run: make peers-up")

// A Peer is a help desk that runs on this machine for tests.
type Peer struct {
	Name     string
	URL      string // "http://127.0.0.1:21501"
	User     string // of an administrator
	Password string // of RT's administrator
	Key      string // API key of Redmine's administrator
	Database string // path of the SQLite file that the server has open
	Files    string // folder of the attachments' bytes, where they are no part of the database
	Mail     string // address that mails are sent to by SMTP
	Threads  int    // that serve requests, from the next Reset on

	folder string
	port   int
	lock   *flock.Flock
}

// Open gives the peer to this process until Close, or until it ends. The error
// is ErrMissing if it was never set up; another process that has it is an error
// too.
func Open(name string) (*Peer, error) {
	p, err := At(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.clean(Silent)); err != nil {
		return nil, ErrMissing
	}
	ok, err := p.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("peers: lock: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("peers: another test has %s; wait for its end", name)
	}
	return p, nil
}

// Close lets others have the peer. The server goes on.
func (p *Peer) Close() error { return p.lock.Unlock() }

// Reset stops the server, puts the variant's clean database in place, and starts
// it again. It returns when the server answers.
func (p *Peer) Reset(ctx context.Context, variant string) error {
	if err := p.Stop(); err != nil {
		return err
	}
	if err := p.restore(p.clean(variant)); err != nil {
		return err
	}
	return p.Start(ctx)
}

// Keep copies the peer's state, with its server stopped meanwhile, to a place
// that Return puts it back from.
func (p *Peer) Keep(ctx context.Context, as string) error {
	if err := p.Stop(); err != nil {
		return err
	}
	kept := p.clean(as)
	if err := copyFile(p.Database, kept); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(kept+".files"), os.CopyFS(kept+".files", os.DirFS(p.Files))); err != nil {
		return fmt.Errorf("peers: files: %w", err)
	}
	return p.Start(ctx)
}

// Script runs an SQL script on the peer's database, with its server stopped
// meanwhile.
func (p *Peer) Script(ctx context.Context, text string) error {
	if err := p.Stop(); err != nil {
		return err
	}
	return errors.Join(change(ctx, p.Database, text), p.Start(ctx))
}

// restore takes the place of the database and the files. The server is stopped:
// a copy under an open database ruins it.
func (p *Peer) restore(clean string) error {
	for _, beside := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.RemoveAll(p.Database + beside); err != nil {
			return fmt.Errorf("peers: old database: %w", err)
		}
	}
	if err := errors.Join(os.RemoveAll(p.Files), p.EndSessions()); err != nil {
		return fmt.Errorf("peers: old files: %w", err)
	}
	if _, err := os.Stat(clean + ".files"); err == nil {
		if err := os.CopyFS(p.Files, os.DirFS(clean+".files")); err != nil {
			return fmt.Errorf("peers: files: %w", err)
		}
	}
	return errors.Join(os.MkdirAll(p.Files, 0o755), copyFile(clean, p.Database))
}

// Start starts the server on the database as it is and waits until it answers.
func (p *Peer) Start(ctx context.Context) error {
	if err := p.process().start(p.command()); err != nil {
		return err
	}
	return p.process().answers(ctx, p.URL)
}

// Stop ends the server: TERM, and KILL for what is still there after 3 s.
func (p *Peer) Stop() error { return p.process().stop() }

func (p *Peer) process() process { return process{p.folder} }

func (p *Peer) command() *exec.Cmd {
	if p.Name == RT {
		return p.rtServer()
	}
	return p.redmineServer()
}

// clean is the path of a prepared database.
func (p *Peer) clean(variant string) string { return filepath.Join(p.folder, "clean", variant+".db") }

// EndSessions ends the sessions of RT's users, as an administrator or the clock
// may. Redmine has none for its API.
func (p *Peer) EndSessions() error {
	folder := filepath.Join(p.folder, sessions)
	return errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700))
}

// String says how a person reaches the peer.
func (p *Peer) String() string {
	secret := "password " + p.Password
	if p.Key != "" {
		secret = "API key " + p.Key
	}
	return fmt.Sprintf("%-8s %s  %s, %s", p.Name, p.URL, p.User, secret)
}
