package calls

import (
	"net/http"
	"strings"
	"time"
)

// A Call is one request to AWS.
type Call struct {
	Function  string // application id of who called; empty: not a function
	Service   string // "s3", as in a signature and in front of an action
	Operation string // "PutObject"
	Needs     []Need
	At        time.Time
	Status    int
	Sent      int // bytes of the request's body
	Received  int // bytes of the answer's
}

// A Need is what a policy must allow for a call: "s3:PutObject" on
// "arn:aws:s3:::bucket/key".
type Need struct {
	Action   string
	Resource string              // ARN, or * for an action that knows no resources
	Context  map[string][]string // condition key → values: "kms:EncryptionContext:side" → "raw"
}

// arn is the name of a resource of the account that the emulator plays.
func arn(service, resource string) string {
	return "arn:aws:" + service + ":us-east-1:000000000000:" + resource
}

// orARN makes an ARN of what may be one already.
func orARN(service, kind, name string) string {
	if name == "" {
		return "*"
	}
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return arn(service, kind+name)
}

// read tells a request as a call.
func read(q *http.Request, body []byte) *Call {
	c := &Call{Function: application(q.UserAgent()), Service: signedFor(q), At: time.Now(), Sent: len(body)}
	switch {
	case q.Header.Get("X-Amz-Target") != "":
		c.json(q.Header.Get("X-Amz-Target"), body)
	case c.Service == "scheduler":
		c.scheduler(q, body)
	default:
		c.Service = "s3"
		c.s3(q, body)
	}
	return c
}

// application is the id that the SDK writes as app/ID.
func application(agent string) string {
	for _, word := range strings.Fields(agent) {
		if id, ok := strings.CutPrefix(word, "app/"); ok {
			return id
		}
	}
	return ""
}

// signedFor is the service in the scope of a signature:
// Credential=KEY/DAY/REGION/SERVICE/aws4_request.
func signedFor(q *http.Request) string {
	_, scope, _ := strings.Cut(q.Header.Get("Authorization"), "Credential=")
	if scope == "" {
		scope = q.URL.Query().Get("X-Amz-Credential")
	}
	scope, _, _ = strings.Cut(scope, ",")
	if parts := strings.Split(scope, "/"); len(parts) >= 5 {
		return parts[len(parts)-2]
	}
	return ""
}

func (c *Call) needs(action, resource string, context map[string][]string) {
	c.Needs = append(c.Needs, Need{c.Service + ":" + action, resource, context})
}
