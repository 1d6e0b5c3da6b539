package sample

import (
	"html"
	"regexp"
	"strings"
	"time"
)

// A letter is a message before it is spelled as text or HTML.
type letter struct {
	greeting  string
	body      string // paragraphs and lists, an empty line between them
	closing   string
	name      string
	signature []string
	sent      time.Time
	reply     *letter // what is quoted below
	wrote     string  // the line above the quotation
}

// text spells the letter as mail programs do: signature behind "-- ", quotation
// behind ">".
func (l *letter) text() string {
	parts := []string{l.greeting, l.body, join("\n", l.closing, l.name)}
	if len(l.signature) > 0 {
		parts = append(parts, "-- \n"+strings.Join(l.signature, "\n"))
	}
	if l.reply != nil {
		quoted := "> " + strings.ReplaceAll(l.reply.text(), "\n", "\n> ")
		parts = append(parts, l.wrote+"\n"+quoted)
	}
	return join("\n\n", parts...)
}

// html spells the letter with lists, links and a quotation one level deeper.
func (l *letter) html() string {
	var b strings.Builder
	b.WriteString(paragraph(l.greeting))
	for block := range strings.SplitSeq(l.body, "\n\n") {
		b.WriteString(htmlBlock(block))
	}
	b.WriteString(paragraph(join("\n", l.closing, l.name)))
	if len(l.signature) > 0 {
		b.WriteString(`<div class="signature">-- <br>` + inline(strings.Join(l.signature, "\n")) + `</div>`)
	}
	if l.reply != nil {
		b.WriteString(paragraph(l.wrote) + `<blockquote type="cite">` + l.reply.html() + `</blockquote>`)
	}
	return b.String()
}

// join joins the parts that are not empty.
func join(between string, parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, between)
}

func htmlBlock(block string) string {
	switch {
	case strings.HasPrefix(block, "- "):
		return htmlList("ul", block)
	case strings.HasPrefix(block, "1. "):
		return htmlList("ol", block)
	}
	return paragraph(block)
}

func htmlList(tag, block string) string {
	var b strings.Builder
	b.WriteString("<" + tag + ">")
	for line := range strings.SplitSeq(block, "\n") {
		_, item, _ := strings.Cut(line, " ")
		b.WriteString("<li>" + inline(item) + "</li>")
	}
	b.WriteString("</" + tag + ">")
	return b.String()
}

func paragraph(text string) string {
	if text == "" {
		return ""
	}
	return "<p>" + inline(text) + "</p>"
}

var links = regexp.MustCompile(`https?://[^\s<>]*[^\s<>.,;:!?]`)

// inline escapes text and makes links of addresses.
func inline(text string) string {
	text = links.ReplaceAllString(html.EscapeString(text), `<a href="$0">$0</a>`)
	return strings.ReplaceAll(text, "\n", "<br>")
}
