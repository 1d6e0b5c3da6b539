package files

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"image"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// A sample is a file with the canaries in every place that its type has.
type sample struct {
	name, kind string
	content    []byte
	outcome    Outcome
	// valid fails if the output is not what it was.
	valid func(t *testing.T, out []byte)
}

const letter = "Dear Jane Zwyxwvut,\nwrite to jane@example.test or call +49 30 98765432.\nCard 4111 1111 1111 1111"

func samples(t testing.TB) []sample {
	return []sample{
		{"text", "text/plain", []byte(letter), Rewritten, nil},
		{"text, UTF-16", "text/plain", []byte("\xff\xfeD\x00e\x00a\x00r\x00 \x00J\x00a\x00n\x00e\x00 \x00Z\x00w\x00y\x00x\x00w\x00v\x00u\x00t\x00"), Rewritten, startsWith("\xff\xfeD\x00e\x00")},
		{"text, Windows-1252", "text/plain", []byte("Gr\xfc\xdfe von Jane Zwyxwvut"), Rewritten, startsWith("Gr\xfc\xdfe von ")},
		{"JSON", "application/json", []byte(`{ "user": {"name":"J\u0061ne Zwyxwvut", "jane@example.test": [1, 4111111111111111, true, null]},"n":1.50}`), Rewritten, isJSON},
		{"JSON lines", "application/x-ndjson", []byte("{\"a\":\"Jane Zwyxwvut\"}\n{\"a\":\"jane@example.test\"}\n"), Rewritten, isJSON},
		{"CSV", "text/plain", []byte("name;mail;n\r\n\"Zwyxwvut, Jane\";jane@example.test;1\r\nplain;\"kept \"\"so\"\"\";2\r\n"), Rewritten, isCSV},
		{"XML", "text/xml", []byte(xmlHead + `<a:x xmlns:a="urn:a" by="Jane Zwyxwvut"><!-- Jane Zwyxwvut --><a:y><![CDATA[Dear Jane Zwyxwvut]]></a:y><z>J&#97;ne Zwyxwvut &amp; co</z></a:x>`), Rewritten, isXML},
		{"SVG", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><title>Jane Zwyxwvut</title><path d="M0 0L9 9"/></svg>`), Rewritten, isXML},
		{"HTML", "text/html", []byte("<!DOCTYPE html><html><head><title>Jane Zwyxwvut</title></head><body><p>Dear J<b>an</b>e Zwyx<i>wvut</i></p><a href='mailto:jane@example.test'>mail</a><br>Jane<br>Zwyxwvut<!-- Jane Zwyxwvut --><script>var x = \"jane@example.test\"</script></body></html>"), Rewritten, nil},
		{"vCard", "text/vcard", []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Okonjo;Quentin;;;\r\nFN:Quentin Okonjo\r\nEMAIL;TYPE=work:quentin@example.test\r\nTEL:+49 30 98765432\r\nPHOTO;ENCODING=b:SmFuZQ==\r\nNOTE:Knows Jane Zwyx\r\n wvut\\, and Quentin\r\nEND:VCARD\r\n"), Rewritten, contentLinesHold},
		{"calendar", "text/calendar", []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART:20260101T100000Z\r\nORGANIZER;CN=\"Okonjo, Quentin\":mailto:quentin@example.test\r\nATTENDEE;CN=Jane Zwyxwvut:mailto:jane@example.test\r\nSUMMARY:Quentin and Jane\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), Rewritten, contentLinesHold},
		{"mail", "message/rfc822", mail([]byte("name,n\nJane Zwyxwvut,1\nx,2\n")), Rewritten, isMailOf},
		{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx(t), Rewritten, isArchive},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx(t), Rewritten, isArchive},
		{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", pptx(t), Rewritten, isArchive},
		{"odt", "application/vnd.oasis.opendocument.text", odt(t), Rewritten, isArchive},
		{"PNG", "image/png", pngWithText(t), Stripped, samePixels(pngWithText(t))},
		{"JPEG", "image/jpeg", jpegWithExif(t), Stripped, samePixels(jpegWithExif(t))},
		{"GIF", "image/gif", gifWithComment(t), Stripped, samePixels(gifWithComment(t))},
		{"WebP", "image/webp", webpWithExif(), Stripped, startsWith("RIFF")},
		{"TIFF", "image/tiff", tiffWithArtist(), Stripped, startsWith("II*\x00")},
	}
}

// TestNobodyIsLeftInAFileAndItIsStillAFile runs every policy that hides names over every
// type: no canary is left, the file is valid, all bytes are found clean the second time,
// and what was found is counted.
func TestNobodyIsLeftInAFileAndItIsStillAFile(t *testing.T) {
	for _, preset := range append(privacy.Presets(), surrogates) {
		if rewriter(t, preset).hides(privacy.Name) {
			t.Run(preset, func(t *testing.T) { nobodyIsLeft(t, preset) })
		}
	}
}

func nobodyIsLeft(t *testing.T, preset string) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			r := rewriter(t, preset)
			got := r.Rewrite(s.content, ticket())
			if got.Outcome != s.outcome || got.Type != s.kind && s.kind != "" {
				t.Fatalf("%s %s (%s), want %s %s", got.Type, got.Outcome, got.Reason, s.kind, s.outcome)
			}
			for _, text := range textsIn(t, got.Content) {
				for _, c := range canaries {
					if strings.Contains(strings.ToLower(text), strings.ToLower(c)) {
						t.Errorf("%q is left in %q", c, text)
					}
				}
			}
			if got.Left != 0 {
				t.Errorf("%d left in the output", got.Left)
			}
			if s.outcome == Rewritten && got.Found[privacy.Name].Found == 0 {
				t.Errorf("found %v, and no name", got.Found)
			}
			if s.valid != nil && (preset == "pseudonymous" || s.name != "mail") { // which looks for pseudonyms
				s.valid(t, got.Content)
			}
			if again := r.Rewrite(got.Content, ticket()); again.Outcome != Unchanged {
				t.Errorf("the second time it was %s:\n%q\n%q", again.Outcome, got.Content, again.Content)
			}
			if twice := r.Rewrite(s.content, ticket()); !bytes.Equal(twice.Content, got.Content) {
				t.Error("the same file became another the second time")
			}
		})
	}
}

// tags are what splits a text in HTML and XML.
var tags = regexp.MustCompile(`<[^>]*>`)

// textsIn are all texts of a file, those of its entries and parts, also without tags.
func textsIn(t *testing.T, content []byte) (all []string) {
	if bytes.HasPrefix(content, []byte("PK")) {
		for name, text := range entriesOf(t, content) {
			all = append(all, name, text, tags.ReplaceAllString(text, ""))
		}
		return all
	}
	if bytes.HasPrefix(content, []byte("<")) {
		all = append(all, tags.ReplaceAllString(string(content), ""))
	}
	all = append(all, string(content))
	if m, err := netmail.ReadMessage(bytes.NewReader(content)); err == nil {
		all = append(all, partsOf(t, m.Header.Get("Content-Type"), m.Body)...)
	}
	return append(all, strings.ReplaceAll(string(content), "\x00", ""))
}

func partsOf(t *testing.T, contentType string, body io.Reader) (all []string) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return nil
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("a part is broken: %v", err)
		}
		raw, _ := io.ReadAll(p)
		all = append(all, partsOf(t, p.Header.Get("Content-Type"), bytes.NewReader(raw))...)
		if coding := p.Header.Get("Content-Transfer-Encoding"); coding != "" && !utf8.Valid(raw) {
			t.Errorf("a part is not written in %s: %q", coding, raw)
		}
		text, _, err := transfer(p.Header.Get("Content-Transfer-Encoding"), raw)
		if err != nil {
			t.Fatalf("a part does not decode: %v", err)
		}
		all = append(all, string(text))
	}
}

func startsWith(head string) func(*testing.T, []byte) {
	return func(t *testing.T, out []byte) {
		if !strings.HasPrefix(string(out), head) {
			t.Errorf("%q does not start with %q", out, head)
		}
	}
}

func isJSON(t *testing.T, out []byte) {
	d, n := json.NewDecoder(bytes.NewReader(out)), 0
	for {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		n++
	}
	if n == 1 && (!bytes.HasPrefix(out, []byte(`{ "user": {"name":"`)) || !bytes.HasSuffix(out, []byte(`, true, null]},"n":1.50}`))) {
		t.Errorf("what stands between became other: %s", out)
	}
}

func isCSV(t *testing.T, out []byte) {
	rows := csv.NewReader(bytes.NewReader(out))
	rows.Comma = ';'
	if all, err := rows.ReadAll(); err != nil || len(all) != 3 {
		t.Errorf("%v, %v", all, err)
	}
	if !bytes.HasSuffix(out, []byte("\r\nplain;\"kept \"\"so\"\"\";2\r\n")) {
		t.Errorf("a row that holds nothing became other: %q", out)
	}
}

func isXML(t *testing.T, out []byte) {
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
	}
}

func contentLinesHold(t *testing.T, out []byte) {
	for line := range strings.Lines(string(out)) {
		if len(line) > 77 || !strings.HasSuffix(line, "\r\n") || !strings.ContainsAny(line, ": ") {
			t.Errorf("no line of such a file: %q", line)
		}
	}
}

func isMailOf(t *testing.T, out []byte) {
	m, err := netmail.ReadMessage(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || !strings.HasSuffix(to[0].Address, "@pseudonym.invalid") {
		t.Errorf("To: %v, %v", to, err)
	}
	if texts := strings.Join(partsOf(t, m.Header.Get("Content-Type"), m.Body), "\n"); !strings.Contains(texts, "Gr\xfc\xdfe von Person ") || !strings.Contains(texts, "x,2") {
		t.Errorf("parts are %q", texts)
	}
}

func isArchive(t *testing.T, out []byte) {
	for name, text := range entriesOf(t, out) {
		switch {
		case strings.Contains(strings.ToLower(name), "thumbnail"), strings.Contains(name, "printerSettings"):
			t.Errorf("%s is left", name)
		case strings.HasSuffix(name, ".xml"), strings.HasSuffix(name, ".rels"):
			isXML(t, []byte(text))
		}
		for _, gone := range []string{"thumbnail", "printerSettings", "UXVlbnRpbg", `r:id="rId1"`} {
			if strings.Contains(text, gone) {
				t.Errorf("%s still speaks of %s", name, gone)
			}
		}
	}
}

func samePixels(was []byte) func(*testing.T, []byte) {
	return func(t *testing.T, out []byte) {
		a, _, err := image.Decode(bytes.NewReader(was))
		b, _, err2 := image.Decode(bytes.NewReader(out))
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for x := range a.Bounds().Dx() {
			for y := range a.Bounds().Dy() {
				if a.At(x, y) != b.At(x, y) {
					t.Fatalf("pixel %d,%d became other", x, y)
				}
			}
		}
	}
}

// TestAPersonHasOnePseudonymInAllFiles: the pseudonym in a file is that of a comment.
func TestAPersonHasOnePseudonymInAllFiles(t *testing.T) {
	policy, err := privacy.Compile(privacy.Policy{Preset: "pseudonymous"})
	if err != nil {
		t.Fatal(err)
	}
	comment, err := policy.Rewriter(testKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ := comment.Rewrite([]byte("Jane Zwyxwvut"), ticket())
	want := string(out)
	for _, s := range samples(t) {
		if s.outcome != Rewritten || s.name == "text, UTF-16" || s.name == "vCard" || s.name == "calendar" || s.name == "mail" {
			continue // the last three are looked at in parts, above
		}
		got := rewriter(t, "pseudonymous").Rewrite(s.content, ticket())
		if texts := strings.Join(textsIn(t, got.Content), "\n"); !strings.Contains(texts, want) {
			t.Errorf("%s: %q is not in it: %q", s.name, want, texts)
		}
	}
}

// TestRunsOfAParagraphKeepTheirFormat: what changed stands in the run where it began,
// and all other runs are as they were.
func TestRunsOfAParagraphKeepTheirFormat(t *testing.T) {
	got := entriesOf(t, rewriter(t, "demo").Rewrite(docx(t), ticket()).Content)["word/document.xml"]
	for _, want := range []string{
		`<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Dear Person`, `</w:t></w:r><w:r><w:t></w:t></w:r><w:r><w:t xml:space="preserve">, your order </w:t></w:r><w:r><w:t>is ready</w:t></w:r></w:p>`,
		`w:rsidR="00A77B3E"`, `w:date="2026-01-01T00:00:00Z"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
}

// TestGDPRKeepsNamesAndMasksCards: the rules of the preset are those of the text.
func TestGDPRKeepsNamesAndMasksCards(t *testing.T) {
	got := rewriter(t, "gdpr").Rewrite([]byte(letter), ticket())
	if want := "Card [card ****1111]"; !strings.Contains(string(got.Content), want) || !strings.Contains(string(got.Content), "Dear Jane Zwyxwvut") {
		t.Errorf("%q", got.Content)
	}
	if got := rewriter(t, "gdpr").Rewrite([]byte("Dear Jane Zwyxwvut"), ticket()); got.Outcome != Unchanged || got.Found[privacy.Name] != (privacy.Seen{Found: 1, Sure: 1}) {
		t.Errorf("%+v, want it unchanged and the name counted", got)
	}
}

// TestWhichWayIsUpSurvives: of Exif data only the orientation stays.
func TestWhichWayIsUpSurvives(t *testing.T) {
	out, err := stripJPEG(jpegWithExif(t))
	if err != nil {
		t.Fatal(err)
	}
	order, first, ok := tiffHead(out[12:])
	if e := entriesAt(out[12:], order, first); !ok || len(e) != 1 || order.Uint16(e[0][8:]) != 6 {
		t.Errorf("% x", out[:48])
	}
	if out, err := stripTIFF(tiffWithArtist()); err != nil || !bytes.Contains(out, []byte("pixe")) {
		t.Errorf("%q, %v", out, err)
	}
}

// TestWhatCannotBeReadIsNotTouched: each reason has a file that is refused for it.
func TestWhatCannotBeReadIsNotTouched(t *testing.T) {
	bomb := strings.Repeat("a", maxEntry+1)
	flat := strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1)
	nested := mail([]byte("a,b\nc,d\n"))
	for range maxNested {
		nested = mail(nested)
	}
	encrypted := docx(t)
	encrypted[6] |= 1
	for at := bytes.Index(encrypted, []byte("PK\x01\x02")); at >= 0; {
		encrypted[at+8] |= 1
		break
	}
	many := []string{"[Content_Types].xml", contentTypes}
	for i := range maxEntries {
		many = append(many, strings.Repeat("x", i%50)+string(rune('a'+i%26))+strings.Repeat("y", i/50), "")
	}
	for name, c := range map[string]struct {
		content []byte
		want    Reason
	}{
		"PDF":                   {[]byte("%PDF-1.4\nJane"), UnknownType},
		"sound":                 {[]byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00"), UnknownType},
		"an archive":            {zipped(t, "a.txt", "Jane"), UnknownType},
		"RTF":                   {[]byte(`{\rtf1 Jane}`), UnknownType},
		"a mailbox":             {[]byte("From jane@example.test Mon Jan  1\nFrom: a\nTo: b\n\nx"), UnknownType},
		"a file in letters":     {[]byte("see\n" + strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 20)), UnknownType},
		"PGP":                   {[]byte("-----BEGIN PGP MESSAGE-----\n\nabc"), Encrypted},
		"an encrypted entry":    {encrypted, Encrypted},
		"too large":             {make([]byte, MaxSize+1), TooLarge},
		"a bomb":                {zipped(t, "[Content_Types].xml", contentTypes, "word/document.xml", "<a>"+bomb+"</a>"), TooLarge},
		"a bomb by its ratio":   {zipped(t, "[Content_Types].xml", contentTypes, "a.xml", "<a>"+strings.Repeat(" ", 20<<20)+"</a>"), TooLarge},
		"too many entries":      {zipped(t, many...), TooLarge},
		"too deep":              {[]byte(xmlHead + flat), TooLarge},
		"mail in mail":          {nested, TooLarge},
		"macros":                {zipped(t, "[Content_Types].xml", contentTypes, "word/vbaProject.bin", "x"), Macros},
		"an object":             {zipped(t, "[Content_Types].xml", contentTypes, "word/embeddings/oleObject1.bin", "x"), Embedded},
		"an unknown entry":      {zipped(t, "[Content_Types].xml", contentTypes, "word/media/image1.emf", "x"), Embedded},
		"a PDF in a mail":       {mail([]byte("%PDF-1.4\nJane")), Embedded},
		"a PDF in a page":       {[]byte(`<html><img src="data:application/pdf;base64,JVBERi0xLjQK"></html>`), Embedded},
		"a signature":           {zipped(t, "[Content_Types].xml", contentTypes, "_xmlsignatures/sig1.xml", "<a/>"), Signed},
		"a sheet's name":        {zipped(t, "[Content_Types].xml", contentTypes, "xl/workbook.xml", `<workbook><sheets><sheet name="Jane Zwyxwvut"/></sheets></workbook>`), Fixed},
		"entries of one name":   {zipped(t, "[Content_Types].xml", contentTypes, "a.xml", "<a/>", "A.xml", "<a/>"), Malformed},
		"half an archive":       {docx(t)[:200], Malformed},
		"XML that breaks off":   {[]byte(xmlHead + "<a><b></a>"), Malformed},
		"XML with entities":     {[]byte(xmlHead + `<!DOCTYPE a [<!ENTITY j "Jane">]><a/>`), Malformed},
		"JSON that breaks off":  {[]byte(`[{"a":"J\u0061ne"},` + strings.Repeat(`{"a":1},`, 500)), Malformed},
		"half a JPEG":           {jpegWithExif(t)[:300], Malformed},
		"half a PNG":            {pngWithText(t)[:60], Malformed},
		"half a GIF":            {gifWithComment(t)[:40], Malformed},
		"half a WebP":           {webpWithExif()[:50], Malformed},
		"a TIFF leading astray": {[]byte("II*\x00\xff\x00\x00\x00"), Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			got := rewriter(t, "gdpr").Rewrite(c.content, ticket())
			if name == "a sheet's name" {
				got = rewriter(t, "demo").Rewrite(c.content, ticket())
			}
			if got.Outcome != Unreadable || got.Reason != c.want || got.Content != nil {
				t.Errorf("%s %s: %s, want unreadable: %s", got.Type, got.Outcome, got.Reason, c.want)
			}
		})
	}
}

// TestWhatOnlySomeTypesHave pins parts that leave no canary behind when they go wrong.
func TestWhatOnlySomeTypesHave(t *testing.T) {
	webp, err := stripWebP(webpWithExif())
	if err != nil || webp[20] != 0 {
		t.Errorf("WebP still announces metadata: flags %#x, %v", webp[20], err)
	}
	if jfif := keptSegment(0xE0, segment(0xE0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01abc")); string(jfif) != string(segment(0xE0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")) {
		t.Errorf("JFIF keeps its small picture: % x", jfif)
	}
	sheet := func(cell string) string {
		content := zipped(t, "[Content_Types].xml", contentTypes, "xl/worksheets/sheet1.xml", "<row>"+cell+"</row>")
		return entriesOf(t, rewriter(t, "gdpr").Rewrite(content, ticket()).Content)["xl/worksheets/sheet1.xml"]
	}
	for cell, want := range map[string]string{
		`<c r="B1" s="2"><v>4111111111111111</v></c>`:      `<row><c t="str" r="B1" s="2"><v>[card ****1111]</v></c></row>`,
		`<c r="B1" t="n"><v>4111111111111111</v></c>`:      `<row><c r="B1" t="str"><v>[card ****1111]</v></c></row>`,
		`<c r="B1" t="str"><v>4111 1111 1111 1111</v></c>`: `<row><c r="B1" t="str"><v>[card ****1111]</v></c></row>`,
	} {
		if got := sheet(cell); got != want {
			t.Errorf("a cell became %s, want %s", got, want)
		}
	}
	card := []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b:SmFuZQ==\r\nNOTE:Card 4111 1111 1111 1111\r\nEND:VCARD\r\n")
	if got := rewriter(t, "pseudonymous").Rewrite(card, ticket()).Content; bytes.Contains(got, []byte("PHOTO")) {
		t.Errorf("a face is left where names go: %q", got)
	}
	if got := rewriter(t, "gdpr").Rewrite(card, ticket()).Content; !bytes.Contains(got, []byte("PHOTO;ENCODING=b:SmFuZQ==\r\nNOTE:Card [card ****1111]\r\n")) {
		t.Errorf("a face is gone where names stay: %q", got)
	}
}
