package cloudtest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/safeconduct/safeconduct/internal/peers"
)

// Environment makes the tables, buckets and keys of a deployment and names them in
// the environment, as infra/functions.yaml does for functions. It returns a client
// of the buckets.
func Environment(t *testing.T) *s3.Client {
	t.Helper()
	e, err := peers.Cloud(t.Context(), peers.Ministack)
	if err != nil {
		t.Fatalf("%s does not run (%v); start it: make cloud-up", peers.Ministack, err)
	}
	environment := map[string]string{"SAFECONDUCT_FUNCTION": "test", "SAFECONDUCT_STACK": "test", "SAFECONDUCT_DEMO_TICKETS": "20", "SAFECONDUCT_DEMO_RUNS_PER_HOUR": "10",
		"AWS_REGION": peers.AWSRegion, "AWS_ENDPOINT_URL": e.URL, "AWS_ACCESS_KEY_ID": peers.AWSKey, "AWS_SECRET_ACCESS_KEY": peers.AWSSecret}
	for _, table := range []string{"STATE", "IDMAP", "KEYRING", "AUDIT"} {
		_, environment["SAFECONDUCT_"+table+"_TABLE"] = Table(t)
	}
	for _, key := range []string{"WRAP", "DATA"} {
		_, environment["SAFECONDUCT_"+key+"_KEY"] = Key(t)
	}
	client, staging := Bucket(t, peers.Ministack)
	_, evidence := Bucket(t, peers.Ministack)
	environment["SAFECONDUCT_STAGING_BUCKET"], environment["SAFECONDUCT_EVIDENCE_BUCKET"] = staging, evidence
	for name, value := range environment {
		t.Setenv(name, value)
	}
	return client
}
