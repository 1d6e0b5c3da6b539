package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Objects are small documents in a bucket, encrypted under the data key.
type Objects struct {
	API         *s3.Client
	Bucket, Key string
}

// maxDocument bounds what is read into memory: the largest plan is 8 MiB.
const maxDocument = 16 << 20

// Put stores a document in place of what has its name.
func (o Objects) Put(ctx context.Context, name, contentType string, content []byte) error {
	return o.put(ctx, name, contentType, content, nil)
}

// PutOnce stores a document unless there is one of its name already.
func (o Objects) PutOnce(ctx context.Context, name, contentType string, content []byte) error {
	err := o.put(ctx, name, contentType, content, aws.String("*"))
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "PreconditionFailed" {
		return nil
	}
	return err
}

func (o Objects) put(ctx context.Context, name, contentType string, content []byte, ifNone *string) error {
	_, err := o.API.PutObject(ctx, &s3.PutObjectInput{Bucket: &o.Bucket, Key: &name, Body: bytes.NewReader(content), ContentType: &contentType,
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &o.Key, BucketKeyEnabled: aws.Bool(true), IfNoneMatch: ifNone})
	if err != nil {
		return fmt.Errorf("deployed: put %s: %w", name, err)
	}
	return nil
}

// ErrNoObject: there is no object of that name.
var ErrNoObject = errors.New("deployed: no such object")

// Get reads a document and when it was written, or returns ErrNoObject.
func (o Objects) Get(ctx context.Context, name string) (content []byte, written time.Time, err error) {
	out, err := o.API.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.Bucket, Key: &name})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, written, fmt.Errorf("%w: %s", ErrNoObject, name)
	}
	if err != nil {
		return nil, written, fmt.Errorf("deployed: get %s: %w", name, err)
	}
	defer out.Body.Close()
	content, err = io.ReadAll(io.LimitReader(out.Body, maxDocument))
	if err != nil {
		return nil, written, fmt.Errorf("deployed: read %s: %w", name, err)
	}
	return content, aws.ToTime(out.LastModified), nil
}

// List goes over the objects whose names start with the prefix.
func (o Objects) List(ctx context.Context, prefix string) iter.Seq2[types.Object, error] {
	return func(yield func(types.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(o.API, &s3.ListObjectsV2Input{Bucket: &o.Bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(types.Object{}, fmt.Errorf("deployed: list %s: %w", prefix, err))
				return
			}
			for _, object := range page.Contents {
				if !yield(object, nil) {
					return
				}
			}
		}
	}
}

// Plans keeps the plan that each run was started with, and the plan of each
// migration as it was last uploaded.
type Plans struct{ Objects }

// PlansOf is where the plans of a tenant lie, a folder for each migration.
func PlansOf(tenant string) string { return "plans/" + tenant + "/" }

func (Plans) name(r migration.Run) string { return PlansOf(r.Tenant) + r.Migration + "/" + r.ID }

// Keep stores the plan of a run; one that is kept already stays as it is.
func (s Plans) Keep(ctx context.Context, r migration.Run, p *plan.Plan) error {
	text, err := p.Write()
	if err != nil {
		return err
	}
	return s.PutOnce(ctx, s.name(r), typeYAML, text)
}

const typeYAML = "application/yaml"

// current stands in the place of a run's id.
const current = "current"

// Upload stores the text of a migration's plan.
func (s Plans) Upload(ctx context.Context, tenant, migrationName string, text []byte) error {
	return s.Put(ctx, s.name(migration.Run{Tenant: tenant, Migration: migrationName, ID: current}), typeYAML, text)
}

// Uploaded reads it as it was last uploaded, and when that was, or returns
// ErrNoObject.
func (s Plans) Uploaded(ctx context.Context, tenant, migrationName string) (text []byte, at time.Time, err error) {
	return s.Get(ctx, s.name(migration.Run{Tenant: tenant, Migration: migrationName, ID: current}))
}

// ParsePlan reads a plan that came from elsewhere. Nothing in it can name a file of
// the function: paths start at a folder that there is not.
func ParsePlan(text []byte) (*plan.Plan, error) { return plan.Parse(text, "/nowhere") }

// Plan reads the plan that a run was started with.
func (s Plans) Plan(ctx context.Context, r migration.Run) (*plan.Plan, error) {
	text, _, err := s.Get(ctx, s.name(r))
	if err != nil {
		return nil, err
	}
	p, err := ParsePlan(text)
	if err != nil {
		return nil, err
	}
	if p.Tenant != r.Tenant {
		return nil, fmt.Errorf("deployed: the plan of run %s is another tenant's", r.ID)
	}
	p.RunID = r.ID
	return p, nil
}

// IDs lists the runs of which there is a plan, and what is none.
func (s Plans) IDs(ctx context.Context, r migration.Run) (ids []string, err error) {
	folder := s.name(migration.Run{Tenant: r.Tenant, Migration: r.Migration})
	for o, err := range s.List(ctx, folder) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, strings.TrimPrefix(aws.ToString(o.Key), folder))
	}
	return ids, nil
}

// documents keeps the documents of runs in the evidence bucket.
type documents struct{ Objects }

// Write writes a document; the bucket keeps what it had under the name before.
func (s documents) Write(ctx context.Context, r migration.Run, name string, content []byte) (string, error) {
	path := r.Path() + name
	return path, s.Put(ctx, path, contentType(name), content)
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
type forecasts struct{ Objects }

// ForecastOf names the object of a forecast.
func ForecastOf(r migration.Run) string {
	return "forecasts/" + r.Tenant + "/" + r.Migration + "/" + r.ID + ".json"
}

// Keep stores a forecast.
func (s forecasts) Keep(ctx context.Context, r migration.Run, f *migration.Forecast) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return s.Put(ctx, ForecastOf(r), "application/json", text)
}
