package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/safeconduct/safeconduct/internal/usage"
)

// Namespace is where CloudWatch has the metrics; their one dimension is Stack.
const Namespace = "Safeconduct"

// A metric is a number that infra/observability.yaml watches or draws.
type metric struct {
	Name  string
	Unit  string
	value int64
}

// metrics are those of an invocation.
func (i *invocation) metrics(counts usage.Counts, err error) []metric {
	var failed int64
	if err != nil {
		failed = 1
	}
	return []metric{
		{"Requests", "Count", counts.Of(usage.Desk, usage.Request)},    // to help desks
		{"Throttled", "Count", counts.Of(usage.Desk, usage.Throttled)}, // of them, answered by 429
		{"KeysDenied", "Count", i.denied.Load()},
		{"CursorAge", "Seconds", i.behind.Load()}, // since the oldest was moved, at the end of a run
		{"Failures", "Count", failed},
	}
}

// Metrics lists the names of all metrics.
func Metrics() (names []string) {
	for _, m := range new(invocation).metrics(nil, nil) {
		names = append(names, m.Name)
	}
	return names
}

// measure writes the metrics of an invocation in the embedded format, which
// CloudWatch reads out of the log: one object, for which a library would only
// lengthen the start. What is zero is left out, since a metric costs for every hour
// in which it is written.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (j *journal) measure(i *invocation, counts usage.Counts, err error) {
	type set struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
	written := set{Namespace: Namespace, Dimensions: [][]string{{"Stack"}}}
	line := map[string]any{"Stack": j.stack}
	for _, m := range i.metrics(counts, err) {
		if m.value > 0 {
			line[m.Name], written.Metrics = m.value, append(written.Metrics, m)
		}
	}
	if len(written.Metrics) == 0 {
		return
	}
	line["_aws"] = map[string]any{"Timestamp": time.Now().UnixMilli(), "CloudWatchMetrics": []set{written}}
	_ = json.NewEncoder(j.out).Encode(line) // a log that can't be written has nowhere to say so
}

// age notes how old the oldest cursor of a migration is.
func age(ctx context.Context, behind time.Duration) {
	if i := invocationOf(ctx); i != nil {
		i.behind.Store(int64(behind / time.Second))
	}
}

// denying counts keys that are refused, and logs which.
var denying = []func(*middleware.Stack) error{func(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Denied", denied), middleware.After)
}}

func denied(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleInitialize(ctx, in)
	if i := invocationOf(ctx); i != nil && refusesKey(serviceOf(ctx), err) {
		i.denied.Add(1)
		i.log.Error("key denied", append(reason(err), "side", sideOf(in.Parameters))...)
	}
	return out, metadata, err
}

// refusesKey reports whether an error says that a key may not, or can't, be used.
// Services that ask KMS in our name say so by their own code and put KMS's into
// front of it, or name the action that was refused.
func refusesKey(service string, err error) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	code := answer.ErrorCode()
	return service == "kms" && slices.Contains([]string{"AccessDeniedException", "DisabledException", "KMSInvalidStateException"}, code) ||
		strings.HasPrefix(code, "KMS.") ||
		strings.HasPrefix(code, "AccessDenied") && strings.Contains(answer.ErrorMessage(), " kms:")
}

// sideOf is the side whose key was asked for; "" where it is no key of a run.
func sideOf(asked any) string {
	switch call := asked.(type) {
	case *kms.DecryptInput:
		return call.EncryptionContext["side"]
	case *kms.EncryptInput:
		return call.EncryptionContext["side"]
	}
	return ""
}
