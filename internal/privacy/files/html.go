package files

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isHTML reports whether a text is a page. One that says it is XML is HTML only if it
// is called so, and not well formed.
func isHTML(start string) bool {
	if hasPrefixFold(start, "<!doctype html") || hasPrefixFold(start, "<html") {
		return true
	}
	return strings.HasPrefix(start, "<") && !strings.HasPrefix(start, "<?xml") && TypeOf([]byte(start)) == "text/html"
}

// inline are elements that split a line without ending it.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Big: true, atom.Cite: true, atom.Code: true,
	atom.Em: true, atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Label: true, atom.Mark: true, atom.Q: true,
	atom.S: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Tt: true, atom.U: true, atom.Wbr: true,
}

// html rewrites a page: the text of a line whatever tags split it, the values of all
// attributes, comments, scripts. What does not change stays byte by byte.
func (j *job) html(src string) ([]byte, error) {
	h := &htmlJob{job: j, z: html.NewTokenizer(strings.NewReader(src))}
	h.z.SetMaxBuf(maxEntry)
	for {
		kind := h.z.Next()
		if kind == html.ErrorToken {
			if !errors.Is(h.z.Err(), io.EOF) {
				return nil, Malformed
			}
			h.line()
			sortSplices(h.all)
			return spliced([]byte(src), h.all), nil
		}
		raw := string(h.z.Raw())
		if err := h.token(kind, raw); err != nil {
			return nil, err
		}
		h.at += len(raw)
	}
}

type htmlJob struct {
	*job
	z       *html.Tokenizer
	at      int // of the token in the page
	all     []splice
	lineOf  paragraph
	literal bool // inside of an element whose text has no entities
}

func (h *htmlJob) token(kind html.TokenType, raw string) error {
	switch kind {
	case html.TextToken:
		h.text(raw)
	case html.CommentToken, html.DoctypeToken:
		if now := h.rewrite(raw); now != raw {
			h.all = append(h.all, splice{h.at, h.at + len(raw), now})
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		return h.tag(raw)
	case html.EndTagToken:
		h.literal = false
		name, _ := h.z.TagName()
		if !inline[atom.Lookup(name)] {
			h.line()
		}
	}
	return nil
}

func (h *htmlJob) text(raw string) {
	if !h.literal {
		h.lineOf.add(html.UnescapeString(raw), h.at, h.at+len(raw))
		return
	}
	if now := h.plain(raw); now != raw {
		h.all = append(h.all, splice{h.at, h.at + len(raw), now})
	}
}

// line ends the text of a line.
func (h *htmlJob) line() {
	h.all = append(h.all, h.lineOf.rewritten(h.job, escape)...)
	h.lineOf = paragraph{}
}

func (h *htmlJob) tag(raw string) error {
	name, more := h.z.TagName()
	tag := atom.Lookup(name)
	switch tag {
	case atom.Br:
		h.lineOf.gap("\n")
	case atom.Script, atom.Style, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Xmp:
		h.line()
		h.literal = true
	default:
		if !inline[tag] {
			h.line()
		}
	}
	places := placesIn(raw)
	for i := 0; more; i++ {
		var key, value []byte
		key, value, more = h.z.TagAttr()
		if len(key) == 0 && len(value) == 0 {
			continue
		}
		if i >= len(places) || !strings.EqualFold(places[i].name, string(key)) {
			return Malformed
		}
		now, err := h.reference(string(value))
		if err != nil {
			return err
		}
		if p := places[i]; now != string(value) {
			h.all = append(h.all, splice{h.at + p.start, h.at + p.end, quote(now)})
		}
	}
	return nil
}

// reference rewrites a value that may be a whole file: data: of RFC 2397.
func (j *job) reference(value string) (string, error) {
	head, data, ok := strings.Cut(value, ",")
	if !ok || !hasPrefixFold(head, "data:") || !strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		return j.rewrite(value), nil
	}
	now, err := j.base64(data)
	return head + "," + now, err
}

// base64 rewrites a file that is written in letters. What does not change stays as it
// was written.
func (j *job) base64(text string) (string, error) {
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, text)
	content, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(bare, "="))
	if err != nil {
		return "", Malformed
	}
	if j.inflated -= len(content); j.inflated < 0 {
		return "", TooLarge
	}
	out, err := j.part(content)
	if err != nil || string(out) == string(content) {
		return text, err
	}
	return base64.StdEncoding.EncodeToString(out), nil
}
