package files

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// isMail reports whether a text starts as a message does: fields, of which two are
// those of mail, and a blank line.
func isMail(text string) bool {
	fields, known := 0, 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return known > 1
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, ok := strings.Cut(line, ":")
		if fields++; !ok || strings.ContainsAny(name, " \t") || fields > 1_000 {
			return false
		}
		switch strings.ToLower(name) {
		case "from", "to", "subject", "date", "message-id", "mime-version", "received", "return-path", "content-type", "delivered-to":
			known++
		}
	}
	return false
}

// mail rewrites a message or a part of one: its fields, and its body by what the
// fields say of it.
func (j *job) mail(src []byte) ([]byte, error) {
	if j.nested++; j.nested > maxNested+maxParts {
		return nil, TooLarge
	}
	defer func() { j.nested-- }()
	head, body := splitMail(src)
	fields := fieldsOf(head)
	for _, f := range fields {
		j.introduceSender(f)
	}
	var out bytes.Buffer
	for _, f := range fields {
		out.WriteString(j.field(f))
	}
	blank := head[len(strings.TrimRight(head, "\r\n")):]
	if n := len(fields); n > 0 {
		blank = strings.TrimPrefix(blank, fields[n-1].end())
	}
	out.WriteString(blank)
	now, err := j.mailBody(fields, body)
	out.Write(now)
	return out.Bytes(), err
}

// maxParts is how deep parts may lie in parts of one message.
const maxParts = 20

// splitMail cuts a message behind the blank line after its fields.
func splitMail(src []byte) (head string, body []byte) {
	at := 0
	for line := range bytes.Lines(src) {
		at += len(line)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
	}
	return string(src[:at]), src[at:]
}

// A mailField is a field as it is written, with the lines that continue it.
type mailField struct{ raw string }

func (f mailField) name() string {
	name, _, _ := strings.Cut(f.raw, ":")
	return strings.ToLower(strings.TrimSpace(name))
}

func (f mailField) value() string {
	_, value, _ := strings.Cut(f.raw, ":")
	return strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(value))
}

func (f mailField) end() string { return f.raw[len(strings.TrimRight(f.raw, "\r\n")):] }

func fieldsOf(head string) (all []mailField) {
	for line := range strings.Lines(head) {
		switch {
		case strings.TrimRight(line, "\r\n") == "":
		case len(all) > 0 && (line[0] == ' ' || line[0] == '\t'):
			all[len(all)-1].raw += line
		default:
			all = append(all, mailField{line})
		}
	}
	return all
}

func fieldOf(fields []mailField, name string) string {
	for _, f := range fields {
		if f.name() == name {
			return f.value()
		}
	}
	return ""
}

var wordDecoder = &mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(in), nil
}}

// decodedField is a value without the codes of RFC 2047.
func decodedField(value string) string {
	text, err := wordDecoder.DecodeHeader(value)
	if err != nil {
		return value
	}
	return text
}

// introduceSender adds the people whom a field names: "Jane Doe" <jane@example.com>.
func (j *job) introduceSender(f mailField) {
	switch f.name() {
	case "from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to":
	default:
		return
	}
	for _, one := range splitOutsideQuotes(decodedField(f.value()), ',') {
		name, address, ok := strings.Cut(one, "<")
		if name = strings.Trim(name, " \t\""); ok && name != "" && !strings.Contains(name, "@") {
			j.meet(privacy.Identity{Name: name, Emails: []string{strings.Trim(address, "<> \t")}})
		}
	}
}

// field rewrites the value of a field, and writes it in one line where it changes,
// folded at blanks (RFC 5322, section 2.2.3).
func (j *job) field(f mailField) string {
	value := f.value()
	text := decodedField(value)
	now := j.rewrite(text)
	if now == text {
		return f.raw
	}
	name, _, _ := strings.Cut(f.raw, ":")
	now = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, now)
	if strings.ContainsFunc(now, func(r rune) bool { return r >= utf8.RuneSelf }) {
		now = encodedWords(now)
	}
	return foldedField(name+": "+now, f.end())
}

// encodedWords writes the words of a value that are no ASCII by RFC 2047.
func encodedWords(value string) string {
	all := strings.Split(value, " ")
	for i, w := range all {
		if strings.ContainsFunc(w, func(r rune) bool { return r >= utf8.RuneSelf }) {
			all[i] = mime.QEncoding.Encode("utf-8", w)
			if i > 0 && strings.HasPrefix(all[i-1], "=?") && strings.HasSuffix(all[i-1], "?=") {
				all[i] = mime.QEncoding.Encode("utf-8", " "+w) // blanks between such words are nothing
			}
		}
	}
	return strings.Join(all, " ")
}

func foldedField(line, end string) string {
	if end == "" {
		end = "\r\n"
	}
	var b strings.Builder
	for len(line) > 78 {
		n := strings.LastIndexByte(line[:78], ' ')
		if n <= strings.IndexByte(line, ':')+1 {
			break
		}
		b.WriteString(line[:n] + end)
		line = line[n:]
	}
	return b.String() + line + end
}

// mailBody rewrites what stands behind the fields.
func (j *job) mailBody(fields []mailField, body []byte) ([]byte, error) {
	media, params, err := mime.ParseMediaType(fieldOf(fields, "content-type"))
	if err != nil || media == "" {
		media, params = "text/plain", nil
	}
	switch {
	case strings.HasPrefix(media, "multipart/"):
		if media == "multipart/encrypted" {
			return nil, Encrypted
		}
		return j.parts(body, params["boundary"])
	case media == "application/pkcs7-mime", media == "application/x-pkcs7-mime":
		return nil, Encrypted
	case media == "application/pgp-signature", media == "application/pkcs7-signature", media == "application/x-pkcs7-signature":
		return body, nil // numbers; they match no more if the text changed
	}
	content, write, err := transfer(fieldOf(fields, "content-transfer-encoding"), body)
	if err != nil {
		return nil, err
	}
	if j.inflated -= len(content); j.inflated < 0 {
		return nil, TooLarge
	}
	now, err := j.content(media, params["charset"], content)
	if err != nil || bytes.Equal(now, content) {
		return body, err
	}
	return write(now), nil
}

// parts rewrites a multipart body between its boundaries.
func (j *job) parts(body []byte, boundary string) ([]byte, error) {
	if boundary == "" {
		return nil, Malformed
	}
	var out, part bytes.Buffer
	inside := false
	flush := func() error {
		if !inside {
			out.WriteString(j.plain(part.String())) // before the first and behind the last
		} else {
			now, err := j.mail(part.Bytes())
			if err != nil {
				return err
			}
			out.Write(now)
		}
		part.Reset()
		return nil
	}
	for line := range bytes.Lines(body) {
		rest, ok := strings.CutPrefix(strings.TrimRight(string(line), " \t\r\n"), "--"+boundary)
		if !ok || rest != "" && rest != "--" {
			part.Write(line)
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		out.Write(line)
		inside = rest == ""
	}
	if err := flush(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// transfer decodes a body, and returns how to write it again.
func transfer(coding string, body []byte) (content []byte, write func([]byte) []byte, err error) {
	switch strings.ToLower(coding) {
	case "base64":
		bare := bytes.Join(bytes.Fields(body), nil)
		content, err = base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(bare, "=")))
		if err != nil {
			return nil, nil, Malformed
		}
		return content, func(now []byte) []byte { return inLines(base64.StdEncoding.EncodeToString(now)) }, nil
	case "quoted-printable":
		content, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err != nil {
			return nil, nil, Malformed
		}
		return content, printable, nil
	}
	return body, func(now []byte) []byte { return now }, nil
}

func inLines(text string) []byte {
	var b bytes.Buffer
	for len(text) > 0 {
		n := min(76, len(text)) // RFC 2045, section 6.8
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	return b.Bytes()
}

// printable writes a text as quoted-printable, line by line with the ends that the
// lines have: mime/quotedprintable would make an end of every \r.
func printable(now []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(now) {
		text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		w := quotedprintable.NewWriter(&b)
		w.Binary = true
		_, _ = w.Write(text)
		_ = w.Close()
		b.Write(line[len(text):])
	}
	return b.Bytes()
}

// content rewrites the bytes of a part. Of text the charset is known; else the bytes
// tell what they are.
func (j *job) content(media, charset string, content []byte) ([]byte, error) {
	if media == "message/rfc822" {
		return j.mail(content)
	}
	if !strings.HasPrefix(media, "text/") {
		return j.part(content)
	}
	coding, err := htmlindex.Get(charset)
	if name, _ := htmlindex.Name(coding); err != nil || name == "utf-8" {
		return j.textPart(media, string(content))
	}
	text, err := coding.NewDecoder().Bytes(content)
	if err != nil {
		return nil, Malformed
	}
	now, err := j.textPart(media, string(text))
	if err != nil || bytes.Equal(now, text) {
		return content, err
	}
	out, err := coding.NewEncoder().Bytes(now)
	if err != nil {
		return nil, Malformed
	}
	return out, nil
}

func (j *job) textPart(media, text string) ([]byte, error) {
	if media == "text/html" {
		return j.html(text)
	}
	if media == "text/plain" && !isBinary(text) && !encoded(text) {
		return []byte(j.plain(text)), nil
	}
	return j.body(text)
}
