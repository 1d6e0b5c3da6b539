//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// shown is how many tickets a demo moves.
const shown = 5

// demoFromAnUpload posts a CSV export, as the wizard does, and has a demo of it,
// twice: the second takes the place of the first.
func demoFromAnUpload(t *testing.T) {
	redmine := livetest.Open(t, peers.Redmine, peers.Silent)
	before := redmine.Recount(t)
	operator := deployed.person("acme", api.Operator)
	account, names := marked(livetest.First(sample.Live(), tickets))
	defer deployed.uploaded(t, operator, "shown", account, redmine, strings.ReplaceAll(livetest.FromCSVToRedmine, "  number_to: Old number\n", ""))()
	for round := range 2 {
		var begun api.Started
		operator.does(t, http.MethodPost, migrations+"shown/runs", api.Start{Mode: api.ModeDemo, Limit: shown}, &begun, http.StatusAccepted)
		if begun.Migration != "shown-demo" {
			t.Fatalf("the demo is %+v", begun)
		}
		if end := operator.ends(t, begun.Migration, begun.Run); end.State != "finished" {
			t.Fatalf("demo %d ended so: %+v", round+1, end)
		}
		after := redmine.Recount(t)
		if n := len(after.Tickets) - len(before.Tickets); n != shown {
			t.Errorf("%d tickets after demo %d, want %d", n, round+1, shown)
			var report json.RawMessage
			operator.does(t, http.MethodGet, migrations+"shown-demo/runs/"+begun.Run+"/report", nil, &report, http.StatusOK)
			t.Logf("%.4000s", report)
		}
		wantMasked(t, after, names)
	}
	operator.does(t, http.MethodPost, migrations+"shown/runs", api.Start{Mode: api.ModeDemo, Limit: 10 * tickets}, nil, http.StatusUnprocessableEntity)
}

// uploaded posts an export and uploads the plan of a migration of it into Redmine.
// The function that it returns does what the bucket's life cycle does after a day.
func (s *system) uploaded(t *testing.T, p person, name string, a sample.Account, redmine livetest.Desk, words string) (gone func()) {
	t.Helper()
	upload := s.post(t, p, name, a)
	target := strings.ReplaceAll(string(redmine.Side(redmine.URL, "")), "env:"+livetest.RedmineKey, s.keepSecret(t, "acme", "redmine", livetest.SecretOf(peers.Redmine)))
	w := livetest.NewWorkspace(t, name, livetest.Side("{connector: csv, upload: "+upload+"}"), livetest.Side(target), words)
	text, err := os.ReadFile(filepath.Join(w.Dir, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p.does(t, http.MethodPut, migrations+name+"/plan", string(text), nil, http.StatusOK)
	return func() { s.empty(t, "uploads/acme/"+upload+"/") }
}

// marked puts a needle that is searched for afterwards into each ticket, each
// comment and each name; the names of people have needles of their own.
func marked(a sample.Account) (_ sample.Account, names []string) {
	_, _, needles := sample.Canaries()
	half, next := len(needles)/2, 0
	needle := func(of []string) string { next++; return of[next%len(of)] }
	for i := range a.Records {
		switch r := &a.Records[i]; {
		case r.Ticket != nil:
			r.Ticket.Subject += " " + needle(needles[half:])
			for c := range r.Ticket.Comments {
				r.Ticket.Comments[c].Body += " " + needle(needles[half:])
			}
		case r.Kind == helpdesk.KindPerson:
			names = append(names, needle(needles[:half]))
			r.Person.Name += " " + names[len(names)-1]
		}
	}
	return a, names
}

// wantMasked wants no name of a person in the target.
func wantMasked(t testing.TB, d recount.Desk, names []string) {
	t.Helper()
	for _, k := range d.Tickets {
		held := fmt.Sprint(k)
		for _, n := range names {
			if strings.Contains(held, n) {
				t.Errorf("a ticket names somebody: %.300s", held)
				break
			}
		}
	}
}

// post uploads the sheets of an export by the forms that the API gives out, and
// returns the id of the upload.
func (s *system) post(t testing.TB, p person, name string, a sample.Account) (id string) {
	t.Helper()
	dir := t.TempDir()
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	sheets, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(sheets) == 0 {
		t.Fatalf("%d sheets, %v", len(sheets), err)
	}
	for _, sheet := range sheets {
		if filepath.Base(sheet) == "attachments.csv" {
			continue // their files are not uploaded
		}
		content, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		var form api.Upload
		p.does(t, http.MethodPost, migrations+name+"/uploads", api.UploadRequest{Name: filepath.Base(sheet), Size: int64(len(content)), Upload: id}, &form, http.StatusCreated)
		id = form.ID
		if status, answer := submit(t, form, content); status >= http.StatusBadRequest {
			t.Fatalf("%s: %d\n%s", filepath.Base(sheet), status, answer)
		}
		if status, _ := submit(t, form, append(content, content...)); status < http.StatusBadRequest {
			t.Errorf("%s was taken twice as large as it was announced", filepath.Base(sheet))
		}
	}
	return id
}

// submit posts a form as a browser does.
func submit(t testing.TB, form api.Upload, content []byte) (status int, answer []byte) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range form.Fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "file.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, form.URL, &body)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", w.FormDataContentType())
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	answer, err = io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, answer
}

// empty deletes the objects of a folder in the staging bucket.
func (s *system) empty(t testing.TB, folder string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	list, err := s.aws(ctx, http.MethodGet, "/"+s.outputs["StagingBucket"]+"?list-type=2&prefix="+folder, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(list), "<Key>")[1:] {
		key, _, _ := strings.Cut(part, "</Key>")
		if _, err := s.aws(ctx, http.MethodDelete, "/"+s.outputs["StagingBucket"]+"/"+key, "", nil); err != nil {
			t.Fatal(err)
		}
	}
}
