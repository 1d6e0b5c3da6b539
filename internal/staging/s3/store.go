// Package s3 keeps staged objects in a bucket of Amazon S3. What it is given is
// ciphertext; the bucket's own encryption under the data key comes on top.
//
// Objects are written with If-None-Match, so that a name is taken once
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
// The bucket has no versioning: what is deleted is gone.
package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/safeconduct/safeconduct/internal/staging"
)

// API is what a Store calls; *s3.Client has it.
type API interface {
	manager.UploadAPIClient
	s3.ListObjectsV2APIClient
	s3.HeadObjectAPIClient
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// A Store is a bucket.
type Store struct {
	api    API
	upload *manager.Uploader
	bucket string
	key    *string // of KMS, under which the bucket encrypts; nil for its own default
}

var _ staging.Store = (*Store)(nil)

// New returns the store in a bucket that is there. Its objects are encrypted under
// the key of KMS that is named; without a name, as the bucket does by itself.
func New(api API, bucket, key string) *Store {
	s := &Store{api: api, upload: manager.NewUploader(api, func(u *manager.Uploader) { u.Concurrency = 1 }), bucket: bucket}
	if key != "" {
		s.key = &key
	}
	return s
}

// input is a request to put an object where there is none.
func (s *Store) input(name string, body io.Reader, token string) *s3.PutObjectInput {
	in := &s3.PutObjectInput{Bucket: &s.bucket, Key: &name, Body: body, IfNoneMatch: aws.String("*"), Metadata: map[string]string{writer: token}}
	if s.key != nil {
		in.ServerSideEncryption, in.SSEKMSKeyId, in.BucketKeyEnabled = types.ServerSideEncryptionAwsKms, s.key, aws.Bool(true)
	}
	return in
}

// writer is the metadatum that tells who wrote an object: the SDK repeats a
// request whose answer was lost, and is then refused by what it wrote itself.
const writer = "writer"

// Put streams the object up, in parts if it is large.
func (s *Store) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	if err := staging.CheckName(name); err != nil {
		return err
	}
	r, w := io.Pipe()
	wrote := make(chan error, 1)
	go func() {
		err := write(w)
		wrote <- err
		_ = w.CloseWithError(err)
	}()
	token := rand.Text()
	_, err := s.upload.Upload(ctx, s.input(name, r, token))
	_ = r.CloseWithError(errAbandoned)
	switch failed := <-wrote; {
	case failed != nil && !errors.Is(failed, errAbandoned):
		return fmt.Errorf("staging: write %s: %w", name, failed)
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("staging: put %s: %w", name, ctx.Err())
	case status(err) == refused:
		return s.taken(ctx, name, token)
	}
	return fmt.Errorf("staging: put %s: %w", name, err)
}

// errAbandoned ends a writer whose object nobody takes any more.
var errAbandoned = errors.New("staging: upload ended")

// taken is ErrExists, unless the object that stands there is the one of this
// writer.
func (s *Store) taken(ctx context.Context, name, token string) error {
	head, err := s.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &name})
	if err == nil && head.Metadata[writer] == token {
		return nil
	}
	return fmt.Errorf("%w: %s", staging.ErrExists, name)
}

// Open reads the object from its start.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := staging.CheckName(name); err != nil {
		return nil, err
	}
	out, err := s.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &name})
	if status(err) == missing {
		return nil, fmt.Errorf("%w: %s", staging.ErrNotFound, name)
	}
	if err != nil {
		return nil, fmt.Errorf("staging: open %s: %w", name, err)
	}
	return out.Body, nil
}

// List goes over the pages of a listing, which are in the order of names. What
// somebody else put there under a name that is none of ours is left out.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[staging.Object, error] {
	return func(yield func(staging.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.api, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(staging.Object{}, fmt.Errorf("staging: list %s: %w", prefix, err))
				return
			}
			for _, o := range page.Contents {
				if staging.CheckName(aws.ToString(o.Key)) != nil {
					continue
				}
				if !yield(staging.Object{Name: aws.ToString(o.Key), Size: aws.ToInt64(o.Size)}, nil) {
					return
				}
			}
		}
	}
}

// inDelete is how many objects one DeleteObjects takes.
const inDelete = 1000

// Delete deletes a thousand objects a request.
func (s *Store) Delete(ctx context.Context, names ...string) error {
	for _, n := range names {
		if err := staging.CheckName(n); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(names, inDelete) {
		d := &types.Delete{Quiet: aws.Bool(true)}
		for _, n := range part {
			d.Objects = append(d.Objects, types.ObjectIdentifier{Key: aws.String(n)})
		}
		out, err := s.api.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &s.bucket, Delete: d})
		if err != nil {
			return fmt.Errorf("staging: delete %d objects: %w", len(part), err)
		}
		for _, e := range out.Errors {
			if aws.ToString(e.Code) != "NoSuchKey" {
				return fmt.Errorf("staging: delete %s: %s", aws.ToString(e.Key), aws.ToString(e.Code))
			}
		}
	}
	return nil
}

// Statuses of answers (RFC 9110, 15.5).
const (
	missing = 404
	refused = 412
)

// status is that of the answer that an error is made of; 0 if there is none.
func status(err error) int {
	var answer interface{ HTTPStatusCode() int }
	var api smithy.APIError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &api) && api.ErrorCode() == "NoSuchKey":
		return missing
	case errors.As(err, &answer):
		return answer.HTTPStatusCode()
	}
	return 0
}
