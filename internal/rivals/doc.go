// Package rivals holds benchmarks that measure another engine on what we promise, side
// by side and in the same run: airbyte-cdk, the engine under most connectors that read
// help desks. It runs as its users run it, by its own command line and a declarative
// manifest, in a virtual environment that make bench-peers-install makes.
//
// What is measured is what it does with manifests written here, in the form of the
// newest public ones. It is no judgement of anybody's connector.
package rivals
