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
// Eight operators are all there is. Keep leaves a field; in free text it leaves the
// words and hands what [Detect] finds to the rules for text. Drop empties it. Mask
// puts a word for the kind of thing that stood there, Redact one that does not say
// which. Generalize says less. Shift moves times by days that are keyed to the person,
// so that the course of a case stays. Pseudonymize puts a keyed
// pseudonym (keyring.Pseudonyms): the same for the same person in every record and
// every delta, as long as the migration's key lives. Surrogate puts what looks real, of
// ranges that are kept free or put together so that it is nobody's; its form is a wall in
// texts ([Compiled.Detect]). None of this makes data
// anonymous: a writing style, a rare problem or a time can still tell who it was.
//
// # The engine
//
// [Detect] and [Rewrite] work on bytes with buffers of the caller and allocate
// nothing once warm. There are no regular expressions but those of the customer's own
// rules ([TextRule]), which have bounds and look after it. A [scanner] goes over the text
// once, from left to right, and asks at each place only those who can know:
//
//   - at a word, by its key, what is on record: the people of the ticket ([People]) in
//     every form that the package knows, and everybody whom the account knows
//     ([Directory]); then what the words around it make it ("Mr", "our colleague",
//     "told me", "Regards,"), with lists of names for people on no record;
//   - at digits, those recognizers that such digits can be of: telephone numbers, cards,
//     dates of birth, and the identifiers of many countries, each a value with its forms,
//     its check and the words beside it in English and German;
//   - at signs (@, +, brackets) what they stand in;
//   - at some words what they lead to: passwords, keys, flats, post office boxes.
//
// Each recognizer and identifier holds examples of what it finds and of what it must
// leave. Adding one is a value and a word in a list.
//
// A name that stands alone may be any word. On the ticket it is somebody's name,
// unless it is used as an ordinary word is; in the account only if the account's own
// texts do not have it as one, which [Ordinary] learns from them.
//
// Spans that were found are walls: nothing is read back across them. What replaces a
// span is of a form that is recognized first. Apply and [Rewriter] look at their own
// output until they find nothing more in it, so that rewriting a text again changes
// nothing, and count what is left.
//
// # Limits
//
// docs/privacy-engine.md says what is found how well, and what is not. TestLimits
// pins some of it:
//
//   - what markup splits inside a word or a number: J<b>ane</b>, 030/<b>1234567</b>;
//   - addresses in words (jane at example dot test), with quoted local parts, with
//     full-width signs, or without a dot in the domain unless they are on record;
//   - telephone numbers in one piece with neither country code nor a word such as "Tel."
//     before them, unless they are on record or mobile numbers of Germany or Britain;
//   - digits of other scripts, and card numbers with more than one blank between groups.
//
// It reads what looks like a name of our own making ("Person 1A2B", "[phone]") as
// just that. A phone number without its country code is taken for one of North America,
// Britain or Germany, by its form; of other countries it gets another pseudonym than with
// it. What is in files package files takes out of them.
//
// # Sources
//
// RFC 5321, 5322, 6531 and 6761 (addresses), RFC 2397 (data URIs), RFC 2045 (quoted-
// printable), RFC 2142 (mailboxes), RFC 4291 (IPv6), RFC 7468 (PEM), ITU-T E.164 and the plans of
// NANPA, Bundesnetzagentur and Ofcom (phone numbers), ISO 13616 and ISO/IEC 7064 (IBAN),
// ISO/IEC 7812-1 and PCI DSS 4.0 (cards), ISO 9362 (BIC), ISO 3779 (VIN), ICAO 9303 (travel
// documents), RFC 2606, 3849, 5737 and 9542 (surrogates), USPS Publication 28 and BS 7666 (addresses), BIP 173 and 350 (bech32), the
// authorities named beside each identifier, GDPR articles 4 to 6, 32 and 87 (presets).
// Legal references say why a default is as it is; they are no advice.
package privacy
