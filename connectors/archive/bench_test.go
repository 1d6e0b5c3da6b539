package archive_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// settings are what a plan says of an archive.
func settings(path string) connectors.Settings {
	return func(into any) error {
		*into.(*struct {
			Path string `yaml:"path"`
		}) = struct {
			Path string `yaml:"path"`
		}{path}
		return nil
	}
}

func openTarget(t testing.TB, path string) connectors.Target {
	t.Helper()
	target, err := archive.Connector.Target(context.Background(), settings(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connectors.Close(target) })
	return target
}

// BenchmarkCreate creates tickets of 5 KB with five comments, 100 at a time.
func BenchmarkCreate(b *testing.B) {
	target := openTarget(b, filepath.Join(b.TempDir(), "archive"))
	load(b, target, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
}

// BenchmarkPage reads such tickets.
func BenchmarkPage(b *testing.B) {
	path := filepath.Join(b.TempDir(), "archive")
	load(b, openTarget(b, path), 1000)
	source := openSource(b, path)
	var after connectors.Cursor
	for n := 0; b.Loop(); n++ {
		if n%100 != 0 {
			continue
		}
		page, err := source.Page(b.Context(), helpdesk.KindTicket, after)
		if err != nil {
			b.Fatal(err)
		}
		if after = page.Next; page.Last {
			after = ""
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
}

// load creates n tickets.
func load(b *testing.B, target connectors.Target, n int) {
	b.Helper()
	people := create(b, target, drafts(helpdesk.KindPerson, 50, person))
	tickets := drafts(helpdesk.KindTicket, 100, func(i int) helpdesk.Record { return ticket(i, people) })
	b.ResetTimer()
	for done := 0; done < n; done += len(tickets) {
		for i := range tickets {
			tickets[i].Marker = fmt.Sprintf("scbench%08d", done+i)
		}
		create(b, target, tickets)
	}
}

func drafts(k helpdesk.Kind, n int, record func(int) helpdesk.Record) []connectors.Draft {
	var all []connectors.Draft
	for i := range n {
		all = append(all, connectors.Draft{Marker: fmt.Sprintf("sc%s%d", k, i), Record: record(i)})
	}
	return all
}

func create(t testing.TB, target connectors.Target, drafts []connectors.Draft) []string {
	t.Helper()
	created, err := target.Create(context.Background(), drafts)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range created {
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}

func person(i int) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, "")
	r.Person.Name = fmt.Sprintf("Person %d", i)
	r.Person.Emails = []string{fmt.Sprintf("p%d@example.test", i)}
	return r
}

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func ticket(i int, people []string) helpdesk.Record {
	who := func(n int) string { return people[(i*7+n)%len(people)] }
	r := helpdesk.New(helpdesk.KindTicket, "")
	*r.Ticket = helpdesk.Ticket{Number: fmt.Sprint(1000 + i), Subject: "Printer does not print", Status: "open",
		Category: helpdesk.StatusOpen, Priority: "normal", Requester: who(0), Assignee: who(1),
		Tags: []string{"vip", "printer"}, Created: noon, Updated: noon}
	for n := range 5 {
		r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{Author: who(n), Visibility: helpdesk.VisibilityPublic,
			Format: helpdesk.FormatText, Body: strings.Repeat("It does not print. ", 54), Created: noon})
	}
	return r
}
