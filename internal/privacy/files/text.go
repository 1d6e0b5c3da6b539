package files

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// written rewrites a file that consists of text.
func (j *job) written(content []byte) ([]byte, error) {
	coding := codingOf(content)
	if coding == nil {
		return j.body(string(content))
	}
	text, err := coding.NewDecoder().Bytes(content)
	if err != nil {
		return nil, Malformed
	}
	back, err := coding.NewEncoder().Bytes(text)
	if err != nil || !bytes.Equal(back, content) {
		return nil, Malformed // it would not come back as it was
	}
	out, err := j.body(string(text))
	if err != nil || string(out) == string(text) {
		return content, err
	}
	return encoding.ReplaceUnsupported(coding.NewEncoder()).Bytes(out)
}

// codingOf is how a text is written; nil for UTF-8. Without a mark at its start, what
// is no UTF-8 is one byte a character: names in it are read as Windows-1252 has them.
func codingOf(content []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.HasPrefix(content, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)
	case utf8.Valid(content):
		return nil
	case bytes.ContainsAny(content, "\x81\x8d\x8f\x90\x9d"): // not in Windows-1252
		return charmap.ISO8859_1
	}
	return charmap.Windows1252
}

// byteOrder is the mark at the start of a text.
const byteOrder = "\ufeff"

// body rewrites a text by what it is written in.
func (j *job) body(text string) ([]byte, error) {
	if bare, marked := strings.CutPrefix(text, byteOrder); marked {
		out, err := j.body(bare)
		return append([]byte(byteOrder), out...), err
	}
	if isBinary(text) {
		return nil, UnknownType
	}
	start := strings.TrimLeft(text, " \t\r\n")
	switch {
	case strings.HasPrefix(start, "%PDF"), strings.HasPrefix(start, "%!PS"), strings.HasPrefix(start, `{\rtf`), strings.HasPrefix(text, "From "):
		return nil, UnknownType // From: a whole mailbox
	case strings.HasPrefix(start, "-----BEGIN PGP MESSAGE"), strings.HasPrefix(start, "-----BEGIN PKCS7"):
		return nil, Encrypted
	case hasPrefixFold(start, "BEGIN:VCARD"), hasPrefixFold(start, "BEGIN:VCALENDAR"):
		return j.contentLines(text)
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		if out, ok := j.json(text); ok {
			return out, nil
		}
		if second := strings.TrimLeft(start[1:], " \t\r\n"); second != "" && strings.ContainsRune(`"{[`, rune(second[0])) {
			return nil, Malformed // its escapes hide names from who reads it as text
		}
	case isHTML(start):
		return j.html(text)
	case strings.HasPrefix(start, "<?xml"), strings.HasPrefix(start, "<") && wellFormed(text):
		return j.xml([]byte(text), anyXML)
	case isMail(text):
		return j.mail([]byte(text))
	}
	if encoded(text) {
		return nil, UnknownType
	}
	if comma := commaOf(text); comma != 0 {
		if out, ok := j.csv(text, comma); ok {
			return out, nil
		}
	}
	return []byte(j.plain(text)), nil
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isBinary reports whether a text holds what no text does.
func isBinary(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1b // colours of terminals
	})
}

// encoded reports whether a text holds a file in letters: base64 or uuencode. What
// is in it would pass unread.
func encoded(text string) bool {
	long := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) < minCoded || strings.ContainsAny(line, " \t") && !strings.HasPrefix(line, "M") {
			long = 0
			continue
		}
		if letters := strings.TrimFunc(line, isCoded); letters == "" || len(line) == uuLine && line[0] == 'M' {
			long += len(line)
		} else {
			long = 0
		}
		if long >= maxCoded {
			return true
		}
	}
	return false
}

const (
	minCoded = 60    // RFC 2045: lines of 76; RFC 7468: of 64; uuencode: of 61
	maxCoded = 1_000 // more than any key or digest
	uuLine   = 61
)

func isCoded(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '+' || r == '/' || r == '='
}

// block is how much text the engine gets at a time, in bytes: what it needs besides
// is a multiple of it.
const block = 64 << 10

// plain rewrites a text without structure, a block of paragraphs at a time.
func (j *job) plain(text string) string {
	if len(text) <= block {
		return j.rewrite(text)
	}
	var out strings.Builder
	for len(text) > 0 {
		n := cut(text)
		out.WriteString(j.rewrite(text[:n]))
		text = text[n:]
	}
	return out.String()
}

// cut is where the first block of a text ends: behind a blank line, else a line, else
// a word.
func cut(text string) int {
	if len(text) <= block {
		return len(text)
	}
	for _, end := range []string{"\n\n", "\r\n\r\n", "\n", " "} {
		if n := strings.LastIndex(text[:block], end); n > block/2 {
			return n + len(end)
		}
	}
	n := block
	for n > block-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}
