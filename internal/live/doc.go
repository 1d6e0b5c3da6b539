// Package live holds the tests that drive the whole program against real help
// desks: `make peers-up`, then `make test-live`. Their build tag is live.
//
// What they find in a help desk they count in its own database, with
// internal/peers/recount: neither the program nor an API is asked.
package live
