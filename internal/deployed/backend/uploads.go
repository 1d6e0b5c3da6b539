package backend

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
)

// formLife is how long a form can be posted.
const formLife = 15 * time.Minute

// Upload signs a form that puts one file under one name, encrypted under the data
// key and no larger than it was announced. Files of one upload share its id. It
// comes before the plan, which names the upload.
func (b *Backend) Upload(ctx context.Context, m api.Migration, u api.UploadRequest) (api.Upload, error) {
	id := cmp.Or(u.Upload, strings.ToLower(rand.Text()[:20]))
	// What the bucket's policy asks for: another key or none is refused there too.
	fields := map[string]string{"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": b.Plans.Key}
	conditions := []any{[]any{"content-length-range", 1, u.Size}}
	for name, value := range fields {
		conditions = append(conditions, map[string]string{name: value})
	}
	form, err := s3.NewPresignClient(b.Plans.API).PresignPostObject(ctx, &s3.PutObjectInput{Bucket: &b.Plans.Bucket,
		Key: aws.String(deployed.UploadOf(m.Tenant, id) + u.Name)}, func(o *s3.PresignPostOptions) { o.Expires, o.Conditions = formLife, conditions })
	if err != nil {
		return api.Upload{}, err
	}
	for name, value := range form.Values {
		fields[name] = value
	}
	return api.Upload{ID: id, URL: form.URL, Fields: fields, Until: b.now().Add(formLife).UTC().Truncate(time.Second)}, nil
}
