// Package release says which release of Safeconduct this is.
package release

// Version is set by the release build.
var Version = "0.1.0-dev"

// Tool is the name and version that audit events and reports carry, whichever
// runtime writes them.
func Tool() string { return "safeconduct/" + Version }
