package infra_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/infra"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// TestWhatMustBeGoneLiesInNoCopy: a row of the keyring that is deleted, and a staged
// object that seal deletes, must be in no backup, stream or version.
func TestWhatMustBeGoneLiesInNoCopy(t *testing.T) {
	s := deployed(t)
	keys := s.Find("KeyringTable")
	if got := keys.Text("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"); got != "false" {
		t.Errorf("point-in-time recovery of the keyring: %s", got)
	}
	for _, p := range []string{"StreamSpecification", "TimeToLiveSpecification", "KinesisStreamSpecification"} {
		if keys.Value(p) != nil {
			t.Errorf("the keyring has a %s", p)
		}
	}
	if got := s.Find("StagingBucket").Value("VersioningConfiguration"); got != nil {
		t.Errorf("staging has versions: %v", got)
	}
}

func TestOnlyStateAndAuditCanBeTakenBackInTime(t *testing.T) {
	s := deployed(t)
	for _, table := range s.Of("AWS::DynamoDB::Table") {
		want := fmt.Sprint(table.ID == "StateTable" || table.ID == "AuditTable")
		if got := table.Text("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"); got != want {
			t.Errorf("%s: recovery %s, want %s", table.ID, got, want)
		}
	}
}

func TestEveryTableIsEncryptedProtectedAndPaidByUse(t *testing.T) {
	s := deployed(t)
	for _, table := range s.Of("AWS::DynamoDB::Table") {
		for _, c := range []struct{ is, want string }{
			{table.Text("BillingMode"), "PAY_PER_REQUEST"},
			{table.Text("SSESpecification", "KMSMasterKeyId"), s.Key("DataKey")},
			{table.Text("DeletionProtectionEnabled"), "true"},
			{table.Policy, "RetainExceptOnCreate"},
		} {
			if c.is != c.want {
				t.Errorf("%s: %q, want %q", table.ID, c.is, c.want)
			}
		}
	}
}

func TestNoBucketIsOpenToAnybody(t *testing.T) {
	s := deployed(t)
	for _, b := range s.Of("AWS::S3::Bucket") {
		for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if got := b.Text("PublicAccessBlockConfiguration", block); got != "true" {
				t.Errorf("%s: %s is %q", b.ID, block, got)
			}
		}
	}
}

// lives is after how many days an object is gone, 0 for never. Of the rules that fit,
// the one counts that expires it first.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
func lives(t *testing.T, b infra.Resource, object string) (days int) {
	t.Helper()
	rules, _ := b.Value("LifecycleConfiguration", "Rules").([]any)
	for _, r := range rules {
		m := r.(map[string]any)
		prefix, _ := m["Prefix"].(string)
		if !strings.HasPrefix(object, prefix) || m["Status"] != "Enabled" || m["ExpirationInDays"] == nil {
			continue
		}
		n, err := strconv.Atoi(fmt.Sprint(m["ExpirationInDays"]))
		if err != nil {
			t.Fatal(err)
		}
		if days == 0 || n < days {
			days = n
		}
	}
	return days
}

func TestStagedObjectsDoNotOutliveTheirRun(t *testing.T) {
	b := deployed(t, "StagingDays", "3").Find("StagingBucket")
	run := migration.Run{Tenant: "acme", Migration: "m1", ID: "r0001", Mode: migration.ModeFull}
	demo := run
	demo.Mode = migration.ModeDemo
	for object, want := range map[string]int{run.Prefix() + "raw/x": 3, demo.Prefix() + "raw/x": 1, "forecasts/acme/m1/f1.json": 3,
		"uploads/acme/u1/tickets.csv": 1, "plans/acme/m1/r0001": 0} {
		if got := lives(t, b, object); got != want {
			t.Errorf("%s lives %d days, want %d", object, got, want)
		}
	}
}

// TestComplianceModeIsAskedFor: COMPLIANCE locks even the
// account's root out.
func TestComplianceModeIsAskedFor(t *testing.T) {
	mode := func(s *infra.System) string {
		return s.Find("EvidenceBucket").Text("ObjectLockConfiguration", "Rule", "DefaultRetention", "Mode")
	}
	if got := mode(deployed(t)); got != "GOVERNANCE" {
		t.Errorf("by default evidence is locked by %s", got)
	}
	if got := mode(deployed(t, "EvidenceLock", "COMPLIANCE")); got != "COMPLIANCE" {
		t.Errorf("when asked for, evidence is locked by %s", got)
	}
}

func TestEveryRouteAsksForAToken(t *testing.T) {
	for _, s := range []*infra.System{deployed(t), deployed(t, "Issuer", "https://id.example.org")} {
		for _, r := range s.Of("AWS::ApiGatewayV2::Route") {
			if r.Text("AuthorizationType") != "JWT" || r.Text("AuthorizerId") == "" {
				t.Errorf("route %s asks for no token", r.Text("RouteKey"))
			}
		}
	}
}

func TestNobodyGivesThemselvesAnotherTenant(t *testing.T) {
	client := deployed(t).Find("Client")
	if got := fmt.Sprint(client.Value("WriteAttributes")); got != "[email]" {
		t.Errorf("people may write %s about themselves", got)
	}
}

func TestEveryFunctionIsWatchedAndBounded(t *testing.T) {
	s := deployed(t)
	for _, name := range infra.Functions {
		f, ok := s.Function(name)
		if !ok {
			t.Errorf("the template has no function %s", name)
			continue
		}
		if f.Text("TracingConfig", "Mode") != "Active" || f.Text("Architectures") == "" && f.Text("Timeout") == "" {
			t.Errorf("%s is not traced or has no time-out", name)
		}
		group := ""
		for _, l := range s.Of("AWS::Logs::LogGroup") {
			if l.Text("LogGroupName") == f.Text("LoggingConfig", "LogGroup") {
				group = l.Text("KmsKeyId")
			}
		}
		if group != s.Key("LogsKey") {
			t.Errorf("%s logs into a group that is not encrypted by the key of logs", name)
		}
	}
	folders, err := filepath.Glob(root + "/functions/*/main.go")
	if err != nil || len(folders) != len(infra.Functions) {
		t.Errorf("functions/ has %d functions, the template %d (%v)", len(folders), len(infra.Functions), err)
	}
}

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

// TestDefinitionsAreGivenWhatTheyName compares the placeholders of each definition
// with what its machine puts in, and each function it calls with its role.
func TestDefinitionsAreGivenWhatTheyName(t *testing.T) {
	s := deployed(t)
	files, err := filepath.Glob(root + "/statemachine/*.asl.json")
	if err != nil || len(files) != len(s.Of("AWS::StepFunctions::StateMachine")) {
		t.Fatalf("%d definitions and %d machines (%v)", len(files), len(s.Of("AWS::StepFunctions::StateMachine")), err)
	}
	for _, m := range s.Of("AWS::StepFunctions::StateMachine") {
		text, err := os.ReadFile(filepath.Join(root, "infra", m.Text("DefinitionS3Location")))
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for _, found := range variable.FindAllStringSubmatch(string(text), -1) {
			named[found[1]] = true
		}
		given, _ := m.Value("DefinitionSubstitutions").(map[string]any)
		if got, want := slices.Sorted(maps.Keys(given)), slices.Sorted(maps.Keys(named)); !slices.Equal(got, want) {
			t.Errorf("%s: given %v, the definition names %v", m.ID, got, want)
		}
		for name, arn := range given {
			if !strings.HasSuffix(name, "FunctionArn") {
				continue
			}
			d, err := s.DecideAs(m.Text("RoleArn"), infra.Request{Action: "lambda:InvokeFunction", Resource: fmt.Sprint(arn)})
			if err != nil || !d.Allowed {
				t.Errorf("%s calls %s, and its role may not (%v)", m.ID, arn, err)
			}
		}
	}
}

func TestExecutionsAreEncryptedAndTheirDataIsInNoLog(t *testing.T) {
	s := deployed(t)
	for _, m := range s.Of("AWS::StepFunctions::StateMachine") {
		for _, c := range []struct{ is, want string }{
			{m.Text("LoggingConfiguration", "IncludeExecutionData"), "false"},
			{m.Text("LoggingConfiguration", "Level"), "ERROR"},
			{m.Text("EncryptionConfiguration", "KmsKeyId"), s.Key("DataKey")},
			{m.Text("StateMachineType"), "STANDARD"},
		} {
			if c.is != c.want {
				t.Errorf("%s: %q, want %q", m.ID, c.is, c.want)
			}
		}
	}
}

func TestEveryDeadLetterIsEncryptedAndKept(t *testing.T) {
	s := deployed(t)
	for _, q := range s.Of("AWS::SQS::Queue") {
		if q.Text("KmsMasterKeyId") != s.Key("LogsKey") || q.Text("MessageRetentionPeriod") != "1209600" {
			t.Errorf("%s is not encrypted by the key of logs and kept for 14 days", q.ID)
		}
	}
}

func TestEveryKeyRotatesAndIsHardToDestroy(t *testing.T) {
	for _, k := range deployed(t).Of("AWS::KMS::Key") {
		if k.Text("EnableKeyRotation") != "true" || k.Text("PendingWindowInDays") != "30" {
			t.Errorf("%s does not rotate, or is gone before 30 days are over", k.ID)
		}
	}
}

func TestEveryRoleTakesTheBoundary(t *testing.T) {
	const boundary = "arn:aws:iam::123456789012:policy/boundary"
	for _, r := range deployed(t, "PermissionsBoundary", boundary).Of("AWS::IAM::Role") {
		if r.Text("PermissionsBoundary") != boundary {
			t.Errorf("%s is not bounded", r.ID)
		}
	}
	for _, r := range deployed(t).Of("AWS::IAM::Role") {
		if r.Value("PermissionsBoundary") != nil {
			t.Errorf("%s has a boundary that nobody asked for", r.ID)
		}
	}
}

func TestNothingIsReservedUnlessAskedFor(t *testing.T) {
	for given, want := range map[string]string{"-1": "", "5": "5"} {
		f, _ := deployed(t, "ReservedConcurrency", given).Function("load")
		if got := f.Text("ReservedConcurrentExecutions"); got != want {
			t.Errorf("ReservedConcurrency %s reserves %q, want %q", given, got, want)
		}
	}
}

// TestEveryAlarmHasItsRunbook: by name, with the four things that somebody who is
// woken wants to know, and told of by the list of runbooks.
func TestEveryAlarmHasItsRunbook(t *testing.T) {
	pages := map[string]bool{"README.md": true}
	index, err := os.ReadFile(root + "/docs/runbooks/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range deployed(t).Of("AWS::CloudWatch::Alarm") {
		name := strings.TrimPrefix(a.Text("AlarmName"), "desk-") + ".md"
		pages[name] = true
		text, err := os.ReadFile(root + "/docs/runbooks/" + name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range []string{"**What it means.**", "**What to look at.**", "**What to do.**", "**What not to do.**"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("docs/runbooks/%s does not say %s", name, part)
			}
		}
		if !strings.Contains(a.Text("AlarmDescription"), "docs/runbooks/"+name) || !strings.Contains(string(index), "("+name+")") {
			t.Errorf("%s is not told where its runbook is", a.ID)
		}
	}
	files, err := filepath.Glob(root + "/docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !pages[filepath.Base(f)] {
			t.Errorf("docs/runbooks/%s is the page of no alarm", filepath.Base(f))
		}
	}
}

// TestEveryParameterIsSafeToLeaveAndExplained: each has a default, and the line of
// docs/deploy.md says the same as the template.
func TestEveryParameterIsSafeToLeaveAndExplained(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := infra.Parameters(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parameters {
		value := "empty"
		if p.Default != "" {
			value = "`" + p.Default + "`"
		}
		if line := fmt.Sprintf("| `%s` | %s | %s |\n", p.Name, value, p.Description); !strings.Contains(string(text), line) {
			t.Errorf("docs/deploy.md lacks the line\n%s", line)
		}
	}
	if got := strings.Count(string(text), "\n| `"); got != len(parameters) {
		t.Errorf("docs/deploy.md explains %d parameters, the template has %d", got, len(parameters))
	}
}

// TestOnlyStateExpires: it holds what serves for a while, such as keys of
// idempotent requests, under the attribute that internal/ledger/dynamodb writes.
func TestOnlyStateExpires(t *testing.T) {
	s := deployed(t)
	for _, table := range s.Of("AWS::DynamoDB::Table") {
		want := map[string]string{"StateTable": "expires"}[table.ID]
		if got := table.Text("TimeToLiveSpecification", "AttributeName"); got != want {
			t.Errorf("%s expires by %q, want %q", table.ID, got, want)
		}
	}
}
