// Package sample makes help desks for demonstrations and tests. Nobody in them
// exists: addresses, telephone numbers, IBANs and card numbers are taken from
// the ranges that are set aside for examples.
//
//   - [Acme] is the account that `make demo` migrates: a small office supplier,
//     about 300 tickets in English and German. It lies in examples/acme as a CSV
//     export; a test holds the two together.
//   - [Crash] is a sixth of it, for tests that migrate it over and over.
//   - [Live] is Acme with more files, for tests against real help desks;
//     [LiveSmall] is as small as Crash.
//   - [Canaries] is an account in which every field holds something that must
//     never be found outside sealed segments; [Forms] says what to search for.
//   - [Large] writes as many tickets as a benchmark wants, in constant memory.
//
// Acme and Crash hold every oddity that real accounts hold, each on a ticket
// that a constant names: [DeletedAuthor], [LongThread] and so on.
//
// All of it is deterministic: equal calls give equal bytes, whatever the
// platform and, because nothing here is compressed, whatever the Go release.
//
// What people say is written in text/: scenarios are conversations with
// variants, phrases are the small change of letters.
package sample

//go:generate go run ./generate
