package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
)

func (a *app) connectorsCommand() *cobra.Command {
	c := &cobra.Command{Use: "connectors", Short: "List and describe the platforms that can be moved from and to"}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "List the connectors", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return a.listConnectors() }},
		&cobra.Command{Use: "describe NAME", Short: "Show the settings of a connector", Args: cobra.ExactArgs(1),
			ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return names(), cobra.ShellCompDirectiveNoFileComp
			},
			RunE: func(_ *cobra.Command, args []string) error { return a.describeConnector(args[0]) }},
	)
	return c
}

func names() (all []string) {
	for _, c := range list.All() {
		all = append(all, c.Name)
	}
	return all
}

// A connectorInfo is a connector as it is printed.
type connectorInfo struct {
	Name     string               `json:"name"`
	Title    string               `json:"title"`
	Summary  string               `json:"summary"`
	Tested   string               `json:"tested"`
	Source   bool                 `json:"source"`
	Target   bool                 `json:"target"`
	Settings []connectors.Setting `json:"settings"`
}

func info(c connectors.Connector) connectorInfo {
	return connectorInfo{c.Name, c.Title, c.Summary, c.Tested, c.Source != nil, c.Target != nil, c.Settings}
}

func (i connectorInfo) roles() string {
	var roles []string
	if i.Source {
		roles = append(roles, "source")
	}
	if i.Target {
		roles = append(roles, "target")
	}
	return strings.Join(roles, ", ")
}

func (a *app) listConnectors() error {
	all := []connectorInfo{}
	for _, c := range list.All() {
		all = append(all, info(c))
	}
	return a.print(all, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, c := range all {
			fmt.Fprintf(t, "%s\t%s\t%s\ttested: %s\n", c.Name, c.Title, c.roles(), c.Tested)
		}
		t.Flush()
	})
}

func (a *app) describeConnector(name string) error {
	c, ok := list.Find(name)
	if !ok {
		return usage(fmt.Errorf("there is no connector %q; there are %s", name, strings.Join(names(), ", ")))
	}
	i := info(c)
	return a.print(i, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s (%s)\n%s\nTested: %s\n\nSettings:\n", i.Name, i.Title, i.roles(), i.Summary, i.Tested)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, s := range i.Settings {
			note := s.Default
			if s.Required {
				note = "required"
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\n", s.Name, note, s.Meaning)
		}
		t.Flush()
	})
}
