// Package lines runs the privacy engine over files: plain text, CSV and JSON
// Lines. It is what safeconduct privacy scan and rewrite do, and what the engine
// is measured through.
//
// A line of JSON Lines is a text with the people it belongs to:
//
//	{"id": "t1", "lang": "en", "text": "Hi Jane, …", "record": [{"first": "Jane", "last": "Doe", "email": "jane@example.test"}]}
//
// and its answer, in the order of the input, says where personal data stands, in
// Unicode code points:
//
//	{"id": "t1", "spans": [{"start": 3, "end": 7, "type": "PERSON", "score": 0.99}]}
//
// # The account
//
// A directory of everybody the account knows is read first, as JSON Lines of
// people. Which of their names are also ordinary words is learned from the texts
// themselves: the first [learned] bytes of the input are read twice.
package lines
