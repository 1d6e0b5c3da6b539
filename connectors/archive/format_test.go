package archive_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestOtherThingsAreNotTakenForAnArchive(t *testing.T) {
	for name, c := range map[string]struct {
		put  func(t *testing.T, path string)
		says string
	}{
		"a database of something else": {func(t *testing.T, path string) {
			run(t, path, "CREATE TABLE customers (name TEXT)")
		}, "no archive of Safeconduct"},
		"no database": {func(t *testing.T, path string) {
			write(t, filepath.Join(path, "archive.db"), strings.Repeat("this is no database. ", 100))
		}, "database"},
		"an archive of a later time": {func(t *testing.T, path string) {
			target := openTarget(t, path)
			defer connectors.Close(target)
			if _, err := target.Create(t.Context(), []connectors.Draft{{Marker: "m1", Record: helpdesk.New(helpdesk.KindGroup, "")}}); err != nil {
				t.Fatal(err)
			}
			run(t, path, "UPDATE meta SET value = '2' WHERE key = 'format'")
		}, "format 2"},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			c.put(t, path)
			before := listFiles(t, path)
			_, source := archive.Connector.Source(context.Background(), settings(path))
			_, target := archive.Connector.Target(context.Background(), settings(path))
			for _, err := range []error{source, target} {
				if !errors.Is(err, connectors.ErrSettings) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("error = %v, want one that says %q", err, c.says)
				}
			}
			if after := listFiles(t, path); len(after) != len(before) {
				t.Errorf("the folder held %q, and now %q", before, after)
			}
		})
	}
}

func TestAFolderWithOtherThingsIsLeftAlone(t *testing.T) {
	path := t.TempDir()
	write(t, filepath.Join(path, "thesis.tex"), "years of work")
	if _, err := archive.Connector.Target(context.Background(), settings(path)); !errors.Is(err, connectors.ErrSettings) {
		t.Errorf("error = %v, want ErrSettings", err)
	}
	if files := listFiles(t, path); len(files) != 1 {
		t.Errorf("the folder now holds %q", files)
	}
}

func TestThereIsNothingToReadWhereNothingWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	if _, err := archive.Connector.Source(context.Background(), settings(path)); !errors.Is(err, connectors.ErrSettings) {
		t.Errorf("error = %v, want ErrSettings", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("to look made the folder: %v", err)
	}
}

// An archive outlives the model that it was written with: what has come since
// reads as empty, and is there once the archive is written to.
func TestAnOlderArchiveIsReadAndCompleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	fill(t, path, conformance.Records(3))
	run(t, path, "ALTER TABLE tickets DROP COLUMN brand", "DROP TABLE ratings", "DROP TABLE comment_attachments", "DROP TABLE comment_extra")
	source := openSource(t, path)
	page, err := source.Page(t.Context(), helpdesk.KindTicket, "")
	if err != nil || len(page.Records) != 3 {
		t.Fatalf("page has %d records, %v", len(page.Records), err)
	}
	if got := page.Records[0].Ticket; got.Brand != "" || len(got.Ratings) != 0 || got.Channel == "" || len(got.Comments) == 0 {
		t.Errorf("got %+v", got)
	}
	target := openTarget(t, path)
	d := ticketDraft("m1", "one", "a file")
	d.Record.Ticket.Brand, d.Record.Ticket.Ratings = "new", []helpdesk.Rating{{Score: "good"}}
	r, err := target.Read(t.Context(), helpdesk.KindTicket, create(t, target, []connectors.Draft{d})[0])
	if err != nil || r.Ticket.Brand != "new" || len(r.Ticket.Ratings) != 1 || len(r.Ticket.Comments[0].Attachments) != 1 {
		t.Errorf("read = %+v, %v", r.Ticket, err)
	}
}

func TestTheReadmesQuestionsHaveAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	fill(t, path, conformance.Records(3))
	db := database(t, path)
	for _, c := range []struct{ from, to string }{ // the README's people into the fixture's
		{"people SET emails", `json_array('Jane@Example.test')`}, {"tickets SET tags", `json_array('vip')`},
		{"ticket_custom SET name", `'Product'`},
	} {
		if _, err := db.Exec("UPDATE " + c.from + " = " + c.to); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(path, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, questions, _ := strings.Cut(string(text), "\n-- ")
	questions, schema, _ := strings.Cut(questions, "The schema")
	for q := range strings.SplitSeq(questions, "\n-- ") {
		question, query, _ := strings.Cut(q, "\n")
		var n int
		if err := db.QueryRow("SELECT count(*) FROM (" + strings.TrimRight(query, "; \n") + ")").Scan(&n); err != nil || n == 0 {
			t.Errorf("%s %d rows, %v", question, n, err)
		}
	}
	fresh, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	_, schema, _ = strings.Cut(schema, "\nCREATE")
	if _, err := fresh.Exec("CREATE" + schema); err != nil {
		t.Errorf("the schema in the README is none: %v", err)
	}
}

// run executes SQL on the database in a folder, which it makes if need be.
func run(t testing.TB, path string, statements ...string) {
	t.Helper()
	db := database(t, path)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	db.Close()
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
