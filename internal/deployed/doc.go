// Package deployed wires the flow for AWS: DynamoDB for the ledger, the keyring and
// the audit log, a bucket of S3 for staging, a key of KMS that wraps the keys of
// runs, Secrets Manager for credentials. The steps and their handlers are those of
// the embedded runtime; Step Functions takes the place of internal/workflow.
//
// Each function of functions/ is a process of its own and takes its handler from
// here, wired with the rights of its step and no more. The role that it runs under
// (infra/functions.yaml) grants the same; a test compares the two.
//
// Where things lie:
//
//	state table      ledger: leases, runs, manifest, cursors, notes
//	id map table     ledger: one row a record
//	keyring table    key pairs of runs, private halves wrapped by KMS
//	audit table      the log, which nobody may change
//	staging bucket   runs/      sealed segments and blobs, manifests; those of demos
//	                            below runs/_demos/, for a day at most
//	                 plans/     the plan of each run: it maps people, so no ledger row
//	                 forecasts/ what previews found
//	                 uploads/   CSV files of a source, for a day
//	evidence bucket  the documents of runs
package deployed
