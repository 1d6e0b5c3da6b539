// Package peers runs the help desks that live tests migrate from and to: Request
// Tracker 5 and Redmine 5 of Debian 12, on loopback, on SQLite, with folders and
// configuration of their own.
//
// `make peers-up` installs the packages where that is allowed, prepares a clean
// database of each and starts both. A test opens a peer, which is its own until
// it is closed, and resets it to the clean database:
//
//	desk, err := peers.Open(peers.Redmine)  // the error says: make peers-up
//	err = desk.Reset(ctx, peers.Silent)     // 2 to 5 s
//
// A peer stands in two variants: silent, in which nothing is mailed, as an
// operator sets it up before a migration, and mailing, as it comes out of the
// package. What is mailed goes to MailAddress, where a test may [Listen].
//
// The environment overrides: SAFECONDUCT_PEERS the folder of all state,
// SAFECONDUCT_PEERS_RT, _REDMINE and _MAIL the ports.
package peers
