package calls_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/safeconduct/safeconduct/internal/peers/calls"
)

// silent is an AWS that says {} to everything.
func silent(t *testing.T) *calls.Recorder {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(s.Close)
	r := calls.Start(s.URL)
	t.Cleanup(r.Close)
	return r
}

func config(r *calls.Recorder, function string) aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: &r.URL, AppID: function, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")}
}

// needs are those of all calls, as text.
func needs(r *calls.Recorder) (all []string) {
	for _, c := range r.Calls() {
		for _, n := range c.Needs {
			all = append(all, fmt.Sprintf("%s %s %s %v", c.Function, n.Action, strings.TrimPrefix(n.Resource, "arn:aws:"), n.Context))
		}
	}
	return all
}

func TestACallIsToldAsAPolicyWould(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	row := map[string]types.AttributeValue{"pk": text("a#m"), "sk": text("r")}
	for name, c := range map[string]struct {
		call func(context.Context, *calls.Recorder)
		want []string
	}{
		"put of a row": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = dynamodb.NewFromConfig(config(r, "load")).PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("IdMap"), Item: row,
				ConditionExpression: aws.String("attribute_not_exists(pk)")})
		}, []string{"load dynamodb:PutItem dynamodb:us-east-1:000000000000:table/IdMap map[dynamodb:Attributes:[pk sk] dynamodb:LeadingKeys:[a#m]]"}},
		"query of one attribute": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = dynamodb.NewFromConfig(config(r, "extract")).Query(ctx, &dynamodb.QueryInput{TableName: aws.String("Keyring"),
				KeyConditionExpression: aws.String("#p = :p AND begins_with(sk, :s)"), ProjectionExpression: aws.String("#u"),
				ExpressionAttributeNames:  map[string]string{"#p": "pk", "#u": "public"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":p": text("k#1"), ":s": text("raw")}})
		}, []string{"extract dynamodb:Query dynamodb:us-east-1:000000000000:table/Keyring map[dynamodb:Attributes:[pk public sk] dynamodb:LeadingKeys:[k#1] dynamodb:Select:[SPECIFIC_ATTRIBUTES]]"}},
		"transaction": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = dynamodb.NewFromConfig(config(r, "commit")).TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: aws.String("State"), Item: row}}, {Delete: &types.Delete{TableName: aws.String("State"), Key: row}}}})
		}, []string{"commit dynamodb:PutItem dynamodb:us-east-1:000000000000:table/State map[dynamodb:Attributes:[pk sk] dynamodb:LeadingKeys:[a#m]]",
			"commit dynamodb:DeleteItem dynamodb:us-east-1:000000000000:table/State map[dynamodb:Attributes:[pk sk] dynamodb:LeadingKeys:[a#m]]"}},
		"decryption": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = kms.NewFromConfig(config(r, "anonymize")).Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: []byte("x"), KeyId: aws.String("arn:aws:kms:us-east-1:1:key/w"),
				EncryptionContext: map[string]string{"side": "raw"}})
		}, []string{"anonymize kms:Decrypt kms:us-east-1:1:key/w map[kms:EncryptionContext:side:[raw] kms:EncryptionContextKeys:[side]]"}},
		"put of an object": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = paths(r, "extract").PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("staging"), Key: aws.String("t/m/r/raw/1"), Body: strings.NewReader("x")})
		}, []string{"extract s3:PutObject s3:::staging/t/m/r/raw/1 map[]"}},
		"listing": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = paths(r, "seal").ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("staging"), Prefix: aws.String("t/m/")})
		}, []string{"seal s3:ListBucket s3:::staging map[s3:prefix:[t/m/]]"}},
		"deletion of many": {func(ctx context.Context, r *calls.Recorder) {
			_, _ = paths(r, "seal").DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String("staging"),
				Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("b")}}}})
		}, []string{"seal s3:DeleteObject s3:::staging/a map[]", "seal s3:DeleteObject s3:::staging/b map[]"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := silent(t)
			c.call(t.Context(), r)
			if got := needs(r); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func paths(r *calls.Recorder, function string) *s3.Client {
	return s3.NewFromConfig(config(r, function), func(o *s3.Options) { o.UsePathStyle = true })
}

func TestACallIsToldFromItsPathWhereItHasOne(t *testing.T) {
	r := silent(t)
	for _, q := range []struct{ method, path, target, body string }{
		{"POST", "/schedules/m", "", `{"GroupName":"g","Target":{"RoleArn":"arn:aws:iam::1:role/s"}}`},
		{"DELETE", "/schedules/m?groupName=g", "", ""},
		{"POST", "/", "AWSStepFunctions.StartExecution", `{"stateMachineArn":"arn:aws:states:us-east-1:1:stateMachine:m"}`},
		{"POST", "/", "secretsmanager.GetSecretValue", `{"SecretId":"safeconduct/t/desk"}`},
	} {
		out, err := http.NewRequestWithContext(t.Context(), q.method, r.URL+q.path, strings.NewReader(q.body))
		if err != nil {
			t.Fatal(err)
		}
		out.Header.Set("X-Amz-Target", q.target)
		out.Header.Set("User-Agent", "aws-sdk-go-v2/1.47 app/api")
		out.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=k/20261125/us-east-1/scheduler/aws4_request, SignedHeaders=host")
		res, err := http.DefaultClient.Do(out)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	want := []string{"api scheduler:CreateSchedule scheduler:us-east-1:000000000000:schedule/g/m map[]",
		"api iam:PassRole iam::1:role/s map[iam:PassedToService:[scheduler.amazonaws.com]]",
		"api scheduler:DeleteSchedule scheduler:us-east-1:000000000000:schedule/g/m map[]",
		"api states:StartExecution states:us-east-1:1:stateMachine:m map[]",
		"api secretsmanager:GetSecretValue secretsmanager:us-east-1:000000000000:secret:safeconduct/t/desk map[]"}
	if got := needs(r); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestContentOnItsWayToAWSIsNoticed(t *testing.T) {
	r := silent(t)
	r.Forbid([]string{"Zyqfoluberi", "zyq"})
	for _, text := range []string{"nothing", "a Zyqfoluberi b"} {
		_, _ = paths(r, "report").PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("k"), Body: strings.NewReader(text)})
	}
	want := []calls.Leak{{Function: "report", Operation: "s3:PutObject", Needle: "Zyqfoluberi"}}
	if got := r.Leaks(); !reflect.DeepEqual(got, want) {
		t.Errorf("leaks %v, want %v", got, want)
	}
}
