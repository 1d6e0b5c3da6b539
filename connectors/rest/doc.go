// Package rest is how connectors talk to a help desk's HTTP API: one place for
// the manners that all of them need.
//
//   - One [Client] for a help desk and process: connections and the session are
//     kept, and all who use it share its limits.
//   - It starts with one connection and takes more only while that makes the help
//     desk answer more in the same time.
//   - It waits where the help desk asks for it (Retry-After), repeats what may be
//     repeated, and never a request that could create something: whether that may
//     be sent again is for the load step to know.
//   - Its errors are those of package connectors. They name operation and status
//     and hold neither address, query, body nor credentials.
package rest
