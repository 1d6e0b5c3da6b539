package backend

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/api"
)

// A config is what infra/functions.yaml tells function api besides.
type config struct {
	migrate, maintain              string // ARNs of the aliases of machines
	group, scheduleRole, deadQueue string // of schedules
	function                       string // own ARN, at which schedules aim
	claims                         api.Claims
}

func readConfig() (c config, err error) {
	var missing []string
	for name, into := range map[string]*string{
		"SAFECONDUCT_MIGRATE_MACHINE": &c.migrate, "SAFECONDUCT_MAINTAIN_MACHINE": &c.maintain,
		"SAFECONDUCT_SCHEDULE_GROUP": &c.group, "SAFECONDUCT_SCHEDULE_ROLE": &c.scheduleRole, "SAFECONDUCT_SCHEDULE_DLQ": &c.deadQueue,
		"SAFECONDUCT_API_FUNCTION": &c.function, "SAFECONDUCT_TENANT_CLAIM": &c.claims.Tenant, "SAFECONDUCT_ROLE_CLAIM": &c.claims.Role,
	} {
		if *into = os.Getenv(name); *into == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return c, fmt.Errorf("backend: the environment lacks %s; infra/functions.yaml sets them", strings.Join(missing, ", "))
	}
	return c, nil
}
