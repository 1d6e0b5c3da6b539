// Package privacy finds personal data in records and does with it what a policy
// says.
//
// # A policy
//
// A [Policy] names a preset and what it wants otherwise, by field, by class of field
// and by kind of personal data in free text. [Compile] refuses one that leaves
// anything undecided: nothing is kept because nobody thought of it.
// [Compiled.Apply] then rewrites one record in place, in one pass, and says
// three things about it, none of which ever holds a value: a [Mark] for each field
// that a rule changed, by which verify later compares the target without seeing
// raw data; a [Finding] for each kind of personal data in each field, which an
// [Inventory] adds up; and the residue, which is what the pass still found when it searched its own
// output for what should be gone.
//
// Four operators are all there is. Keep leaves a field; in free text it leaves the
// words and hands what [Detect] finds to the rules for text. Drop empties it. Mask
// puts a word for the kind of thing that stood there. Pseudonymize puts a keyed
// pseudonym (keyring.Pseudonyms): the same for the same person in every record and
// every delta, as long as the migration's key lives. None of this makes data
// anonymous: a writing style, a rare problem or a time can still tell who it was.
//
// # The engine
//
// [Detect] and [Rewrite] work on bytes with buffers of the caller and allocate
// nothing once warm. There are no regular expressions: a table says which bytes
// may be part of something (@, +, digits), and a recognizer written by hand looks
// around them and checks what it sees against a numbering plan, a check digit or
// the words beside it, in English and German. Each recognizer is one value with
// examples of what it finds and of what it must leave; adding one is a file and a
// word in the list of its stage.
//
// Spans that are settled are walls: nothing is read across them, and what stands
// beside a new one is looked at again. What replaces a span is of a form that is
// settled first. So a rewritten text reads like its original with everything
// found, and rewriting it again changes nothing.
//
// # Limits
//
// This is the first engine. It finds e-mail addresses, phone numbers, IBANs and
// card numbers; of names only those on the record of the ticket, in full
// ("Jane Doe", "Doe, Jane", with a genitive s, in any case). It does not find
//
//   - first names and surnames alone, initials, nicknames, people who are not on the ticket,
//     postal addresses, and identifiers of other kinds;
//   - what markup or line ends split: jane@<b>example.test</b>, 030/<b>1234567</b>;
//     and what is encoded otherwise than by the at sign's entities and %40, such as
//     quoted-printable (jane=40example.test);
//   - addresses in words (jane at example dot test), with quoted local parts, with
//     full-width signs, or without a dot in the domain unless they are on record;
//   - phone numbers in one piece with neither country code nor a word such as "Tel."
//     before them, but for German and British mobile numbers; numbers under seven
//     digits; national numbers without 0 other than North America's, unless a cue stands
//     before them; a custom field's name is no cue;
//   - digits of other scripts, and card numbers with more than one blank between groups.
//
// It reads what looks like a name of our own making ("Person 1A2B", "[phone]") as
// just that. A phone number with its country code and the same one without it get
// different pseudonyms. It knows nothing of attachments' content. TestLimits
// pins most of this.
//
// # Sources
//
// RFC 5321, 5322, 6531 and 6761 (addresses), RFC 2397 (data URIs), ITU-T E.164 and
// the plans of NANPA, Bundesnetzagentur and Ofcom (phone numbers), ISO 13616 and
// ISO/IEC 7064 (IBAN), ISO/IEC 7812-1 and PCI DSS 4.0 (cards), GDPR articles 4 to 6
// (presets). Legal references say why a default is as it is; they are no advice.
package privacy
