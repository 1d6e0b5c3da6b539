// Package cloudtest gives tests clients, tables, buckets and keys of the emulators
// of AWS that run on this machine.
package cloudtest

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sdkhttp"
)

// Config is how an emulator is reached. The test fails if it does not run, with
// what to do.
func Config(t testing.TB, emulator string) aws.Config {
	t.Helper()
	e, err := peers.Cloud(t.Context(), emulator)
	if err != nil {
		t.Fatalf("%s does not run (%v); start it: make cloud-up", emulator, err)
	}
	return aws.Config{Region: peers.AWSRegion, BaseEndpoint: &e.URL, HTTPClient: sdkhttp.Client{BuildableClient: awshttp.NewBuildableClient()},
		Credentials: credentials.NewStaticCredentialsProvider(peers.AWSKey, peers.AWSSecret, "")}
}

func name() string { return "t" + strings.ToLower(rand.Text()) }

// Table makes a table with the two keys that all of ours have.
func Table(t testing.TB) (client *dynamodb.Client, table string) { return TableAt(t, peers.Ministack) }

// TableAt makes the table at the emulator of that name.
func TableAt(t testing.TB, emulator string) (client *dynamodb.Client, table string) {
	t.Helper()
	client, table = dynamodb.NewFromConfig(Config(t, emulator)), name()
	key := func(n string, k types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &n, KeyType: k}
	}
	text := func(n string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &n, AttributeType: types.ScalarAttributeTypeS}
	}
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{key("pk", types.KeyTypeHash), key("sk", types.KeyTypeRange)},
		AttributeDefinitions: []types.AttributeDefinition{text("pk"), text("sk")}})
	if err != nil {
		t.Fatal(err)
	}
	wait := dynamodb.NewTableExistsWaiter(client)
	if err := wait.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	return client, table
}

// Bucket makes a bucket.
func Bucket(t testing.TB, emulator string) (client *s3.Client, bucket string) {
	t.Helper()
	client = s3.NewFromConfig(Config(t, emulator), func(o *s3.Options) { o.UsePathStyle = true })
	bucket = name()
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	return client, bucket
}

// Key makes a key that encrypts.
func Key(t testing.TB) (client *kms.Client, id string) { return KeyAt(t, peers.Ministack) }

// KeyAt makes the key at the emulator of that name.
func KeyAt(t testing.TB, emulator string) (client *kms.Client, id string) {
	t.Helper()
	client = kms.NewFromConfig(Config(t, emulator))
	made, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	return client, *made.KeyMetadata.KeyId
}
