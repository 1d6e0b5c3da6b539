// Package statemachine holds the definitions of the flow in Amazon States
// Language. They are the only description of it: AWS Step Functions runs them
// when Safeconduct is deployed, internal/workflow runs them on a laptop.
package statemachine

import _ "embed"

// Migrate is the definition of one run of a migration, with ${Name} for what
// differs between the two runtimes.
//
//go:embed migrate.asl.json
var Migrate []byte

// Maintain is the definition of what is done outside of runs: forecast, recheck,
// rollback.
//
//go:embed maintain.asl.json
var Maintain []byte
