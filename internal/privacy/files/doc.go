// Package files applies the text rules of a policy to what is in files: the
// attachments of tickets and articles.
//
// A [Rewriter] tells a file's type by its bytes, never by its name. It takes apart
// what it knows, hands each text in it to the engine together with the people on
// record, and puts the answer back into the same place: bytes that no rule changed
// stay as they are, so that what was valid stays valid. What it cannot take apart to
// the end it does not touch: [Unreadable], with the reason, and the plan says what
// becomes of such a file.
//
//   - plain text, JSON (also by lines), CSV, XML, SVG, HTML, vCard, iCalendar;
//   - e-mail with all its parts;
//   - Office files (OOXML) and OpenDocument: text, comments, tracked changes,
//     properties; the picture of the first page is removed;
//   - JPEG, PNG, GIF, WebP, TIFF: metadata is removed, pixels stay. What a picture
//     shows is not looked at.
//
// A name may be split: over the runs of a paragraph in Office files, over the tags of
// a line in HTML. The texts of one paragraph are joined, searched, and what changed is
// put back into the run where it began (paragraph.go).
//
// A file names people itself: its author, senders, the contact on a card. They join
// the people on record for what follows.
//
// # Limits
//
// Everything is in memory, and bounded: see [MaxSize] and limits.go. The work is linear
// in the bytes that are looked at, so that the bounds of size bound time as well. A
// text that is split by a paragraph, a cell or a deleted passage of a tracked change is
// not joined. Signatures over a file or mail that is changed no longer match.
//
// # Sources
//
// RFC 8259 (JSON), RFC 4180 (CSV), XML 1.0, RFC 6350 and 2426 (vCard), RFC 5545
// (iCalendar), RFC 5322, 2045 to 2047 and 2231 (mail), RFC 2397 (data URIs), ECMA-376
// (OOXML), OASIS OpenDocument 1.3, ITU-T T.81 and CIPA DC-008 (JPEG, Exif), PNG third
// edition, GIF89a, RFC 9649 (WebP), TIFF 6.0.
package files
