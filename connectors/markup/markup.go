// Package markup is for help desks that keep HTML: how a text goes there and is told
// when it comes back, and what of HTML is compared, whatever a help desk made of it.
package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// FromText is a text as HTML that shows it as it is.
func FromText(text string) string {
	return strings.ReplaceAll(html.EscapeString(lines(text)), "\n", "<br>")
}

func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// acting are elements that are not kept, with all that is in them.
var acting = []atom.Atom{atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Embed, atom.Form, atom.Noscript, atom.Template}

// Canonical is a body, given in a format of the model, as it is compared: a text for
// HTML that has no marks but line ends, else HTML without what could act, and
// without addresses of pictures, which are new in each help desk.
func Canonical(format, body string) (string, string) {
	if format != helpdesk.FormatHTML {
		return helpdesk.FormatText, strings.TrimSpace(lines(body))
	}
	nodes := parse(body)
	if text, plain := plainText(nodes); plain {
		return helpdesk.FormatText, strings.TrimSpace(text)
	}
	return helpdesk.FormatHTML, rendered(nodes, false)
}

// Clean is Canonical for what is sent: addresses of pictures stay.
func Clean(format, body string) (string, string) {
	if format, text := Canonical(format, body); format == helpdesk.FormatText {
		return format, text
	}
	return helpdesk.FormatHTML, rendered(parse(body), true)
}

// CleanPage is Page for what is sent: addresses of pictures stay.
func CleanPage(body string) string { return rendered(parse(body), true) }

func rendered(nodes []*html.Node, addresses bool) string {
	var b strings.Builder
	for _, n := range nodes {
		clean(n, addresses)
		_ = html.Render(&b, n)
	}
	return strings.TrimSpace(b.String())
}

// parse reads a fragment, and takes off a box that Zendesk puts around it.
func parse(body string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(body), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return []*html.Node{{Type: html.TextNode, Data: body}}
	}
	if len(nodes) == 1 && nodes[0].DataAtom == atom.Div && strings.Contains(attribute(nodes[0], "class"), "zd-comment") {
		nodes = slices.Collect(nodes[0].ChildNodes())
		for _, n := range nodes {
			n.Parent.RemoveChild(n)
		}
	}
	return slices.DeleteFunc(nodes, drops)
}

func drops(n *html.Node) bool {
	return n.Type == html.CommentNode || n.Type == html.ElementNode && slices.Contains(acting, n.DataAtom)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// clean takes out of an element what could act, and, unless they stay, the addresses
// of pictures.
func clean(n *html.Node, addresses bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return strings.HasPrefix(a.Key, "on") || !addresses && n.DataAtom == atom.Img && (a.Key == "src" || strings.HasPrefix(a.Key, "data-")) ||
			strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:")
	})
	for _, c := range slices.Collect(n.ChildNodes()) {
		if drops(c) {
			n.RemoveChild(c)
			continue
		}
		clean(c, addresses)
	}
}

// plainText is what HTML of nothing but lines and paragraphs says, and whether it
// is such.
func plainText(nodes []*html.Node) (string, bool) {
	var b strings.Builder
	for _, n := range nodes {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
		case n.DataAtom == atom.Br && len(n.Attr) == 0:
			b.WriteByte('\n')
		case n.DataAtom == atom.P && len(n.Attr) == 0:
			inside, plain := plainText(slices.DeleteFunc(slices.Collect(n.ChildNodes()), drops))
			if !plain {
				return "", false
			}
			b.WriteString(inside + "\n\n")
		default:
			return "", false
		}
	}
	return b.String(), true
}

// Page is the body of an article as it is compared: HTML, always.
func Page(body string) string {
	return rendered(parse(body), false)
}
