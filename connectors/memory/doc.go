// Package memory is a help desk in this process whose agents act while a
// migration runs. It is for tests: of the steps of a migration, of the
// conformance suite, and of whoever wants to see a migration go wrong on
// purpose.
//
// A [Desk] is both ends of the contract: [Desk.Source] and [Desk.Target] are
// what a connector sees of it. Its agents work on the Desk itself:
//
//	desk := memory.New(memory.Options{PageSize: 2})
//	ids := desk.Add(ticket)
//	desk.Reply(ids[0], "on its way")
//
// # Faults
//
// Hooks stand before and after every request, outside of the desk's lock, so
// that a hook may act as an agent, cancel the client, return an error or panic:
//
//	desk.Hook(memory.Hooks{
//		Before: memory.Nth(memory.OpCreate, 3, memory.ErrLate),       // lands at desk.Land()
//		After:  memory.Nth(memory.OpDraft, 5, memory.ErrAnswerLost),  // it is there, nobody was told
//		OnPage: func(k helpdesk.Kind, n int) { desk.Reply("t1", "hello") },
//	})
//
// An error of Before is the answer and nothing took effect. An error of After
// takes the place of the answer to a request that did. A panic is a client
// killed at that point. A hook that cancels the client's context before the
// effect does not stop the request: it is on its way already.
//
// # Time
//
// Nothing here is random and nothing reads the clock of the machine. The desk's
// own clock moves by Options.Tick with every change, and Changed shows whole
// seconds, so that several changes share one, as on most platforms.
package memory
