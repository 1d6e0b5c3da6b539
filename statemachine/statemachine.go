// Package statemachine holds the definitions of the flow in Amazon States
// Language. They are the only description of it: AWS Step Functions runs them
// when Safeconduct is deployed, internal/workflow runs them on a laptop.
package statemachine

import (
	_ "embed"
	"strings"
)

// migrate is the definition of one run of a migration.
//
//go:embed migrate.asl.json
var migrate string

// Migrate returns the definition of a run with each ${Name} replaced by its
// value, as DefinitionSubstitutions of a SAM template does.
func Migrate(substitutions map[string]string) []byte {
	pairs := make([]string, 0, 2*len(substitutions))
	for name, value := range substitutions {
		pairs = append(pairs, "${"+name+"}", value)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(migrate))
}
