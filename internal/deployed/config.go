package deployed

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/internal/migration"
)

// A Config is what infra/functions.yaml tells a function: names, never secrets.
type Config struct {
	Function string // own name, as "load"
	Stack    string // name of the deployment, which its metrics carry
	Region   string
	Endpoint string // of an emulator; empty at AWS

	StateTable, IDMapTable, KeyringTable, AuditTable string
	StagingBucket, EvidenceBucket                    string
	WrapKey, DataKey                                 string // ARNs of keys of KMS

	DemoTickets, DemoRunsPerHour int
}

// demoFile is the largest file that a demo takes along: 1 MiB, enough to show that
// files arrive.
const demoFile = 1 << 20

// demos bounds what demos cost whoever pays for the deployment.
func (c Config) demos() migration.DemoLimits {
	return migration.DemoLimits{Tickets: c.DemoTickets, FileBytes: demoFile, RunsPerHour: c.DemoRunsPerHour}
}

// readConfig reads the environment. Its error names every variable that is
// missing.
func readConfig() (c Config, err error) {
	var missing []string
	for name, into := range map[string]*string{
		"SAFECONDUCT_FUNCTION": &c.Function, "SAFECONDUCT_STACK": &c.Stack, "AWS_REGION": &c.Region,
		"SAFECONDUCT_STATE_TABLE": &c.StateTable, "SAFECONDUCT_IDMAP_TABLE": &c.IDMapTable,
		"SAFECONDUCT_KEYRING_TABLE": &c.KeyringTable, "SAFECONDUCT_AUDIT_TABLE": &c.AuditTable,
		"SAFECONDUCT_STAGING_BUCKET": &c.StagingBucket, "SAFECONDUCT_EVIDENCE_BUCKET": &c.EvidenceBucket,
		"SAFECONDUCT_WRAP_KEY": &c.WrapKey, "SAFECONDUCT_DATA_KEY": &c.DataKey,
	} {
		if *into = os.Getenv(name); *into == "" {
			missing = append(missing, name)
		}
	}
	for name, into := range map[string]*int{"SAFECONDUCT_DEMO_TICKETS": &c.DemoTickets, "SAFECONDUCT_DEMO_RUNS_PER_HOUR": &c.DemoRunsPerHour} {
		// A demo without a bound is nothing to fall back on: what is no number is missing.
		if *into, _ = strconv.Atoi(os.Getenv(name)); *into < 1 {
			missing = append(missing, name)
		}
	}
	c.Endpoint = os.Getenv("AWS_ENDPOINT_URL")
	if len(missing) > 0 {
		return c, fmt.Errorf("deployed: the environment lacks %s; infra/functions.yaml sets them", strings.Join(missing, ", "))
	}
	return c, nil
}
