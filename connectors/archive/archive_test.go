package archive_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestAnArchiveOfAnArchiveIsTheSame(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	want := fill(t, first, conformance.Records(5))
	from := openSource(t, first)
	to := openTarget(t, second)
	open := from.(connectors.AttachmentOpener).OpenAttachment
	ids, links := map[helpdesk.Kind]map[string]string{}, map[string][]helpdesk.Link{}
	for _, k := range helpdesk.Kinds() {
		ids[k] = map[string]string{}
		page, err := from.Page(t.Context(), k, "")
		if err != nil || !page.Last {
			t.Fatalf("page of %s: %v, last: %t", k, err, page.Last)
		}
		for _, r := range page.Records {
			if k == helpdesk.KindTicket {
				links[r.Key], r.Ticket.Links = r.Ticket.Links, nil
			}
			translate(&r, ids)
			ids[k][r.Key] = create(t, to, []connectors.Draft{{Marker: "sctest" + r.Key, Record: r, Open: open}})[0]
		}
	}
	link(t, to, ids[helpdesk.KindTicket], links)
	got := held(t, to)
	if len(got) != len(want) {
		t.Fatalf("%d records became %d", len(want), len(got))
	}
	for i := range want {
		translate(&want[i], ids)
		if got[i].Key != ids[want[i].Kind][want[i].Key] {
			t.Fatalf("%s %s is %s", want[i].Kind, want[i].Key, got[i].Key)
		}
		got[i].Key = want[i].Key
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s %s: got %+v, want %+v", want[i].Kind, want[i].Key, got[i], want[i])
		}
	}
}

func TestTheFolderIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "an archive? 100% & more#1")
	if err := os.Mkdir(path, 0o755); err != nil { // made beforehand, open to all
		t.Fatal(err)
	}
	fill(t, path, conformance.Records(2))
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", strings.TrimPrefix(p, path), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(path); len(entries) != 3 {
		t.Errorf("a closed archive has %d entries, want archive.db, blobs and README.txt", len(entries))
	}
}

func TestOperatorsAreToldThatItIsPlainText(t *testing.T) {
	target := openTarget(t, filepath.Join(t.TempDir(), "archive"))
	p, err := target.Profile(t.Context())
	if err != nil || !strings.Contains(strings.Join(p.Notes, "\n"), "Plain text") {
		t.Errorf("notes = %q, %v", p.Notes, err)
	}
}

func TestARemovedTicketLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	target := openTarget(t, path)
	secret, shared := "Jane's diagnosis", "terms of service"
	id := createTicket(t, target, "m1", secret, secret, shared)
	stays := createTicket(t, target, "m2", "other", shared)
	for range 2 { // to remove is idempotent
		got, err := target.(connectors.Remover).Remove(t.Context(), helpdesk.KindTicket, []string{id})
		if err != nil || got[0] != connectors.Removed {
			t.Fatalf("remove = %v, %v", got, err)
		}
	}
	connectors.Close(target)
	if where := search(t, path, secret); len(where) > 0 {
		t.Errorf("what was removed stands in %q", where)
	}
	source := openSource(t, path)
	page, err := source.Page(t.Context(), helpdesk.KindTicket, "")
	if err != nil || len(page.Records) != 1 || page.Records[0].Key != stays {
		t.Fatalf("page = %+v, %v", page, err)
	}
	if got := content(t, source, page.Records[0].Ticket.Comments[0].Attachments[0]); got != shared {
		t.Errorf("the other ticket's file holds %q", got)
	}
}

func TestAnIdIsNeverGivenTwice(t *testing.T) {
	target := openTarget(t, filepath.Join(t.TempDir(), "archive"))
	id := createTicket(t, target, "m1", "one")
	if _, err := target.(connectors.Remover).Remove(t.Context(), helpdesk.KindTicket, []string{id}); err != nil {
		t.Fatal(err)
	}
	if again := createTicket(t, target, "m2", "two"); again == id {
		t.Errorf("the id of a removed ticket was given to another: references to the one now mean the other")
	}
}

func TestAMarkerIsTakenOnce(t *testing.T) {
	target := openTarget(t, filepath.Join(t.TempDir(), "archive"))
	drafts := []connectors.Draft{ticketDraft("m1", "one"), ticketDraft("m1", "two"), ticketDraft("m3", "three")}
	created, err := target.Create(t.Context(), drafts)
	if err != nil || created[0].Err != nil || created[2].Err != nil {
		t.Fatalf("create = %v, %v", created, err)
	}
	var rejected *connectors.Rejected
	if !errors.As(created[1].Err, &rejected) || rejected.Reason != "marker_taken" {
		t.Errorf("a second ticket with the marker: %v", created[1].Err)
	}
}

func TestFilesThatAPolicyLeftOutKeepTheirRow(t *testing.T) {
	target := openTarget(t, filepath.Join(t.TempDir(), "archive"))
	d := ticketDraft("m1", "one", "x-ray")
	a := &d.Record.Ticket.Comments[0].Attachments[0]
	a.LeftOut, d.Open = "health", nil
	id := create(t, target, []connectors.Draft{d})[0]
	r, err := target.Read(t.Context(), helpdesk.KindTicket, id)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Ticket.Comments[0].Attachments[0]
	if got.Name != a.Name || got.LeftOut != "health" || got.Locator != "" {
		t.Errorf("got %+v", got)
	}
	if _, err := target.(connectors.AttachmentOpener).OpenAttachment(t.Context(), got); !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("open = %v, want ErrNotFound", err)
	}
}

func TestARejectedTicketLeavesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	target := openTarget(t, path)
	good, bad := ticketDraft("m1", "one", "good file"), ticketDraft("m2", "two", "bad file")
	bad.Record.Ticket.Assignee = "4711"
	created, err := target.Create(t.Context(), []connectors.Draft{bad, good})
	if err != nil || created[1].Err != nil || !errors.Is(created[0].Err, connectors.ErrRejected) {
		t.Fatalf("create = %v, %v", created, err)
	}
	connectors.Close(target)
	if where := search(t, path, "bad file"); len(where) > 0 {
		t.Errorf("the file of a rejected ticket lies in %q", where)
	}
	if where := search(t, path, "good file"); len(where) != 1 {
		t.Errorf("the file of its neighbour lies in %q", where)
	}
}

func TestBytesThatAreThereAreOnlyCompared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	target := openTarget(t, path)
	logo := "a logo, as in every signature"
	known := func(marker, bytes string) connectors.Draft { // bytes may not be what the digest says
		d := ticketDraft(marker, marker, bytes)
		d.Record.Ticket.Comments[0].Attachments[0].SHA256 = sum(logo)
		return d
	}
	bad := known("bad", logo)
	bad.Record.Ticket.Assignee = "4711" // is rejected, and its copy serves the next
	created, err := target.Create(t.Context(), []connectors.Draft{bad, known("m1", logo), known("m2", logo), known("m3", logo[:20]+"!")})
	if err != nil || created[1].Err != nil || created[2].Err != nil || !errors.Is(created[3].Err, connectors.ErrRejected) {
		t.Fatalf("create = %+v, %v", created, err)
	}
	create(t, target, []connectors.Draft{known("m4", logo)})
	if created, err = target.Create(t.Context(), []connectors.Draft{known("m5", "another")}); err != nil || !errors.Is(created[0].Err, connectors.ErrRejected) {
		t.Errorf("create with other bytes = %+v, %v", created, err)
	}
	if files := listFiles(t, filepath.Join(path, "blobs")); len(files) != 1 {
		t.Errorf("one content lies in the files %q", files)
	}
	if n := wantSound(t, path); n != 3 {
		t.Errorf("%d tickets, want 3", n)
	}
}

func TestTwoProcessesMayWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	var wait sync.WaitGroup
	for n := range 3 {
		target := openTarget(t, path) // a connection of its own, as another process has
		wait.Go(func() {
			for i := range 6 {
				marker := fmt.Sprintf("m%d-%d", n, i)
				created, err := target.Create(context.Background(), []connectors.Draft{ticketDraft(marker, marker, "shared", marker)})
				if err != nil || created[0].Err != nil {
					t.Errorf("create: %v, %v", created, err)
					return
				}
				if i%3 == 0 {
					if _, err := target.(connectors.Remover).Remove(context.Background(), helpdesk.KindTicket, []string{created[0].ID}); err != nil {
						t.Errorf("remove: %v", err)
					}
				}
			}
		})
	}
	wait.Wait()
	if n := wantSound(t, path); n != 12 {
		t.Errorf("%d tickets are left, want 12", n)
	}
}
