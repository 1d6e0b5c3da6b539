package peers

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the servers' databases
)

//go:embed config
var configuration embed.FS

// packages are Debian's; msmtp takes the place of a mail server that would
// deliver.
var packages = map[string][]string{
	RT:      {"msmtp-mta", "request-tracker5", "rt5-db-sqlite", "rt5-standalone", "dbconfig-sqlite3"},
	Redmine: {"redmine", "redmine-sqlite", "puma"},
}

// Up sets up what is missing of all peers and starts them.
func Up(ctx context.Context) ([]*Peer, error) {
	var up []*Peer
	for _, name := range []string{RT, Redmine} {
		p, err := At(name)
		if err != nil {
			return nil, err
		}
		if err := p.install(ctx); err != nil {
			return nil, err
		}
		if err := p.prepare(ctx); err != nil {
			return nil, err
		}
		if err := p.Start(ctx); err != nil {
			return nil, err
		}
		up = append(up, p)
	}
	return up, nil
}

// Down stops all peers that were started from this folder of state.
func Down() error {
	var all error
	for _, name := range []string{RT, Redmine} {
		p, err := At(name)
		if err == nil {
			err = p.Stop()
		}
		all = errors.Join(all, err)
	}
	return all
}

// install installs the packages if that is allowed.
func (p *Peer) install(ctx context.Context) error {
	installed := rtServer
	if p.Name == Redmine {
		installed = redminePackaged
	}
	if _, err := os.Stat(installed); err == nil {
		return nil
	}
	command := append([]string{"install", "-y", "--no-install-recommends"}, packages[p.Name]...)
	if os.Geteuid() != 0 {
		return fmt.Errorf("peers: as root, on Debian 12: %s apt-get %s", bundler, strings.Join(command, " "))
	}
	answers, err := configuration.Open("config/preseed.txt")
	if err != nil {
		return err
	}
	defer answers.Close()
	preseed := exec.CommandContext(ctx, "debconf-set-selections")
	preseed.Stdin = answers
	if err := said(preseed); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "apt-get", command...)
	c.Env = append(os.Environ(), bundler, "DEBIAN_FRONTEND=noninteractive")
	return said(c)
}

// prepare makes the peer's folder, unless it was made by this very configuration.
func (p *Peer) prepare(ctx context.Context) error {
	stamp, err := fingerprint()
	if err != nil {
		return err
	}
	mark := filepath.Join(p.folder, "prepared")
	if done, err := os.ReadFile(mark); err == nil && string(done) == stamp {
		return nil
	}
	if err := p.Stop(); err != nil {
		return err
	}
	if err := p.layOut(); err != nil {
		return err
	}
	make := p.prepareRT
	if p.Name == Redmine {
		make = p.prepareRedmine
	}
	if err := make(ctx); err != nil {
		return err
	}
	if err := p.restore(p.clean(Silent)); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte(stamp), 0o600)
}

// layOut writes the folders and the configuration.
func (p *Peer) layOut() error {
	for _, folder := range []string{"clean", "config/none", "files", sessions, "tmp"} {
		if err := os.MkdirAll(filepath.Join(p.folder, folder), 0o700); err != nil {
			return fmt.Errorf("peers: folder: %w", err)
		}
	}
	_, port, _ := strings.Cut(p.Mail, ":")
	files := map[string]string{p.configuration("../msmtprc"): "account default\nhost 127.0.0.1\nport " + port + "\nfrom rt@peer.example.org\n"}
	err := fs.WalkDir(configuration, "config", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := configuration.ReadFile(path)
		files[p.configuration(d.Name())] = string(content)
		return err
	})
	for path, content := range files {
		err = errors.Join(err, os.WriteFile(path, []byte(content), 0o600))
	}
	return err
}

// configuration is the path of a file of the configuration.
func (p *Peer) configuration(name string) string { return filepath.Join(p.folder, "config", name) }

// fingerprint changes when the configuration does.
func fingerprint() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(configuration, "config", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := configuration.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// said runs a command; what it said is in the error.
func said(c *exec.Cmd) error {
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("peers: %s: %w\n%s", filepath.Base(c.Path), err, out)
	}
	return nil
}

// change changes a database that no server has open.
func change(ctx context.Context, database string, statements ...string) error {
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("peers: database: %w", err)
		}
	}
	return nil
}
