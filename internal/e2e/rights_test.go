//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/infra"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/calls"
)

// account is the one that the emulator plays.
const emulated = "000000000000"

// granted works out what the deployed template grants, with the names that its
// resources got.
func (s *system) granted(t testing.TB) *infra.System {
	t.Helper()
	names, err := s.resources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	of, err := infra.Load(root, infra.Where{Account: emulated, Region: peers.AWSRegion, Stack: stack, Physical: names,
		Parameters: map[string]string{"Issuer": s.issuer.URL, "Audience": audience}})
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// signer is who made the form by which somebody posts a file, and by whose rights
// it gets in.
const signer = "api"

// asked is every need of every function that the recorder saw, each once, and
// what services ask of the data key in a function's name.
func asked(all []calls.Call, dataKey string) map[string]map[string]infra.Request {
	needs := map[string]map[string]infra.Request{}
	for _, c := range all {
		function := c.Function
		if function == "" && c.Operation == "PostObject" {
			function = signer
		}
		if function == "" {
			continue
		}
		if needs[function] == nil {
			needs[function] = map[string]infra.Request{}
		}
		for _, n := range slices.Concat(c.Needs, onBehalf(c, dataKey)) {
			context := maps.Clone(n.Context)
			if context == nil {
				context = map[string][]string{}
			}
			context["aws:SecureTransport"] = []string{"true"} // the SDK speaks TLS to everything but an emulator
			needs[function][fmt.Sprint(n)] = infra.Request{Action: n.Action, Resource: n.Resource, Context: context}
		}
	}
	return needs
}

// onBehalf is what a service asks of the data key with the rights of its caller:
// S3 for each object, DynamoDB for each table, Secrets Manager for each secret.
func onBehalf(c calls.Call, dataKey string) (needs []calls.Need) {
	actions := map[string][]string{"s3:GetObject": {"kms:Decrypt"}, "s3:PutObject": {"kms:GenerateDataKey"}, "s3:UploadPart": {"kms:Decrypt"},
		"s3:CreateMultipartUpload": {"kms:GenerateDataKey"}, "s3:CompleteMultipartUpload": {"kms:Decrypt"}, "s3:PostObject": {"kms:GenerateDataKey"},
		"secretsmanager:GetSecretValue": {"kms:Decrypt"}}[c.Service+":"+c.Operation]
	if c.Service == "dynamodb" {
		actions = []string{"kms:Decrypt"}
	}
	via := map[string][]string{"kms:ViaService": {c.Service + "." + peers.AWSRegion + ".amazonaws.com"}}
	for _, a := range actions {
		needs = append(needs, calls.Need{Action: a, Resource: dataKey, Context: via})
	}
	return needs
}

// everyCallWasGranted holds every recorded call against the policies of who made
// it.
func (s *system) everyCallWasGranted(t *testing.T) {
	of, n := s.granted(t), 0
	for function, needs := range asked(s.recorder.Calls(), s.outputs["DataKey"]) {
		for _, key := range slices.Sorted(maps.Keys(needs)) {
			n++
			d, err := of.Decide(function, needs[key])
			if err != nil {
				t.Error(err)
			} else if !d.Allowed {
				t.Errorf("%s may not %s %s %v, and did", function, needs[key].Action, needs[key].Resource, needs[key].Context)
			}
		}
	}
	t.Logf("%d calls, %d different needs", len(s.recorder.Calls()), n)
	if n < 100 {
		t.Errorf("only %d needs were recorded: the test shows nothing", n)
	}
}

// nothingIsGrantedInVain wants every action that a statement grants to have been
// used, or to stand in infra/EXCEPTIONS.md with its reason; and what stands there
// to have been granted and not used.
func (s *system) nothingIsGrantedInVain(t *testing.T) {
	of := s.granted(t)
	used := map[infra.Grant]bool{}
	for function, needs := range asked(s.recorder.Calls(), s.outputs["DataKey"]) {
		for _, q := range needs {
			d, err := of.Decide(function, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, by := range d.By {
				used[infra.Grant{Function: function, Sid: by.Sid, Action: q.Action}] = true
			}
		}
	}
	objections, err := of.InVain(root, used)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objections {
		t.Error(o)
	}
}
