package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// objects are small documents in a bucket, encrypted under the data key.
type objects struct {
	api         *s3.Client
	bucket, key string
}

// maxDocument bounds what is read into memory: the largest plan is 8 MiB.
const maxDocument = 16 << 20

func (o objects) put(ctx context.Context, name, contentType string, content []byte) error {
	_, err := o.api.PutObject(ctx, &s3.PutObjectInput{Bucket: &o.bucket, Key: &name, Body: bytes.NewReader(content), ContentType: &contentType,
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &o.key, BucketKeyEnabled: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("deployed: put %s: %w", name, err)
	}
	return nil
}

// errNoObject: there is no object of that name.
var errNoObject = errors.New("deployed: no such object")

func (o objects) get(ctx context.Context, name string) ([]byte, error) {
	out, err := o.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.bucket, Key: &name})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("%w: %s", errNoObject, name)
	}
	if err != nil {
		return nil, fmt.Errorf("deployed: get %s: %w", name, err)
	}
	defer out.Body.Close()
	content, err := io.ReadAll(io.LimitReader(out.Body, maxDocument))
	if err != nil {
		return nil, fmt.Errorf("deployed: read %s: %w", name, err)
	}
	return content, nil
}

// plans keeps the plan that each run was started with.
type plans struct{ objects }

func (plans) name(r migration.Run) string {
	return "plans/" + r.Tenant + "/" + r.Migration + "/" + r.ID
}

// Keep stores the plan of a run.
func (s plans) Keep(ctx context.Context, r migration.Run, p *plan.Plan) error {
	text, err := p.Write()
	if err != nil {
		return err
	}
	return s.put(ctx, s.name(r), "application/yaml", text)
}

// Plan reads the plan that a run was started with. Nothing in it can name a file
// of the function: paths start at a folder that there is not.
func (s plans) Plan(ctx context.Context, r migration.Run) (*plan.Plan, error) {
	text, err := s.get(ctx, s.name(r))
	if err != nil {
		return nil, err
	}
	p, err := plan.Parse(text, "/nowhere")
	if err != nil {
		return nil, err
	}
	if p.Tenant != r.Tenant {
		return nil, fmt.Errorf("deployed: the plan of run %s is another tenant's", r.ID)
	}
	return p, nil
}

// documents keeps the documents of runs in the evidence bucket.
type documents struct{ objects }

// Write writes a document; the bucket keeps what it had under the name before.
func (s documents) Write(ctx context.Context, r migration.Run, name string, content []byte) (string, error) {
	path := r.Path() + name
	return path, s.put(ctx, path, contentType(name), content)
}

func contentType(name string) string {
	for ending, is := range map[string]string{".html": "text/html; charset=utf-8", ".json": "application/json", ".csv": "text/csv; charset=utf-8"} {
		if len(name) > len(ending) && name[len(name)-len(ending):] == ending {
			return is
		}
	}
	return "application/octet-stream"
}

// forecasts keeps what previews found. A forecast lists words of the source that
// are not mapped, so it is no row of the ledger.
type forecasts struct{ objects }

// Keep stores a forecast.
func (s forecasts) Keep(ctx context.Context, r migration.Run, f *migration.Forecast) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return s.put(ctx, "forecasts/"+r.Tenant+"/"+r.Migration+"/"+r.ID+".json", "application/json", text)
}
