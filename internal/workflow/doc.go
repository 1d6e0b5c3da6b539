// Package workflow runs a state machine written in the Amazon States Language
// in process, so that the definition that AWS Step Functions runs when deployed
// is also the one that runs on a laptop.
//
// It is small, strict and durable.
//
// Small: it knows the part of the language that our definitions use. The query
// language is JSONPath: paths, payload templates, the context object and the
// intrinsic functions. States are Pass, Task, Choice, Wait, Succeed, Fail,
// Parallel and Map, the last one inline or distributed.
//
// Strict: [Parse] refuses whatever it does not implement, and says what and
// where. A [*Refused] is a definition that AWS may well accept and that this
// package would run wrongly or not at all; an [*Invalid] is one that AWS refuses
// too. Nothing is ever ignored silently: an unknown field is a refusal.
//
// Durable: an execution writes an [Entry] to its [Journal] after each state. Run
// on a journal that has entries goes on after the last state that was left, also
// inside the branches of a Parallel state and the items of a Map state; retry
// counts and the ends of waits survive. What survives is the journal alone: the
// same definition, the same [Execution.Name] and the same journal are enough.
//
//	machine, err := workflow.Parse(definition)
//	...
//	output, err := machine.Run(ctx, workflow.Execution{
//		Name:    "run-7",
//		Input:   json.RawMessage(`{"plan":"plan.yaml"}`),
//		Tasks:   workflow.Functions{"extract": extract, "load": load},
//		Journal: journal,
//	})
//
// # What a caller must know
//
// A task runs at least once. If the process dies after the task did its work and
// before its exit stood in the journal, the task runs again, with the same input:
// as on Lambda, tasks must be idempotent.
//
// Cancelling the context stops an execution between side effects. That is no
// failure: nothing of it is recorded, and Run on the same journal goes on. An
// execution that failed is different: Run returns the recorded [*Failure], and
// [Machine.Redrive] runs it again from the states that failed.
//
// The journal holds what state machine data holds: references, counts and names.
// It is a file of mode 0600 all the same, and no [Event] carries state data.
//
// # Where it follows AWS, and where not
//
// Recordings of real executions (see TestRecordedExecutions) decide, also where
// they contradict AWS's prose: States.ALL does catch States.DataLimitExceeded
// when a task returned too much. Known differences, all of them on purpose:
//
//   - the cause of a States.Runtime failure names path and field, never the input;
//   - JSON objects have no order: they are written with sorted keys;
//   - MaxConcurrency 0 means 40 side by side, in a distributed Map too;
//   - a task that runs over its TimeoutSeconds is told so by its context and is
//     waited for, where Step Functions would leave it behind;
//   - $$.State.EnteredTime of a state that a resumed execution enters again is
//     the time of the resumption.
//
// Sources: the language is described at https://states-language.net/spec.html,
// limits and distributed Map in the Step Functions developer guide.
package workflow
