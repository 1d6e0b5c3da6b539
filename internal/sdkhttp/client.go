// Package sdkhttp sends what the AWS SDK builds, once: for the deployed functions,
// and for tests of the adapters.
package sdkhttp

import (
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// A Client sends requests with a body that can only be read and closed.
//
// The SDK closes a request's body as soon as it has the head of the answer, and
// from then on the body's WriteTo returns io.EOF. If net/http has not yet looked
// whether more follows than it sent, it takes that for a failed write and closes
// the connection: an answer whose body comes in a second segment is lost, and the
// SDK repeats a request that has been carried out. A table then exists already, and
// a condition fails by its own success. Read has no such error.
// (https://github.com/aws/aws-sdk-go-v2/issues/1825 and 2737 have the symptom)
type Client struct{ *awshttp.BuildableClient }

// Do sends the request. A body that is known to be empty stays as it is: net/http
// asks whether it is http.NoBody.
func (c Client) Do(q *http.Request) (*http.Response, error) {
	if q.Body != nil && q.Body != http.NoBody {
		q.Body = struct{ io.ReadCloser }{q.Body}
	}
	return c.BuildableClient.Do(q)
}
