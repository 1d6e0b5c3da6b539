// Package audit is the log of what happened: who did what, when, to which
// references, under which policy, with what outcome. Never content: an [Event]
// that holds anything but codes and references is refused.
//
// Every writer has a shard of its own, so that writers never wait for each
// other. A [Writer] appends bundles of up to 256 events to it; each bundle holds
// the hash of the stored bytes of the one before it, so that a change, a gap or
// an insertion shows ([Verify]). The place of a bundle is the lock: a [Store]
// takes one bundle for each. A retry or a twin finds what is there and leaves it
// out, because ids of events are made of what they report.
//
// A writer returns its [Head]. Whoever may write to the store can cut off the
// tail of a shard, or put a bundle behind it that links correctly; only the
// heads, which the state machine saw and the store did not, tell. So a chain with
// its head shows any change made after the head was taken; a chain without it
// shows what was done to the middle. Neither stops somebody who holds both.
package audit
