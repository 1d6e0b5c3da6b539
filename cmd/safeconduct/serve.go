package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/release"
	"github.com/safeconduct/safeconduct/internal/web"
)

func (a *app) serveCommand() *cobra.Command {
	var listen, tokenFile string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the status page, and answer the HTTP API, on this machine",
		Long: `Shows how the migration stands in a browser, and answers the same HTTP API as the
deployed system (docs/api.md). It listens on loopback only. The link that it
prints opens once and is exchanged for a session; programs use the token in the
file of --token-file, which lives as long as the server. A run that is started by
another window is shown as well. Ctrl-C stops the server, and what it has started
between two steps: resume goes on.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.serve(c.Context(), listen, tokenFile) },
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "loopback address; port 0 takes a free one")
	c.Flags().StringVar(&tokenFile, "token-file", "", "write a token for programs into this file")
	return c
}

// serving is what serve prints.
type serving struct {
	URL   string `json:"url"`
	Link  string `json:"link"`
	Token string `json:"token_file,omitempty"`
}

func (a *app) serve(ctx context.Context, listen, tokenFile string) (err error) {
	if _, err := a.readPlan(); err != nil {
		return err
	}
	service, err := embedded.NewService(a.planFile, embedded.Options{Home: a.home, Reports: a.reports, Passphrase: a.passphrase(), Tool: release.Tool()})
	if err != nil {
		return usage(err)
	}
	defer service.Close()
	rows, err := service.Requests()
	if err != nil {
		return err
	}
	server, err := web.Listen(ctx, listen, web.Config{Backend: service.Backend(), Rows: rows, Tenant: service.Tenant(),
		Note: func(err error) { fmt.Fprintln(a.err, "fault:", err) }})
	if err != nil {
		return usage(err)
	}
	if tokenFile != "" {
		if err := os.WriteFile(tokenFile, []byte(server.Bearer()+"\n"), 0o600); err != nil {
			return usage(err)
		}
		defer os.Remove(tokenFile)
	}
	if err := a.print(serving{server.URL(), server.Link(), tokenFile}, func(w io.Writer) {
		fmt.Fprintf(w, "Status page, opens once:  %s\nHTTP API:                 %s/v1\nCtrl-C stops.\n", server.Link(), server.URL())
	}); err != nil {
		return err
	}
	return server.Serve(ctx)
}
