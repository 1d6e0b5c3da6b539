// Package api is the HTTP API of Safeconduct, the same in both runtimes: what a
// runtime must offer ([Backend]), what goes over the wire, and the handlers
// between the two.
//
// An answer holds references, counts and names. Two hold more, and go only to
// those who may see it: the plan, which maps people by their addresses, and the
// forecast, which lists words of the source that are not mapped.
//
// The tenant of a request is that of its claims, never one that the request
// names: no path and no body has room for it. What belongs to another tenant is
// not found.
//
// The package imports neither the steps nor what renders documents, so that the
// function api stays small; what they make passes through as JSON.
package api
