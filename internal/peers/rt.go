package peers

import (
	"context"
	"os/exec"
	"strconv"
)

// Places of Debian's packages.
const (
	rtPackaged = "/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb"
	rtServer   = "/usr/share/request-tracker5/libexec/rt-server"
	rtSetup    = "/usr/sbin/rt-setup-database-5"
)

// rtWorkers serve requests: RT forks, so that writers of SQLite do not wait for
// each other inside one process.
const rtWorkers = 4

func (p *Peer) rtServer() *exec.Cmd {
	c := exec.Command(rtServer, "--host", "127.0.0.1", "--port", strconv.Itoa(p.port), "--max-workers", strconv.Itoa(rtWorkers))
	c.Env = p.rtEnvironment(p.Database)
	return c
}

func (p *Peer) rtEnvironment(database string) []string {
	return append(p.environment(database), "RT_SITE_CONFIG="+p.configuration("RT_SiteConfig.pm"),
		"RT_SITE_CONFIG_DIR="+p.configuration("none"))
}

// prepareRT makes the clean databases out of the packaged one. Scrips are what
// RT mails by.
func (p *Peer) prepareRT(ctx context.Context) error {
	if err := copyFile(rtPackaged, p.clean(Mailing)); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, rtSetup, "--action", "insert", "--datafile", p.configuration("initialdata.pl"), "--skip-create")
	c.Env = p.rtEnvironment(p.clean(Mailing))
	if err := said(c); err != nil {
		return err
	}
	if err := copyFile(p.clean(Mailing), p.clean(Silent)); err != nil {
		return err
	}
	return change(ctx, p.clean(Silent), `UPDATE Scrips SET Disabled = 1`)
}
