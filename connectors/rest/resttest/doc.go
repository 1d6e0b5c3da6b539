// Package resttest lets connectors talk to a help desk that was recorded, so that
// they are tested where no server runs.
//
// A conversation is kept in testdata/conversations, by a library
// (https://github.com/dnaeon/go-vcr), without passwords, keys and cookies. To
// record it anew against live help desks (make peers-up):
//
//	go test -tags live ./connectors/rt ./connectors/redmine -run Recorded -record
package resttest
