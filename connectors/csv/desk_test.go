package csv_test

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// plan decodes settings as the plan of a run does.
func plan(text string) connectors.Settings {
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

// desk is a folder with these files.
func desk(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, dir, name, content)
	}
	return dir
}

func put(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// source opens a folder with further lines of settings.
func source(t testing.TB, dir string, settings ...string) connectors.Source {
	t.Helper()
	src, err := csv.Connector.Source(context.Background(), plan("path: "+dir+"\n"+strings.Join(settings, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connectors.Close(src) })
	return src
}

func target(t testing.TB, dir string, settings ...string) connectors.Target {
	t.Helper()
	to, err := csv.Connector.Target(context.Background(), plan("path: "+dir+"\n"+strings.Join(settings, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connectors.Close(to) })
	return to
}

// pages reads a kind from a cursor to the end.
func pages(t testing.TB, src connectors.Source, k helpdesk.Kind, after connectors.Cursor) []connectors.Page {
	t.Helper()
	var all []connectors.Page
	for {
		p, err := src.Page(t.Context(), k, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
		if p.Last {
			return all
		}
		after = p.Next
	}
}

// read reads a kind from the beginning.
func read(t testing.TB, src connectors.Source, k helpdesk.Kind) (records []helpdesk.Record, broken []connectors.Broken) {
	t.Helper()
	for _, p := range pages(t, src, k, "") {
		records = append(records, p.Records...)
		broken = append(broken, p.Broken...)
	}
	return records, broken
}

// reasons are the brokens as "place reason".
func reasons(broken []connectors.Broken) []string {
	all := []string{}
	for _, b := range broken {
		all = append(all, b.Place+" "+b.Reason)
	}
	return all
}

func keys(records []helpdesk.Record) []string {
	all := []string{}
	for _, r := range records {
		all = append(all, r.Key)
	}
	return all
}

func wantList(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// export writes records as somebody would who has read doc.go, and not with what
// the target writes with.
func export(t testing.TB, dir string, records []helpdesk.Record) {
	t.Helper()
	e := exporter{t: t, dir: dir, tables: map[string]*bytes.Buffer{}}
	for i := range records {
		e.add(&records[i])
	}
	for name, table := range e.tables {
		put(t, dir, name+".csv", table.String())
	}
}

type exporter struct {
	t      testing.TB
	dir    string
	tables map[string]*bytes.Buffer
}

var fileOf = map[helpdesk.Kind]string{helpdesk.KindDefinition: "definitions", helpdesk.KindGroup: "groups",
	helpdesk.KindOrganization: "organizations", helpdesk.KindPerson: "people", helpdesk.KindTicket: "tickets",
	helpdesk.KindArticle: "articles"}

func (e *exporter) add(r *helpdesk.Record) {
	lead := []string{"key", r.Key, "changed", stamp(r.Changed)}
	row := func(body any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) {
		e.row(fileOf[r.Kind], lead, body, custom, extra)
	}
	switch r.Kind {
	case helpdesk.KindDefinition:
		row(r.Definition, nil, nil)
	case helpdesk.KindGroup:
		row(r.Group, nil, nil)
	case helpdesk.KindOrganization:
		row(r.Organization, r.Organization.Custom, r.Organization.Extra)
	case helpdesk.KindPerson:
		row(r.Person, r.Person.Custom, r.Person.Extra)
	case helpdesk.KindArticle:
		row(r.Article, nil, r.Article.Extra)
		e.attachments("", r.Key, r.Article.Attachments)
	case helpdesk.KindTicket:
		row(r.Ticket, r.Ticket.Custom, r.Ticket.Extra)
		e.parts(r.Key, r.Ticket)
	}
}

func (e *exporter) parts(key string, t *helpdesk.Ticket) {
	lead := []string{"ticket", key}
	for i := range t.Comments {
		e.row("comments", lead, &t.Comments[i], nil, t.Comments[i].Extra)
		e.attachments(t.Comments[i].Key, "", t.Comments[i].Attachments)
	}
	for i := range t.Participants {
		e.row("participants", lead, &t.Participants[i], nil, nil)
	}
	for i := range t.Links {
		e.row("links", lead, &t.Links[i], nil, nil)
	}
	for i := range t.TimeEntries {
		e.row("time_entries", lead, &t.TimeEntries[i], nil, nil)
	}
	for i := range t.Ratings {
		e.row("ratings", lead, &t.Ratings[i], nil, nil)
	}
}

func (e *exporter) attachments(comment, article string, all []helpdesk.Attachment) {
	for i, a := range all {
		lead := []string{"comment", comment, "article", article, "file", "files/" + a.Name}
		e.row("attachments", lead, &all[i], nil, nil)
	}
}

// row adds a row, and a header before the first.
func (e *exporter) row(file string, lead []string, body any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) {
	var titles, cells []string
	add := func(title, cell string) { titles, cells = append(titles, title), append(cells, cell) }
	for i := 0; i < len(lead); i += 2 {
		add(lead[i], lead[i+1])
	}
	fields := helpdesk.TableOf(body)
	for i, f := range fields.Fields {
		title := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		if f.Name == "link.ticket" {
			title = "to"
		}
		add(title, list(fields.Value(body, i).Strings(), f.Many))
	}
	for _, v := range custom {
		add("custom:"+v.Name, list(v.Values, true))
	}
	for _, v := range extra {
		add("extra:"+v.Name, list(v.Values, true))
	}
	w := stdcsv.NewWriter(e.table(file, titles))
	w.Write(cells)
	w.Flush()
}

func (e *exporter) table(file string, titles []string) *bytes.Buffer {
	if e.tables[file] == nil {
		e.tables[file] = &bytes.Buffer{}
		w := stdcsv.NewWriter(e.tables[file])
		w.Write(titles)
		w.Flush()
	}
	return e.tables[file]
}

func list(values []string, many bool) string {
	if !many {
		return strings.Join(values, "")
	}
	escape := strings.NewReplacer(`\`, `\\`, `;`, `\;`)
	var all []string
	for _, v := range values {
		all = append(all, escape.Replace(v))
	}
	return strings.Join(all, ";")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
