package peers

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
)

// Places of Debian's packages.
const (
	redminePackaged = "/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default"
	redmineFolder   = "/usr/share/redmine"
)

// bundler is the version that Debian patched to take its gems without .gem
// files; the one that comes with Ruby 3.1.7 does not, and wins if it is not
// named.
const bundler = "BUNDLER_VERSION=2.3.15"

// redmineServer is one process. More than one thread on SQLite brings it to a
// standstill as soon as two write: they wait for each other for the whole time-out.
func (p *Peer) redmineServer() *exec.Cmd {
	c := exec.Command("puma", "-e", "production", "-b", fmt.Sprintf("tcp://127.0.0.1:%d", p.port), "-w", "0",
		"-t", fmt.Sprintf("%d:%[1]d", p.Threads), p.configuration("redmine.ru"))
	c.Dir, c.Env = redmineFolder, p.redmineEnvironment(p.Database)
	return c
}

func (p *Peer) redmineEnvironment(database string) []string {
	return append(p.environment(database), bundler, "RAILS_ENV=production", "REDMINE_INSTANCE=default",
		"BUNDLE_GEMFILE="+redmineFolder+"/Gemfile", "DATABASE_URL=sqlite3:"+(&url.URL{Path: database}).EscapedPath()+"?pool=16&timeout=20000")
}

// prepareRedmine makes the clean databases out of the packaged one.
func (p *Peer) prepareRedmine(ctx context.Context) error {
	if err := copyFile(redminePackaged, p.clean(Mailing)); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "ruby", p.configuration("prepare.rb"))
	c.Dir, c.Env = redmineFolder, p.redmineEnvironment(p.clean(Mailing))
	if err := said(c); err != nil {
		return err
	}
	if err := copyFile(p.clean(Mailing), p.clean(Silent)); err != nil {
		return err
	}
	return change(ctx, p.clean(Silent), `DELETE FROM settings WHERE name = 'notified_events'`,
		`INSERT INTO settings (name, value, updated_on) VALUES ('notified_events', '--- []`+"\n"+`', '2026-01-01 00:00:00')`,
		`UPDATE users SET mail_notification = 'none'`)
}
