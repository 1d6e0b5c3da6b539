package markup_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestATextThatWentAsHTMLIsTheSameText(t *testing.T) {
	for _, text := range []string{"", "one", "one\n\n two\t<b> & \"c\"\n'd'", "金丝雀 👩‍👩‍👧"} {
		format, body := markup.Canonical(helpdesk.FormatHTML, markup.FromText(text))
		if format != helpdesk.FormatText || body != text {
			t.Errorf("%q came back as %s %q", text, format, body)
		}
	}
}

func TestMarksAreComparedWithoutWhatCouldActAndWhatEachDeskMakesAnew(t *testing.T) {
	for given, want := range map[string]string{
		`<div class="zd-comment" dir="auto"><b>a</b></div>`:           `<b>a</b>`,
		`<b onclick="x()">a</b><script>x()</script>`:                  `<b>a</b>`,
		`<a href=" JavaScript:x()">a</a><!-- b -->`:                   `<a>a</a>`,
		`<img src="https://files.example.org/1" alt="b"><br />`:       `<img alt="b"/><br/>`,
		`<p>a<iframe src="x">b</iframe></p><form><input></form><i/>c`: `<p>a</p><i>c</i>`,
	} {
		if _, got := markup.Canonical(helpdesk.FormatHTML, given); got != want {
			t.Errorf("%s\n is %s,\nwant %s", given, got, want)
		}
	}
	if _, got := markup.Clean(helpdesk.FormatHTML, `<img src="cid:a@b" onload="x()"><script>x()</script>`); got != `<img src="cid:a@b"/>` {
		t.Errorf("sent is %s", got)
	}
	if format, got := markup.Clean(helpdesk.FormatHTML, "<p>a</p>"); format != helpdesk.FormatText || got != "a" {
		t.Errorf("sent is %s %q", format, got)
	}
	if got := markup.CleanPage(`<p><img src="a"></p>`); got != `<p><img src="a"/></p>` {
		t.Errorf("a page is sent as %q", got)
	}
	if got := markup.Page("<p>a</p>"); got != "<p>a</p>" {
		t.Errorf("a page is %q", got)
	}
}
