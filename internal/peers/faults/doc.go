// Package faults stands in front of a live help desk and misbehaves by a plan:
// answers that say no or say nothing, connections that end before or after the
// help desk did what it was asked, requests that arrive after their sender died.
//
//	p := faults.Start(peer.URL)
//	defer p.Close()
//	p.Plan(
//		faults.Rule{Method: "POST", Path: `/issues\.json$`, Nth: 3, Act: faults.Swallow},
//		faults.Rule{Method: "PUT", Nth: 10, Act: faults.Late(time.Second, kill)},
//	)
//
// It also records what passes, for tests that count requests and for benchmarks
// that send the same ones again. It is for tests; it keeps whole requests in
// memory only if asked.
package faults
