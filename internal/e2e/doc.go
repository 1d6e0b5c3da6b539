// Package e2e holds the tests that deploy template.yaml to an emulator of AWS on
// this machine and run whole migrations through the functions' own binaries:
// `make cloud-up peers-up`, then `make e2e`. Their build tag is e2e.
//
// The emulator is ministack, started by the tests on a port of its own with the
// small additions of emulator.py, which are what this template needs and it
// lacks. Between it and the functions stands internal/peers/calls, which records
// who called what. What arrived in the help desks is counted in their own
// databases, by internal/peers/recount.
//
// # What ministack 1.5.33 does, found in its source and by trying
//
//   - A Distributed Map runs each item as an execution of its own, with ItemReader
//     (JSONL), ItemSelector and Retry. ItemBatcher and ResultWriter do nothing.
//     MaxConcurrencyPath is not read: emulator.py resolves it.
//   - A state's TimeoutSeconds ends the state with States.Timeout while its function
//     goes on. A machine's own TimeoutSeconds and HeartbeatSeconds do nothing, so no
//     execution is ever TIMED_OUT. Retry knows neither MaxDelaySeconds (it waits at
//     most 60 s) nor JitterStrategy. There is no RedriveExecution:
//     emulator.py refuses it, and what is resumed goes on as another part.
//   - lambda:invoke.waitForTaskToken hands the function what Payload says and waits.
//     A function that fails there leaves the execution waiting: on AWS it fails.
//   - Every start and end of an execution is sent to the rules of EventBridge as
//     "Step Functions Execution Status Change".
//   - A second StartExecution of the same name is ExecutionAlreadyExists even while
//     the first runs with the same input, where AWS answers with the first.
//   - HTTP APIs check JWTs: RS256, a kid that the issuer's published keys hold, iss,
//     aud, exp. The issuer is asked over the network, so a test can be one. Claims
//     reach the function as text.
//   - Schedules fire within 10 s of their time. <aws.scheduler.scheduled-time> and
//     its like are not filled in: emulator.py does. Dead letters are not sent.
//   - A function is a process of the host, its parent the emulator, in a pool of its
//     own: AWS_LAMBDA_FUNCTION_NAME is in its environment. Killed, it makes
//     its caller see Runtime.ExitError; past its Timeout, Sandbox.Timedout. It gets the
//     emulator's own environment below its own, and AWS_ENDPOINT_URL is always the
//     emulator's. Memory, architecture, concurrency and tracing are not applied.
//   - CloudFormation runs no transform in nested stacks, knows no
//     AWS::StepFunctions::StateMachineVersion or StateMachineAlias, no AWS::Budgets
//     and no alarm on metric math: emulator.py adds the first two and takes the rest
//     as made.
//   - IAM, key policies, bucket policies, encryption, TTL, point-in-time recovery,
//     deletion protection, object lock and lifecycle are stored, not applied.
package e2e
