//go:build cloud

package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

const planText = `
version: 1
migration: test
source: {connector: csv, %s}
target: {connector: memory, desk: %s}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract,
  regimes: [gdpr], retention: 30 days, preset: gdpr, attachments: {unreadable: keep}}
`

// TestARunOnAWSMovesWhatARunOnOneMachineMoves sees a full run, and a delta from a later
// export, through with the handlers of the functions over S3, DynamoDB and KMS of an
// emulator, and compares the target with that of embedded runs.
func TestARunOnAWSMovesWhatARunOnOneMachineMoves(t *testing.T) {
	exports := t.TempDir()
	export, later := filepath.Join(exports, "u1"), filepath.Join(exports, "u2")
	account := sample.Crash()
	if err := account.Write(export); err != nil {
		t.Fatal(err)
	}
	if err := workOn(&account).Write(later); err != nil {
		t.Fatal(err)
	}
	here, there := memory.New(memory.Options{Batch: 10}), memory.New(memory.Options{Batch: 10})
	memory.Share(t.Name()+"-here", here)
	memory.Share(t.Name()+"-there", there)

	c := emulated(t)
	upload(t, c, export, "uploads/local/u1/")
	upload(t, c, later, "uploads/local/u2/")
	home := t.TempDir()
	for _, s := range []struct {
		mode    migration.Mode
		id      string
		export  string
		tickets int
	}{{migration.ModeFull, "r0001", "u1", 50}, {migration.ModeDelta, "r0002", "u2", 51}} {
		run := c.keep(t, fmt.Sprintf(planText, "upload: "+s.export, t.Name()+"-there"), s.id, s.mode)
		c.see(t, run)
		onOneMachine(t, home, fmt.Sprintf(planText, "path: "+filepath.Join(exports, s.export), t.Name()+"-here"), s.mode)

		for _, k := range helpdesk.Kinds() {
			if got, want := len(there.Records(k)), len(here.Records(k)); got != want {
				t.Errorf("%s: %d of %s, want %d", s.mode, got, k, want)
			}
		}
		got, want := tickets(there), tickets(here)
		if len(got) != s.tickets || len(want) != s.tickets {
			t.Fatalf("%s: %d tickets, and %d of the embedded run", s.mode, len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: a ticket differs:\n%.600s\n%.600s", s.mode, got[i], want[i])
			}
		}
		c.leavesNothing(t, run)
	}
	if all := strings.Join(tickets(there), "\n"); strings.Count(all, edited) != 3 {
		t.Errorf("the delta brought %d of 3 changes", strings.Count(all, edited))
	}
}

const edited = "since the first export"

// workOn does what agents do until the next export: one ticket is renamed, one
// answered, one new.
func workOn(a *sample.Account) *sample.Account {
	var k []*helpdesk.Record
	for i := range a.Records {
		if a.Records[i].Kind == helpdesk.KindTicket {
			k = append(k, &a.Records[i])
		}
	}
	k[0].Ticket.Subject = "Renamed " + edited
	answer := k[1].Ticket.Comments[0]
	answer.Key, answer.Body, answer.Attachments = answer.Key+"-later", "Answered "+edited, nil
	k[1].Ticket.Comments = append(k[1].Ticket.Comments, answer)
	fresh := helpdesk.New(helpdesk.KindTicket, k[0].Key+"-later")
	*fresh.Ticket = helpdesk.Ticket{Subject: "New " + edited, Status: k[0].Ticket.Status, Requester: k[0].Ticket.Requester, Created: k[0].Ticket.Created}
	a.Records = append(a.Records, fresh)
	return a
}

// tickets describes the tickets of a desk by all that does not depend on its ids.
func tickets(d *memory.Desk) (all []string) {
	for _, r := range d.Records(helpdesk.KindTicket) {
		line := fmt.Sprint(r.Ticket.Subject, r.Ticket.Status, r.Ticket.Tags, r.Ticket.Created)
		for _, c := range r.Ticket.Comments {
			line += fmt.Sprint("|", c.Body, c.Visibility, c.Created)
			for _, a := range c.Attachments {
				line += fmt.Sprint(a.Name, a.SHA256, a.Size)
			}
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

// A cloud is the tables, buckets and keys that the functions' environment names.
type cloud struct {
	config Config
	bucket *s3.Client
}

func emulated(t *testing.T) cloud {
	t.Helper()
	c := cloud{bucket: cloudtest.Environment(t)}
	var err error
	if c.config, err = readConfig(); err != nil {
		t.Fatal(err)
	}
	return c
}

func upload(t *testing.T, c cloud, folder, prefix string) {
	t.Helper()
	files := os.DirFS(folder)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		key := prefix + name
		_, err = c.bucket.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &c.config.StagingBucket, Key: &key, Body: bytes.NewReader(content)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keep stores the plan of a run, as function api does.
func (c cloud) keep(t *testing.T, text, id string, mode migration.Mode) migration.Run {
	t.Helper()
	p, err := plan.Parse([]byte(text), "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	run := migration.Run{Tenant: p.Tenant, Migration: p.Migration, ID: id, Mode: mode}
	kept := Plans{Objects{c.bucket, c.config.StagingBucket, c.config.DataKey}}
	if err := kept.Keep(t.Context(), run, p); err != nil {
		t.Fatal(err)
	}
	return run
}

// see sees an execution through, with the functions as its tasks.
func (c cloud) see(t *testing.T, run migration.Run) {
	t.Helper()
	handlers := map[string]function.Handler{"plan": Plan(), "extract": Extract(), "anonymize": Anonymize(), "api": API(gateOnly), "load": Load(),
		"verify": Verify(), "commit": Commit(), "seal": Seal(), "report": Report(html.Render), "finish": Finish()}
	tasks, arns := workflow.Functions{}, map[string]string{"StagingBucket": c.config.StagingBucket}
	for name, h := range handlers {
		arns[strings.ToUpper(name[:1])+name[1:]+"FunctionArn"] = "arn:aws:lambda:us-east-1:000000000000:function:" + name
		tasks[name] = func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
			output, err := h(ctx, input)
			var failure *migration.Failure
			if errors.As(err, &failure) {
				t.Logf("%s: %v", name, failure)
				return nil, &workflow.Failure{Name: string(failure.Name), Cause: failure.Message}
			}
			return output, err
		}
	}
	definition, err := workflow.Substitute(statemachine.Migrate, arns)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := workflow.Parse(definition)
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(migration.PlanInput{Run: run})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Run(t.Context(), workflow.Execution{Name: run.Execution(), Input: input, Tasks: tasks, Objects: bucket{c}, Answers: nobody{},
		Start: func(context.Context, workflow.Started) error { return errors.New("nothing is started here") }}); err != nil {
		t.Fatalf("the execution failed: %v", err)
	}
}

// gateOnly is function api for a state machine.
func gateOnly(c Cloud) (function.Handler, error) {
	return function.Handle(migration.Gate{Base: c.Base}.Do), nil
}

// nobody is asked for an approval.
type nobody struct{}

func (nobody) Answer(context.Context, string) (workflow.Answer, bool, error) {
	return workflow.Answer{}, false, nil
}

// bucket is the staging bucket as Distributed Maps see it.
type bucket struct{ c cloud }

func (b bucket) Get(ctx context.Context, name, key string) (io.ReadCloser, error) {
	out, err := b.c.bucket.GetObject(ctx, &s3.GetObjectInput{Bucket: &name, Key: &key})
	if err != nil {
		return nil, err
	}
	return out.Body, nil
}

func (b bucket) Put(ctx context.Context, name, key string, body []byte) error {
	_, err := b.c.bucket.PutObject(ctx, &s3.PutObjectInput{Bucket: &name, Key: &key, Body: bytes.NewReader(body)})
	return err
}

func (b bucket) List(ctx context.Context, name, prefix string) (found []workflow.Object, err error) {
	out, err := b.c.bucket.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name, Prefix: &prefix})
	if err != nil {
		return nil, err
	}
	for _, o := range out.Contents {
		found = append(found, workflow.Object{Key: *o.Key, Size: *o.Size})
	}
	return found, nil
}

// leavesNothing sees that the seal emptied staging and that the report is there.
func (c cloud) leavesNothing(t *testing.T, run migration.Run) {
	t.Helper()
	left, err := bucket{c}.List(t.Context(), c.config.StagingBucket, run.Prefix())
	if err != nil || len(left) > 0 {
		t.Errorf("%d staged objects are left, %v", len(left), err)
	}
	written, err := bucket{c}.List(t.Context(), c.config.EvidenceBucket, run.Path())
	if err != nil || !slices.ContainsFunc(written, func(o workflow.Object) bool { return strings.HasSuffix(o.Key, "report.json") }) {
		t.Errorf("no report among %d documents, %v", len(written), err)
	}
}

func onOneMachine(t *testing.T, home, text string, mode migration.Mode) {
	t.Helper()
	p, err := plan.Parse([]byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := embedded.Open(t.Context(), p, embedded.Options{Home: home, Reports: filepath.Join(home, "reports"), Tool: "test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Migrate(t.Context(), embedded.Request{Mode: mode}); err != nil {
		t.Fatal(err)
	}
}
