package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
)

// render gives the page of a report, and all the elements in it.
func render(t *testing.T, r evidence.Report, lang string) (string, []nethtml.Token) {
	t.Helper()
	page, err := r.Page(lang)
	if err != nil {
		t.Fatal(err)
	}
	text, err := html.Render(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), elements(t, text)
}

func TestTheInventoryIsAPageOfItsOwn(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"Personal data found", "8,290 pieces of personal data", "payment", "e\u2011mail:\u00a01,300, sms:\u00a077", "5,120", "4,711", "1,377"},
		"de": {"Gefundene personenbezogene Daten", "8.290 personenbezogene Angaben", "Zahlung", "E\u2011Mail:\u00a01.300, sms:\u00a077", "5.120", "4.711", "1.377"},
	} {
		page, err := evidence.Full().InventoryPage(lang)
		if err != nil {
			t.Fatal(err)
		}
		text, err := html.Render(page)
		if err != nil {
			t.Fatal(err)
		}
		elements(t, text)
		for _, w := range want {
			if !bytes.Contains(text, []byte(w)) {
				t.Errorf("%s: the page has no %q", lang, w)
			}
		}
	}
	if _, err := evidence.Full().InventoryPage("fr"); err == nil {
		t.Error("there is a page in French")
	}
}

var void = []string{"meta", "link", "br", "img", "input", "hr"}

// elements reads a page strictly: each element that opens closes again, in order.
func elements(t *testing.T, page []byte) (all []nethtml.Token) {
	t.Helper()
	var open []string
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			if z.Err() != io.EOF || len(open) > 0 {
				t.Fatalf("the page ends with %v, and %v open", z.Err(), open)
			}
			return all
		case nethtml.StartTagToken:
			token := z.Token()
			all = append(all, token)
			if !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case nethtml.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func attribute(e nethtml.Token, key string) string {
	for _, a := range e.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func count(all []nethtml.Token, name string) (n int) {
	for _, e := range all {
		if e.Data == name {
			n++
		}
	}
	return n
}

func TestPagesAreWellFormedAndAccessible(t *testing.T) {
	for name, r := range evidence.Reports() {
		for _, lang := range evidence.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				page, all := render(t, r, lang)
				if strings.Contains(page, "⟦") || regexp.MustCompile(`>[^<]*\{[a-z]+\}[^<]*<`).MatchString(page) {
					t.Error("a text is missing or not filled in")
				}
				if got := attribute(all[0], "lang"); got != lang {
					t.Errorf("lang = %q, want %q", got, lang)
				}
				if tables, captions := count(all, "table"), count(all, "caption"); tables != captions || count(all, "thead") != tables {
					t.Errorf("%d tables have %d captions and %d heads", tables, captions, count(all, "thead"))
				}
				checkElements(t, all)
			})
		}
	}
}

// checkElements finds header cells without scope, ids that occur twice, links
// into nowhere and pictures without a text.
func checkElements(t *testing.T, all []nethtml.Token) {
	ids := map[string]bool{}
	for _, e := range all {
		if id := attribute(e, "id"); id != "" {
			if ids[id] {
				t.Errorf("the id %s occurs twice", id)
			}
			ids[id] = true
		}
	}
	for _, e := range all {
		href := strings.TrimPrefix(attribute(e, "href"), "#")
		label := attribute(e, "aria-labelledby")
		switch {
		case e.Data == "th" && attribute(e, "scope") == "":
			t.Errorf("%s has no scope", e)
		case e.Data == "a" && !ids[href], label != "" && !ids[label]:
			t.Errorf("%s leads nowhere", e)
		case e.Data == "svg" && (attribute(e, "role") != "img" || attribute(e, "aria-label") == ""):
			t.Errorf("%s has no text for those who do not see it", e)
		}
	}
}

func style(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("html/style.css")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPagesNeedNothingElseAndRunNothing(t *testing.T) {
	sum := sha256.Sum256(style(t))
	for name, r := range evidence.Reports() {
		page, all := render(t, r, "en")
		for _, banned := range []string{"http:", "https:", "//cdn", "url(", "@import", "javascript:", "<script", " style=", " onload="} {
			if strings.Contains(strings.ToLower(page), banned) {
				t.Errorf("%s holds %q", name, banned)
			}
		}
		for _, e := range all {
			if attribute(e, "src") != "" || attribute(e, "href") != "" && attribute(e, "href")[0] != '#' {
				t.Errorf("%s: %s asks for something outside the page", name, e)
			}
		}
		if !slices.ContainsFunc(all, func(e nethtml.Token) bool {
			return strings.HasPrefix(attribute(e, "content"), "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}) {
			t.Errorf("%s does not forbid itself everything but its own style", name)
		}
	}
}

// TestWhatLooksLikeContentStaysText plants in every field of a report, names of
// fields and reasons included, what must never act on the page.
func TestWhatLooksLikeContentStaysText(t *testing.T) {
	const canary = "`\"'><img src=x onerror=alert(1)></td>{n}<b>Jane Roe</b> jane@example.test</script><!--"
	r := evidence.Full()
	plant(reflect.ValueOf(&r).Elem(), canary)
	for _, lang := range evidence.Languages() {
		page, all := render(t, r, lang)
		if n := count(all, "img") + count(all, "b") + count(all, "script"); n > 0 || strings.Contains(page, "<!--") {
			t.Errorf("%s: %d elements were planted", lang, n)
		}
		if strings.Count(page, "Jane Roe") < 60 {
			t.Errorf("%s: the page shows only %d of the planted values", lang, strings.Count(page, "Jane Roe"))
		}
	}
}

// plant sets every string in v, keys of maps included.
func plant(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if !v.IsNil() {
			plant(v.Elem(), s)
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			plant(v.Field(i), s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i), s)
		}
	case reflect.Map:
		if !v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf(s), reflect.ValueOf(3))
		}
	}
}

func TestALongListIsCutAndSaysSo(t *testing.T) {
	r := evidence.Full()
	for i := range 500 {
		r.Aside = append(r.Aside, evidence.Aside{Kind: "ticket", Outcome: "excluded", Reason: "other_tags", Ref: evidence.Ref(i)})
		r.Findings = append(r.Findings, evidence.Difference{Kind: "ticket", Ref: evidence.Ref(i), Path: "subject", Class: "UNEXPECTED"})
	}
	page, all := render(t, r, "en")
	if n := count(all, "tr"); n > 330 {
		t.Errorf("the page has %d rows", n)
	}
	// 551 set aside, of which 65 are listed: 25 of each reason at most.
	for _, want := range []string{"486 more rows are in <code>report.json</code>", "402 more rows are in", "(25 of 500)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestNoSuchLanguage(t *testing.T) {
	if _, err := evidence.Full().Page("xx"); err == nil || !strings.Contains(err.Error(), "en, de") {
		t.Errorf("error = %v, want one that names the languages", err)
	}
}

func TestFigureHoldsItsLines(t *testing.T) {
	for _, lang := range evidence.Languages() {
		page, _ := render(t, evidence.Full(), lang)
		for _, text := range regexp.MustCompile(`<text[^>]*>([^<]*)<`).FindAllStringSubmatch(page, -1) {
			if strings.Contains(text[1], "…") {
				t.Errorf("%s: %q is cut", lang, text[1])
			}
		}
	}
}

// TestContrast holds every ink against the two grounds: 4.5 is what WCAG 2.2
// asks for text of normal size (success criterion 1.4.3).
func TestContrast(t *testing.T) {
	colours := map[string]float64{}
	for _, m := range regexp.MustCompile(`--([a-z]+): #([0-9a-f]{3,6});`).FindAllStringSubmatch(string(style(t)), -1) {
		colours[m[1]] = luminance(t, m[2])
	}
	for _, ink := range []string{"ink", "quiet", "link", "clean", "attention", "failed"} {
		for _, ground := range []string{"ground", "tint"} {
			if c := (colours[ground] + 0.05) / (colours[ink] + 0.05); c < 4.5 {
				t.Errorf("%s on %s has a contrast of %.1f", ink, ground, c)
			}
		}
	}
}

// luminance is the relative luminance of a colour as WCAG 2.2 defines it.
func luminance(t *testing.T, hex string) float64 {
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	l := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		l += weight * linear(float64(n)/255)
	}
	return l
}

func linear(c float64) float64 {
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
