package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list/hosted"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// desks opens the desks of a plan and keeps them open while the process works on
// the same run: a session with a help desk is worth more than a request. What a
// connector remembers of a target is wrong once a rollback went by, in this process or
// in another; so the next run opens its own, and one tenant's are closed before
// another's are opened.
type desks struct {
	secrets *secrets
	bucket  Objects     // where uploads lie
	budgets budget.Rows // where what accounts answer is shared out

	mu     sync.Mutex
	of     string // whose desks are open, and by which plan
	source connectors.Source
	target connectors.Target
	folder string // private copy of uploaded files
	busy   int    // invocations under way
}

// within has each invocation of a handler leave nothing of an upload behind: a
// process stays for as long as it is likely to be needed again, and what lies on its
// disk is not sealed. The next invocation fetches the files anew.
func (d *desks) within(h function.Handler) function.Handler {
	return func(ctx context.Context, input json.RawMessage) (output json.RawMessage, err error) {
		d.enter()
		defer func() {
			if left := d.leave(); left != nil && err == nil {
				output, err = nil, migration.Classify(left)
			}
		}()
		return h(ctx, input)
	}
}

func (d *desks) enter() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy++
}

// leave removes what was fetched, once nobody reads it.
func (d *desks) leave() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy--; d.busy > 0 || d.folder == "" {
		return nil
	}
	err := errors.Join(connectors.Close(d.source), os.RemoveAll(d.folder))
	d.source, d.folder = nil, ""
	return err
}

// Source opens the plan's source. One that is `csv` with `upload: ID` reads files
// that were uploaded.
func (d *desks) Source(ctx context.Context, p *plan.Plan) (connectors.Source, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change(p); err != nil {
		return nil, err
	}
	if d.source != nil {
		return d.source, nil
	}
	if err := offDisk("source", p.Source); err != nil {
		return nil, err
	}
	p, err := d.fetched(ctx, p)
	if err != nil {
		return nil, err
	}
	if d.source, err = d.runtime(ctx, p).Source(ctx, p); err != nil {
		err = errors.Join(err, os.RemoveAll(d.folder)) // the next call fetches anew
		d.folder = ""
	}
	return d.source, err
}

// Target opens the plan's target.
func (d *desks) Target(ctx context.Context, p *plan.Plan) (connectors.Target, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change(p); err != nil {
		return nil, err
	}
	if d.target != nil {
		return d.target, nil
	}
	err := offDisk("target", p.Target)
	if err != nil {
		return nil, err
	}
	d.target, err = d.runtime(ctx, p).Target(ctx, p)
	return d.target, err
}

// runtime opens with the secrets of the plan's tenant. A vault outlives the
// invocation that opened a desk.
func (d *desks) runtime(ctx context.Context, p *plan.Plan) plan.Runtime {
	return plan.Runtime{Find: hosted.Find, Vault: d.secrets.of(context.WithoutCancel(ctx), p.Tenant),
		Budgets: budget.New(d.budgets, p.Tenant, p.Migration, p.Reserved())}
}

// change closes what another plan opened.
func (d *desks) change(p *plan.Plan) error {
	of := p.Tenant + "/" + p.Migration + "/" + p.RunID + "/" + p.Hash(connectors.TargetProfile{})
	if d.of == of {
		return nil
	}
	err := errors.Join(connectors.Close(d.source), connectors.Close(d.target), os.RemoveAll(d.folder))
	d.of, d.source, d.target, d.folder = of, nil, nil, ""
	return err
}

// maxUpload bounds what is copied to the function's disk, which has 512 MB.
const maxUpload = 400 << 20

// UploadOf is the folder of the files that a tenant uploaded under an id. A migration
// and its demo read the same.
func UploadOf(tenant, id string) string { return "uploads/" + tenant + "/" + id + "/" }

// CheckPlan says what in a plan can't work here: a connector that there is not, what
// lies on a disk, a secret that is another tenant's or of one machine.
func CheckPlan(p *plan.Plan) error {
	for section, d := range map[string]plan.Desk{"source": p.Source, "target": p.Target} {
		if _, found := hosted.Find(d.Connector); !found {
			return fmt.Errorf("%w: %s.connector: there is no connector %s here", connectors.ErrSettings, section, d.Connector)
		}
		if err := offDisk(section, d); err != nil {
			return err
		}
		for name, value := range d.Settings {
			place, _ := value.(string)
			if secretPlace(place) && !strings.HasPrefix(place, "secret:"+prefix(p.Tenant)) {
				return fmt.Errorf("%w: %s.%s: write secret:%sNAME for a secret of AWS Secrets Manager", connectors.ErrSettings, section, name, prefix(p.Tenant))
			}
		}
	}
	return nil
}

// secretPlace reports whether a setting stands for a secret.
func secretPlace(setting string) bool {
	how, _, named := strings.Cut(setting, ":")
	return named && (how == "secret" || how == "env" || how == "file")
}

// onDisk are settings that name a file or folder. A plan comes from a tenant: it must
// neither read what lies on the function's disk nor write where all is lost when the
// process ends.
var onDisk = []string{"path", "file"}

// offDisk refuses a desk that is on the function's disk.
func offDisk(section string, d plan.Desk) error {
	for _, name := range onDisk {
		if _, has := d.Settings[name]; has {
			return fmt.Errorf("%w: %s.%s is for one machine; files of a csv source are uploaded, and the plan says upload: ID",
				connectors.ErrSettings, section, name)
		}
	}
	return nil
}

// fetched copies uploaded files to a folder of this process, and gives the plan
// that reads them there. Without an upload it gives the plan as it is.
func (d *desks) fetched(ctx context.Context, p *plan.Plan) (*plan.Plan, error) {
	id, _ := p.Source.Settings["upload"].(string)
	if id == "" {
		return p, nil
	}
	if id != path.Base(id) || id == "." || id == ".." {
		return nil, fmt.Errorf("%w: source.upload is no id of an upload", connectors.ErrSettings)
	}
	folder, err := os.MkdirTemp("", "upload")
	if err != nil {
		return nil, err
	}
	if err := d.fetch(ctx, UploadOf(p.Tenant, id), folder); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder)) // no half copy stays
	}
	d.folder = folder
	here := *p
	here.Source.Settings = maps.Clone(p.Source.Settings)
	delete(here.Source.Settings, "upload")
	here.Source.Settings["path"] = folder
	return &here, nil
}

func (d *desks) fetch(ctx context.Context, prefix, folder string) error {
	var size int64
	for o, err := range d.bucket.List(ctx, prefix) {
		if err != nil {
			return err
		}
		if size += *o.Size; size > maxUpload {
			return fmt.Errorf("%w: the upload is larger than %d MiB", connectors.ErrSettings, maxUpload>>20)
		}
		name := filepath.FromSlash(strings.TrimPrefix(*o.Key, prefix))
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%w: the upload has a file outside its folder", connectors.ErrSettings)
		}
		if err := d.copy(ctx, *o.Key, filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	if size == 0 {
		return fmt.Errorf("%w: the upload is empty, or older than a day and gone; upload the files again", connectors.ErrSettings)
	}
	return nil
}

func (d *desks) copy(ctx context.Context, name, file string) error {
	out, err := d.bucket.API.GetObject(ctx, &s3.GetObjectInput{Bucket: &d.bucket.Bucket, Key: &name})
	if err != nil {
		return fmt.Errorf("deployed: get an uploaded file: %w", err)
	}
	defer out.Body.Close()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, out.Body); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
