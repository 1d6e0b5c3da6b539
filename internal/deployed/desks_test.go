package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// TestAPlanReachesNothingOnTheFunctionsDisk: a plan comes from a tenant, and what
// lies beside the function is not the tenant's.
func TestAPlanReachesNothingOnTheFunctionsDisk(t *testing.T) {
	const rest = "\nprivacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr}\n"
	for name, c := range map[string]struct{ source, target, says string }{
		"a source's folder":                   {"{connector: csv, path: /var/task}", "{connector: rt}", "source.path"},
		"a folder beside an upload":           {"{connector: csv, upload: u1, path: /var/task}", "{connector: rt}", "source.path"},
		"a source's file":                     {"{connector: memory, file: /var/task/bootstrap}", "{connector: rt}", "source.file"},
		"an upload of another":                {"{connector: csv, upload: ../other/m/u1}", "{connector: rt}", "no id of an upload"},
		"a target's folder":                   {"{connector: rt}", "{connector: csv, path: /tmp/out}", "target.path"},
		"a target's file":                     {"{connector: rt}", "{connector: memory, file: /tmp/out}", "target.file"},
		"a target that is only one machine's": {"{connector: rt}", "{connector: archive}", "no connector"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plan.Parse([]byte("version: 1\nmigration: m\nsource: "+c.source+"\ntarget: "+c.target+rest), "/nowhere")
			if err != nil {
				t.Fatal(err)
			}
			d := &desks{secrets: &secrets{}}
			if strings.Contains(c.says, "target") || name == "a target that is only one machine's" {
				_, err = d.Target(t.Context(), p)
			} else {
				_, err = d.Source(t.Context(), p)
			}
			if !errors.Is(err, connectors.ErrSettings) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want ErrSettings that says %q", err, c.says)
			}
		})
	}
}

// TestNothingOfAnUploadStaysOnTheDisk: after an invocation, also one that failed,
// the files are gone, and the next one finds them again.
func TestNothingOfAnUploadStaysOnTheDisk(t *testing.T) {
	disk := t.TempDir()
	t.Setenv("TMPDIR", disk)
	p := plan.Plan{Tenant: "acme", Migration: "m", Source: plan.Desk{Connector: "csv", Settings: map[string]any{"upload": "u1"}}}
	d := &desks{secrets: &secrets{}, bucket: uploads(t, map[string]string{UploadOf("acme", "u1") + "tickets.csv": "key,subject\n1,hello\n"})}
	fails := false
	invoke := d.within(func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
		source, err := d.Source(ctx, &p)
		if err != nil {
			return nil, err
		}
		if _, err := source.Page(ctx, helpdesk.KindTicket, ""); err != nil {
			return nil, err
		}
		if left(t, disk) == 0 {
			t.Error("the files are not there while they are read")
		}
		if fails {
			return nil, errors.New("failed")
		}
		return nil, nil
	})
	for i := range 3 {
		fails = i == 1
		if _, err := invoke(t.Context(), nil); (err != nil) != fails {
			t.Fatalf("invocation %d: %v", i+1, err)
		}
		if n := left(t, disk); n > 0 {
			t.Errorf("after invocation %d there are %d files", i+1, n)
		}
	}
}

// left counts what lies below a folder.
func left(t *testing.T, folder string) int {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// uploads is a bucket that holds files, as S3 lists and gives them.
func uploads(t *testing.T, files map[string]string) Objects {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if content, ok := files[strings.TrimPrefix(r.URL.Path, "/bucket/")]; ok {
			_, _ = io.WriteString(w, content)
			return
		}
		fmt.Fprint(w, `<ListBucketResult>`)
		for name, content := range files {
			fmt.Fprintf(w, `<Contents><Key>%s</Key><Size>%d</Size></Contents>`, name, len(content))
		}
		fmt.Fprint(w, `</ListBucketResult>`)
	}))
	t.Cleanup(server.Close)
	c := Config{Region: "us-east-1", Endpoint: server.URL}
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	return Objects{API: c.s3(c.sdk()), Bucket: "bucket"}
}

// TestTheNextRunOpensItsOwnDesks: what a connector remembers of a target may have
// been taken back since.
func TestTheNextRunOpensItsOwnDesks(t *testing.T) {
	memory.Share(t.Name(), memory.New(memory.Options{}))
	p, err := plan.Parse([]byte(`
version: 1
migration: m
source: {connector: rt}
target: {connector: memory, desk: `+t.Name()+`}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr}
`), "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	d := &desks{secrets: &secrets{}}
	open := func(run string) connectors.Target {
		of := *p
		of.RunID = run
		target, err := d.Target(t.Context(), &of)
		if err != nil {
			t.Fatal(err)
		}
		return target
	}
	first, again, next := open("r0001"), open("r0001"), open("r0002")
	if first != again {
		t.Error("two invocations of a run opened two targets")
	}
	if first == next {
		t.Error("two runs share a target")
	}
}
