package infra_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/infra"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// wrap is a request to the key that wraps private halves.
func wrap(s *infra.System, op, side string) infra.Request {
	return infra.Request{Action: "kms:" + op, Resource: s.Key("WrapKey"), Context: map[string][]string{
		"kms:EncryptionContext:tenant": {"acme"}, "kms:EncryptionContext:migration": {"m1"}, "kms:EncryptionContext:side": {side}}}
}

func row(table, op, partition string, attributes ...string) infra.Request {
	q := infra.Request{Action: "dynamodb:" + op, Resource: "arn:aws:dynamodb:eu-central-1:123456789012:table/" + table,
		Context: map[string][]string{"dynamodb:LeadingKeys": {partition}}}
	if len(attributes) > 0 {
		q.Context["dynamodb:Attributes"] = attributes
	}
	return q
}

func allows(t *testing.T, s *infra.System, function string, q infra.Request) bool {
	t.Helper()
	d, err := s.Decide(function, q)
	if err != nil {
		t.Fatal(err)
	}
	return d.Allowed
}

func mayDo(t *testing.T, s *infra.System, q infra.Request, want ...string) {
	t.Helper()
	got, err := s.Who(q)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("%s on %s %v: %v may, want %v", q.Action, q.Resource, q.Context, got, want)
	}
}

func TestOnlyAnonymizeOpensWhatWasExtracted(t *testing.T) {
	s := deployed(t)
	mayDo(t, s, wrap(s, "Decrypt", "raw"), "anonymize")
	mayDo(t, s, wrap(s, "Decrypt", "pseudonym"), "anonymize")
}

func TestOnlyLoadAndVerifyOpenWhatPassedThePolicy(t *testing.T) {
	s := deployed(t)
	mayDo(t, s, wrap(s, "Decrypt", "clean"), "load", "verify")
}

func TestExtractOpensNoKeyOfOurs(t *testing.T) {
	s := deployed(t)
	for _, side := range infra.Sides {
		if allows(t, s, "extract", wrap(s, "Decrypt", side)) {
			t.Errorf("extract opens side %s", side)
		}
	}
	for _, key := range []string{"WrapKey", "DataKey", "LogsKey"} {
		if allows(t, s, "extract", infra.Request{Action: "kms:Decrypt", Resource: s.Key(key)}) {
			t.Errorf("extract opens %s directly", key)
		}
	}
}

// TestNobodyWrapsWithoutSayingForWhom: an encryption context that lacks the tenant
// or the migration would make one customer's key open another's.
func TestNobodyWrapsWithoutSayingForWhom(t *testing.T) {
	s := deployed(t)
	for _, missing := range []string{"tenant", "migration", "side"} {
		for _, op := range []string{"Encrypt", "Decrypt"} {
			for _, side := range infra.Sides {
				q := wrap(s, op, side)
				delete(q.Context, "kms:EncryptionContext:"+missing)
				mayDo(t, s, q)
			}
		}
	}
}

func TestExtractReadsPublicHalvesOnly(t *testing.T) {
	s := deployed(t)
	for _, c := range []struct {
		what       string
		attributes []string
		want       bool
	}{
		{"the public half", []string{"pk", "sk", "public"}, true},
		{"the wrapped half", []string{"pk", "sk", "wrapped"}, false},
		{"both", []string{"pk", "sk", "public", "wrapped"}, false},
		{"whatever there is", nil, false},
	} {
		if got := allows(t, s, "extract", row("KeyringTable", "GetItem", "acme/m1", c.attributes...)); got != c.want {
			t.Errorf("extract reads %s: %t, want %t", c.what, got, c.want)
		}
	}
}

func TestNobodyChangesTheAuditLog(t *testing.T) {
	s := deployed(t)
	for _, op := range []string{"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "DeleteTable", "UpdateTable"} {
		mayDo(t, s, row("AuditTable", op, "acme"), "administrator")
	}
}

func TestOnlyPlanAnonymizeAndSealWriteTheKeyring(t *testing.T) {
	s := deployed(t)
	mayDo(t, s, row("KeyringTable", "PutItem", "acme/m1"), "plan", "anonymize", "seal", "administrator")
}

func TestTheIdMapHoldsRowsOfTheMapOnly(t *testing.T) {
	s := deployed(t)
	for partition, want := range map[string]bool{"map#acme#m1#ticket": true, "run#acme#m1#r1": false} {
		if got := allows(t, s, "load", row("IdMapTable", "UpdateItem", partition)); got != want {
			t.Errorf("load writes %s into the id map: %t, want %t", partition, got, want)
		}
	}
}

func TestStagingTakesNoOtherKey(t *testing.T) {
	s := deployed(t)
	for _, c := range []struct {
		what    string
		context map[string][]string
		want    bool
	}{
		{"no key named: the bucket's own", nil, true},
		{"the bucket's own key named", map[string][]string{"s3:x-amz-server-side-encryption": {"aws:kms"},
			"s3:x-amz-server-side-encryption-aws-kms-key-id": {s.Key("DataKey")}}, true},
		{"another key", map[string][]string{"s3:x-amz-server-side-encryption": {"aws:kms"},
			"s3:x-amz-server-side-encryption-aws-kms-key-id": {s.Key("LogsKey")}}, false},
		{"a key of S3", map[string][]string{"s3:x-amz-server-side-encryption": {"AES256"}}, false},
		{"a key of the caller", map[string][]string{"s3:x-amz-server-side-encryption-customer-algorithm": {"AES256"}}, false},
		{"no TLS", map[string][]string{"aws:SecureTransport": {"false"}}, false},
	} {
		q := infra.Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::stagingbucket/runs/acme/m1/r1/raw/ticket-000001", Context: c.context}
		if got := allows(t, s, "extract", q); got != c.want {
			t.Errorf("%s: allowed %t, want %t", c.what, got, c.want)
		}
	}
}

// TestRolesAndKeyPoliciesSayTheSame: a key's policy alone would do, and a reader of
// a role's policy would not see it.
func TestRolesAndKeyPoliciesSayTheSame(t *testing.T) {
	s := deployed(t)
	for _, f := range infra.Functions {
		for _, side := range infra.Sides {
			for _, op := range []string{"Encrypt", "Decrypt"} {
				d, err := s.Decide(f, wrap(s, op, side))
				if err != nil {
					t.Fatal(err)
				}
				byRole := slices.ContainsFunc(d.By, func(by infra.Statement) bool { return len(by.Principals) == 0 })
				byKey := slices.ContainsFunc(d.By, func(by infra.Statement) bool { return len(by.Principals) > 0 })
				if d.Allowed && byRole != byKey {
					t.Errorf("%s may %s side %s: by its role %t, by the key's policy %t", f, op, side, byRole, byKey)
				}
			}
		}
	}
}

// right says what a right in a step's Go signature needs in AWS.
type right struct {
	name  string
	needs func(s *infra.System) []infra.Request
}

// rights are told apart by the type of a step's field, an Opener also by its name.
func rightOf(f reflect.StructField) (right, bool) {
	sides := func(op string, sides ...string) func(*infra.System) []infra.Request {
		return func(s *infra.System) (all []infra.Request) {
			for _, side := range sides {
				all = append(all, wrap(s, op, side))
			}
			return all
		}
	}
	switch f.Type {
	case reflect.TypeFor[keyring.Maker]():
		return right{"make", sides("Encrypt", "raw", "clean")}, true
	case reflect.TypeFor[keyring.Opener]():
		return right{"open " + strings.ToLower(f.Name), sides("Decrypt", strings.ToLower(f.Name))}, true
	case reflect.TypeFor[keyring.Indexer]():
		return right{"index", sides("Decrypt", "ref", "digest")}, true
	case reflect.TypeFor[keyring.Pseudonymizer]():
		return right{"pseudonyms", sides("Decrypt", "pseudonym")}, true
	case reflect.TypeFor[keyring.Forgetter]():
		return right{"forget", func(*infra.System) []infra.Request { return []infra.Request{row("KeyringTable", "PutItem", "acme/m1")} }}, true
	case reflect.TypeFor[keyring.Sealer]():
		return right{"seal", func(*infra.System) []infra.Request {
			return []infra.Request{row("KeyringTable", "GetItem", "acme/m1", "pk", "sk", "public")}
		}}, true
	}
	return right{}, false
}

// all rights that a step could hold, by the fields that would give them.
func everyRight() (all []right) {
	holder := reflect.TypeFor[struct {
		Maker      keyring.Maker
		Raw        keyring.Opener
		Clean      keyring.Opener
		Index      keyring.Indexer
		Pseudonyms keyring.Pseudonymizer
	}]()
	for i := range holder.NumField() {
		r, _ := rightOf(holder.Field(i))
		all = append(all, r)
	}
	return all
}

// TestWhatAStepHoldsInGoItsRoleHoldsInAWS reads the rights from the types of the
// steps' fields and compares both ways: what Go gives, IAM grants, and a right to
// keys that Go does not give is not granted.
func TestWhatAStepHoldsInGoItsRoleHoldsInAWS(t *testing.T) {
	s := deployed(t)
	steps := reflect.TypeFor[function.Steps]()
	for i := range steps.NumField() {
		name := strings.ToLower(steps.Field(i).Name)
		if name == "gate" {
			name = "api"
		}
		held := map[string]bool{}
		for _, f := range reflect.VisibleFields(steps.Field(i).Type) {
			r, ok := rightOf(f)
			if !ok {
				continue
			}
			held[r.name] = true
			for _, q := range r.needs(s) {
				if !allows(t, s, name, q) {
					t.Errorf("%s holds the right to %s in Go, and is not granted %s %v", name, r.name, q.Action, q.Context)
				}
			}
		}
		for _, r := range everyRight() {
			for _, q := range r.needs(s) {
				if !held[r.name] && allows(t, s, name, q) {
					t.Errorf("%s is granted %s %v and does not hold the right to %s in Go", name, q.Action, q.Context, r.name)
				}
			}
		}
	}
}

// TestEverythingForAllHasAReason: a * stands only where EXCEPTIONS.md says why.
func TestEverythingForAllHasAReason(t *testing.T) {
	s := deployed(t)
	reasons := exceptions(t, "policy")
	found := map[string]bool{}
	for _, p := range s.Policies() {
		if !p.Allow || len(p.Principals) > 0 {
			continue // a resource's own policy speaks of that resource
		}
		for _, a := range p.Actions {
			if strings.Contains(a, "*") {
				t.Errorf("%s/%s grants %s: write the actions out", p.Of, p.Sid, a)
			}
		}
		if slices.Contains(p.Resources, "*") {
			for _, a := range p.Actions {
				found[a] = true
				if reasons[a] == "" {
					t.Errorf("%s/%s grants %s on everything, and infra/EXCEPTIONS.md does not say why", p.Of, p.Sid, a)
				}
			}
		}
	}
	for a := range reasons {
		if !found[a] {
			t.Errorf("infra/EXCEPTIONS.md excuses %s, which nobody is granted on everything", a)
		}
	}
}

// TestNobodyIsGrantedTheSameTwice keeps policies readable.
func TestNobodyIsGrantedTheSameTwice(t *testing.T) {
	s := deployed(t)
	for _, f := range infra.Functions {
		seen := map[string]string{}
		for _, p := range s.Granted(f) {
			for _, a := range p.Actions {
				for _, r := range p.Resources {
					key := fmt.Sprint(a, r, p.Conditions)
					if seen[key] != "" {
						t.Errorf("%s is granted %s on %s by %s and %s", f, a, r, seen[key], p.Sid)
					}
					seen[key] = p.Sid
				}
			}
		}
	}
}

// TestWhatIsGrantedInVainIsNamed: a grant that nobody used, and an excuse that
// nobody needs.
func TestWhatIsGrantedInVainIsNamed(t *testing.T) {
	s := deployed(t)
	used := map[infra.Grant]bool{}
	for _, f := range infra.Functions {
		for _, by := range s.Granted(f) {
			for _, a := range by.Actions {
				used[infra.Grant{Function: f, Sid: by.Sid, Action: a}] = by.Sid != "Log" && by.Sid != "StageRaw"
			}
		}
	}
	objections, err := s.InVain(root, used)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(objections, "\n")
	for _, want := range []string{"extract is granted s3:PutObject by StageRaw", "s3:DeleteObject at anonymize/StageClean"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the objections:\n%s", want, all)
		}
	}
	if strings.Contains(all, "logs:") {
		t.Errorf("what is excused is objected to:\n%s", all)
	}
}

func TestNobodyDeletesEvidenceOrShortensItsLock(t *testing.T) {
	s := deployed(t)
	document := infra.Request{Resource: "arn:aws:s3:::evidencebucket/acme/m1/r1/report.html"}
	for _, action := range []string{"s3:DeleteObject", "s3:DeleteObjectVersion"} {
		document.Action = action
		mayDo(t, s, document, "administrator") // where the lock lets them
	}
	for _, action := range []string{"s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutObjectLegalHold"} {
		document.Action = action
		mayDo(t, s, document)
	}
}

func TestSealDeletesOnlyWhatRunsStaged(t *testing.T) {
	s := deployed(t)
	for object, want := range map[string]bool{"runs/acme/m1/r1/raw/ticket-000001": true, "runs/_demos/acme/m1-demo/r1/raw/ticket-000001": true, "plans/acme/m1/r1": false, "forecasts/acme/m1/f1.json": false} {
		q := infra.Request{Action: "s3:DeleteObject", Resource: "arn:aws:s3:::stagingbucket/" + object}
		if got := allows(t, s, "seal", q); got != want {
			t.Errorf("seal deletes %s: %t, want %t", object, got, want)
		}
	}
}
