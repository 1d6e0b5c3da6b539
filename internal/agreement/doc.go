// Package agreement runs our own definitions in internal/workflow and on an
// emulator of AWS and compares the two, state by state: status, output, error, the
// states that were entered, and what each function was given.
//
// In the place of the functions stands a [Teller], which says to each call what a
// [Script] says: in process here, and as a Lambda function (teller) there. The
// scenarios enter every state of the definitions. Where the emulator is wrong, the
// scenario says so and why; the recordings of AWS that internal/workflow is tested
// with decide.
//
// Without the build tag cloud only the interpreter runs.
package agreement
