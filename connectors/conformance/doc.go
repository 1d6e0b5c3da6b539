// Package conformance is the suite that every connector passes. It asks a
// connector's profile and its optional powers what it claims, tests just that,
// and logs what is not claimed. There is nothing to switch off.
//
// # How to run it
//
// A connector's test says how to open a source whose records it knows, and a
// target that may be written to:
//
//	func TestSource(t *testing.T) {
//		conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
//			desk := memory.New(memory.Options{PageSize: 2})
//			desk.Add(conformance.Records(5)...)
//			return conformance.SourceUnderTest{Source: desk.Source(), Want: ...}
//		})
//	}
//
//	func TestTarget(t *testing.T) {
//		conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
//			return conformance.TargetUnderTest{Target: memory.New(memory.Options{}).Target()}
//		})
//	}
//
// The function is called for each check anew. It may return a help desk that
// was used before, as a live account: the suite's markers are new for each
// check, and it looks only at what carries them.
//
// # Canaries
//
// Content is told by the word "canary": wherever it turns up in a cursor, an
// error, a note or the place of a [connectors.Broken], in clear or in a common
// encoding, a promise is broken. [Records] and all that the suite creates hold
// it in every field of text; a fixture of an author's own does the same.
package conformance
