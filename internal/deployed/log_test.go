package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// canary stands for content, wherever a record could get into what is logged.
const canary = "Wilhelmina Canary <canary@example.test>"

const input = `{"run": {"tenant": "acme", "migration": "desk", "id": "r0001", "mode": "full"}, "phase": "tickets",
	"segment": {"side": "clean", "kind": "ticket", "seq": 12}}`

// invoke has a step invoked as Lambda would, and gives what was logged.
func invoke(t *testing.T, input string, do func(context.Context, json.RawMessage) (any, error)) (log string, lines []map[string]any) {
	t.Helper()
	t.Setenv("SAFECONDUCT_FUNCTION", "load")
	t.Setenv("SAFECONDUCT_STACK", "desk")
	var out bytes.Buffer
	handler := openJournal(&out).keep(function.Handle(do))
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	_, _ = handler(ctx, json.RawMessage(input))
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("a line is no JSON: %q", line)
		}
		lines = append(lines, fields)
	}
	return out.String(), lines
}

func TestALineTellsWhichInvocationEndedHow(t *testing.T) {
	refused := &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "UpdateItem", Err: &smithy.GenericAPIError{Code: "ThrottlingException", Message: canary}}
	for name, c := range map[string]struct {
		err  error
		want map[string]any
	}{
		"done": {nil, map[string]any{"level": "INFO", "outcome": "done"}},
		"failed": {&migration.Failure{Name: migration.SourceUnavailable, Message: "the source does not answer"},
			map[string]any{"level": "ERROR", "outcome": "failed", "failure": "SourceUnavailable"}},
		"refused by AWS": {fmt.Errorf("%s: %w", canary, refused),
			map[string]any{"outcome": "failed", "failure": "Internal", "call": "DynamoDB.UpdateItem", "code": "ThrottlingException"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, lines := invoke(t, input, func(ctx context.Context, _ json.RawMessage) (any, error) {
				usage.Count(ctx, usage.Desk, usage.Request, 3)
				return nil, c.err
			})
			for key, want := range map[string]any{"msg": "invocation", "function": "load", "request": "request-1", "tenant": "acme", "migration": "desk",
				"run": "r0001", "phase": "tickets", "segment": "ticket-000012", "requests": 3.0} {
				if got := lines[0][key]; got != want {
					t.Errorf("%s is %v, want %v", key, got, want)
				}
			}
			for key, want := range c.want {
				if got := lines[0][key]; got != want {
					t.Errorf("%s is %v, want %v", key, got, want)
				}
			}
		})
	}
}

// TestWhatFailsLogsNoContent plants a person wherever a failing invocation could
// pick one up: in its input, in what a service answers, in an error of ours, in a
// panic.
func TestWhatFailsLogsNoContent(t *testing.T) {
	planted, _ := json.Marshal(canary)
	where := fmt.Sprintf(`{"run": {"tenant": %s, "migration": %s, "id": %s, "mode": %s}, "phase": %s, "segment": {"kind": %s, "seq": 1}, "detail": {"name": %s}}`,
		planted, planted, planted, planted, planted, planted, planted)
	api := &smithy.GenericAPIError{Code: canary, Message: canary}
	for name, do := range map[string]func(context.Context, json.RawMessage) (any, error){
		"an error":  func(context.Context, json.RawMessage) (any, error) { return nil, errors.New(canary) },
		"a failure": func(context.Context, json.RawMessage) (any, error) { return nil, migration.Classify(api) },
		"a panic":   func(context.Context, json.RawMessage) (any, error) { panic(canary) },
		"an answer of AWS": func(context.Context, json.RawMessage) (any, error) {
			return nil, &smithy.OperationError{ServiceID: "S3", OperationName: "PutObject", Err: api}
		},
		"a key": func(ctx context.Context, _ json.RawMessage) (any, error) {
			return nil, refuse(ctx, "S3", "AccessDenied", canary+" kms:Decrypt")
		},
	} {
		for _, level := range []string{"DEBUG", "INFO", "ERROR"} {
			t.Run(name+" at "+level, func(t *testing.T) {
				t.Setenv("SAFECONDUCT_LOG_LEVEL", level)
				log, lines := invoke(t, where, do)
				if strings.Contains(log, "anary") || len(lines) == 0 {
					t.Errorf("logged %s", log)
				}
			})
		}
	}
}

// refuse has a call answered by an error, through what each client of ours passes.
func refuse(ctx context.Context, service, code, message string) error {
	stack := middleware.NewStack("test", func() any { return nil })
	for _, add := range denying {
		if err := add(stack); err != nil {
			return err
		}
	}
	ctx = awsmiddleware.SetServiceID(ctx, service)
	_, _, err := middleware.DecorateHandler(middleware.HandlerFunc(func(context.Context, any) (any, middleware.Metadata, error) {
		return nil, middleware.Metadata{}, &smithy.OperationError{ServiceID: service, OperationName: "Decrypt", Err: &smithy.GenericAPIError{Code: code, Message: message}}
	}), stack.Initialize).Handle(ctx, &kms.DecryptInput{EncryptionContext: map[string]string{"side": "raw"}})
	return err
}

// measured gives the metrics among lines, by name.
func measured(t *testing.T, lines []map[string]any) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	for _, line := range lines {
		if line["_aws"] == nil {
			continue
		}
		var emf struct {
			AWS struct {
				Timestamp         int64
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name, Unit string }
				}
			} `json:"_aws"`
		}
		text, _ := json.Marshal(line)
		if err := json.Unmarshal(text, &emf); err != nil || len(emf.AWS.CloudWatchMetrics) != 1 || line["Stack"] != "desk" {
			t.Fatalf("no metrics of stack desk: %s", text)
		}
		set := emf.AWS.CloudWatchMetrics[0]
		if set.Namespace != Namespace || fmt.Sprint(set.Dimensions) != "[[Stack]]" || time.Since(time.UnixMilli(emf.AWS.Timestamp)).Abs() > time.Minute {
			t.Errorf("metrics of %+v", emf)
		}
		for _, m := range set.Metrics {
			got[m.Name], _ = line[m.Name].(float64)
		}
	}
	return got
}

func TestWhatIsWatchedIsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(ctx context.Context) error
		want map[string]float64
	}{
		"nothing":  {func(context.Context) error { return nil }, map[string]float64{}},
		"requests": {func(ctx context.Context) error { usage.Count(ctx, usage.Desk, usage.Request, 7); return nil }, map[string]float64{"Requests": 7}},
		"put off": {func(ctx context.Context) error {
			usage.Count(ctx, usage.Desk, usage.Request, 7)
			usage.Count(ctx, usage.Desk, usage.Throttled, 2)
			return nil
		}, map[string]float64{"Requests": 7, "Throttled": 2}},
		"a failure":               {func(context.Context) error { return errors.New("x") }, map[string]float64{"Failures": 1}},
		"behind":                  {func(ctx context.Context) error { age(ctx, 26*time.Hour); return nil }, map[string]float64{"CursorAge": 93600}},
		"a key":                   {denies("KMS", "AccessDeniedException", ""), map[string]float64{"KeysDenied": 1}},
		"a key that is disabled":  {denies("KMS", "DisabledException", ""), map[string]float64{"KeysDenied": 1}},
		"a key of a bucket":       {denies("S3", "AccessDenied", "a role is not authorized to perform: kms:Decrypt on resource"), map[string]float64{"KeysDenied": 1}},
		"a disabled key of a row": {denies("S3", "KMS.DisabledException", ""), map[string]float64{"KeysDenied": 1}},
		"an object":               {denies("S3", "AccessDenied", "a role is not authorized to perform: s3:GetObject"), map[string]float64{}},
		"what is no key's":        {denies("KMS", "InvalidCiphertextException", ""), map[string]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			log, lines := invoke(t, input, func(ctx context.Context, _ json.RawMessage) (any, error) { return nil, c.do(ctx) })
			if got := measured(t, lines); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("measured %v, want %v", got, c.want)
			}
			says := slices.ContainsFunc(lines, func(l map[string]any) bool { return l["msg"] == "key denied" && l["side"] == "raw" })
			if says != (c.want["KeysDenied"] > 0) {
				t.Errorf("that a key is denied: %v. Logged %s", says, log)
			}
		})
	}
}

// denies makes one call that is refused, and goes on.
func denies(service, code, message string) func(context.Context) error {
	return func(ctx context.Context) error { _ = refuse(ctx, service, code, message); return nil }
}

func TestWhatIsNotedOfARequestHoldsNoAddress(t *testing.T) {
	log, lines := invoke(t, `{}`, func(ctx context.Context, _ json.RawMessage) (any, error) {
		Note(ctx, "route", "/v1/migrations/{migration}/runs", "status", 202, "subject", "ann@example.test", "fault", "*errors.errorString", "code", canary)
		return nil, nil
	})
	if got := lines[0]; got["route"] != "/v1/migrations/{migration}/runs" || got["status"] != 202.0 || got["fault"] != "*errors.errorString" {
		t.Errorf("got %v", got)
	}
	if strings.Contains(log, "@") {
		t.Errorf("it holds an address: %s", log)
	}
}
