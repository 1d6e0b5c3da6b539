package backend

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// folder is where the documents of a run lie.
func folder(m api.Migration, id string) string { return run(m, id, "").Path() }

// Report reads report.json of a run.
func (b *Backend) Report(ctx context.Context, m api.Migration, id string) (json.RawMessage, error) {
	text, _, err := b.Evidence.Get(ctx, folder(m, id)+"report.json")
	if errors.Is(err, deployed.ErrNoObject) {
		err = api.NotFound("report")
	}
	return text, err
}

// Documents lists the documents of a run.
func (b *Backend) Documents(ctx context.Context, m api.Migration, id string) (names []string, err error) {
	of := folder(m, id)
	for o, err := range b.Evidence.List(ctx, of) {
		if err != nil {
			return nil, err
		}
		names = append(names, strings.TrimPrefix(aws.ToString(o.Key), of))
	}
	if len(names) == 0 {
		return nil, api.NotFound("run")
	}
	return names, nil
}

// linkLife is how long the address of a document works.
const linkLife = 5 * time.Minute

// Document gives the address of a document: it may be larger than what a function
// can answer.
func (b *Backend) Document(ctx context.Context, m api.Migration, id, name string) (api.Document, error) {
	in := &s3.GetObjectInput{Bucket: &b.Evidence.Bucket, Key: aws.String(folder(m, id) + name)}
	_, err := b.Evidence.API.HeadObject(ctx, &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key})
	var missing *types.NotFound
	if errors.As(err, &missing) {
		return api.Document{}, api.NotFound("document")
	}
	if err != nil {
		return api.Document{}, err
	}
	link, err := s3.NewPresignClient(b.Evidence.API).PresignGetObject(ctx, in, s3.WithPresignExpires(linkLife))
	if err != nil {
		return api.Document{}, err
	}
	return api.Document{Name: name, URL: link.URL, Until: b.now().Add(linkLife).UTC()}, nil
}

// Cost adds up what a run took, by the rows that its segments left.
func (b *Backend) Cost(ctx context.Context, m api.Migration, id string) (json.RawMessage, error) {
	l := b.ledger(m)
	if _, err := l.Run(ctx, id); errors.Is(err, ledger.ErrNotFound) {
		return nil, api.NotFound("run")
	} else if err != nil {
		return nil, err
	}
	var used []ledger.Usage
	for u, err := range l.Usages(ctx, id) {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, &api.Refusal{Kind: api.ErrUnavailable, Code: "too-large", Say: "The run has more segments than can be added up while somebody waits.",
				Next: "See what the month cost in AWS's own bill: every resource has the tag of the stack."}
		}
		if err != nil {
			return nil, err
		}
		used = append(used, u)
	}
	taken := cost.Sum(used)
	return json.Marshal(struct {
		Run   string     `json:"run"`
		Taken cost.Taken `json:"taken"`
		Bill  cost.Bill  `json:"bill"`
	}{id, taken, cost.Prices().Bill(taken.Calls)})
}
