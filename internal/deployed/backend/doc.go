// Package backend is what AWS offers to the HTTP API: the twin of
// embedded.Service. It starts executions and reads what they left; it moves no
// record and opens no key.
//
//	question                         is answered from
//	how does a migration stand       the ledger; Step Functions for a run that is not recorded yet
//	what came of a task              its execution, then the ledger or the forecast
//	which plan, which documents      buckets
//
// Whatever is started is put on record first and has a name that follows from the
// record: a request that comes twice, or whose answer got lost, starts it once.
package backend
