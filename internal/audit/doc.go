// Package audit is the log of what happened: who did what, when, to which
// references, under which policy, with what outcome. Never content.
//
// Every writer has a shard of its own, so that writers never wait for each
// other. It appends bundles of up to 256 events; each bundle holds the hash of
// the bytes of the one before it, so that a change, a cut or an insertion shows
// ([Verify]). A writer returns its [Head]; the heads that the state machine saw
// are a second witness against the tail being cut off.
package audit
