// Package connectors is the contract between Safeconduct and a help desk.
//
// A connector is one folder below this one and one line in connectors/list. It
// knows the help desk's ways and nothing of plans, policies, ledgers or steps:
//
//   - a [Source] is read page by page while its agents go on working;
//   - a [Target] creates records that carry a marker, finds them again by it,
//     and reads them back.
//
// What a help desk can do beyond that is a small interface of its own, found by
// type assertion: [Counter], [AttachmentOpener], [Getter], [Roller], [Appender],
// [Updater], [Finisher], [Renderer], [Linker], [Matcher], [Censor], [Remover],
// [MailCounter], [DateFixer]. The suite in connectors/conformance asks a
// connector what it claims and tests just that.
//
// # Rules for those who write one
//
// No blind retry of a request that creates: the load step alone knows whether it
// may be sent again. No error text, cursor or log line holds content of a
// record; a [Broken] names a place. Whatever the model has no field for goes to
// Extra. Honour the context: a call returns soon after it is cancelled.
package connectors
