package files

import (
	"archive/zip"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// testKey makes pseudonyms as keyring does.
type testKey string

func (k testKey) Of(kind, canonical string) (out [16]byte) {
	m := hmac.New(sha256.New, []byte(k))
	fmt.Fprintf(m, "%s\x00%s", kind, canonical)
	copy(out[:], m.Sum(nil))
	return out
}

// surrogates stands for a preset with surrogates and a rule of the customer's own.
const surrogates = "surrogates"

func rewriter(t testing.TB, preset string) *Rewriter {
	t.Helper()
	p := privacy.Policy{Preset: preset}
	if preset == surrogates {
		p = privacy.Policy{Preset: "pseudonymous",
			Text: map[privacy.Kind]privacy.Operator{privacy.Name: privacy.Surrogate, privacy.Email: privacy.Surrogate, privacy.Phone: privacy.Surrogate},
			Rules: []privacy.TextRule{{Name: "visa", Pattern: `4\d{3}( ?\d{4}){3}`, Operator: privacy.Mask,
				Finds: []string{"4111 1111 1111 1111"}, Leaves: []string{"5111 1111 1111 1111"}}}}
	}
	policy, err := privacy.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(policy, testKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ticket are the people of a ticket.
func ticket() *privacy.People {
	p := &privacy.People{}
	p.Add(privacy.Identity{Name: "Jane Zwyxwvut", Emails: []string{"jane@example.test"}, Phones: []string{"+49 30 98765432"}})
	return p
}

// canaries must be in no output. Quentin Okonjo is on no record: only the files name him.
var canaries = []string{"Jane", "Zwyxwvut", "Zwyxw", "jane@example.test", "98765432", "4111", "Quentin", "Okonjo", "quentin@example.test"}

func zipped(t testing.TB, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		method := zip.Deflate
		if entries[i] == "mimetype" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: entries[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(entries[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func entriesOf(t testing.TB, archive []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		all[f.Name] = b.String()
	}
	return all
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

const contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`

const rootRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>`

const core = xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Quentin Okonjo</dc:creator><cp:lastModifiedBy>Zwyxwvut, Jane</cp:lastModifiedBy><cp:revision>2</cp:revision></cp:coreProperties>`

func docx(t testing.TB) []byte {
	const w = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	return zipped(t, "[Content_Types].xml", contentTypes, "_rels/.rels", rootRels, "docProps/core.xml", core,
		"docProps/app.xml", xmlHead+`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Company>Okonjo &amp; Co</Company><Pages>1</Pages></Properties>`,
		"docProps/thumbnail.jpeg", "Jane Zwyxwvut",
		"word/document.xml", xmlHead+`<w:document `+w+`><w:body>`+
			`<w:p w:rsidR="00A77B3E"><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Dear Ja</w:t></w:r><w:r><w:t>ne Zwy</w:t></w:r><w:r><w:t xml:space="preserve">xwvut, your order </w:t></w:r><w:r><w:t>is ready</w:t></w:r></w:p>`+
			`<w:p><w:r><w:t>Jane</w:t><w:tab/><w:t>Zwyxwvut</w:t></w:r></w:p>`+
			`<w:p><w:ins w:id="1" w:author="Quentin Okonjo" w:date="2026-01-01T00:00:00Z"><w:r><w:t>Card 4111 1111 1111 1111</w:t></w:r></w:ins><w:del w:id="2" w:author="Quentin Okonjo"><w:r><w:delText>jane@example.test</w:delText></w:r></w:del></w:p>`+
			`<w:p><w:r><w:instrText>HYPERLINK "mailto:jane@example.test"</w:instrText></w:r></w:p></w:body></w:document>`,
		"word/comments.xml", xmlHead+`<w:comments `+w+`><w:comment w:id="0" w:author="Quentin Okonjo" w:initials="QO"><w:p><w:r><w:t>Ask Quentin</w:t></w:r></w:p></w:comment></w:comments>`,
		"word/_rels/document.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="mailto:jane@example.test" TargetMode="External"/></Relationships>`,
		"word/media/image1.png", string(pngWithText(t)))
}

func xlsx(t testing.TB) []byte {
	const m = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	return zipped(t, "[Content_Types].xml", contentTypes, "docProps/core.xml", core,
		"xl/workbook.xml", xmlHead+`<workbook `+m+`><sheets><sheet name="Orders" sheetId="1"/></sheets></workbook>`,
		"xl/sharedStrings.xml", xmlHead+`<sst `+m+` count="1"><si><r><t>Jane </t></r><r><rPr><b/></rPr><t>Zwyxwvut</t></r></si><si><t>tel. +49 30 98765432</t></si></sst>`,
		"xl/worksheets/sheet1.xml", xmlHead+`<worksheet `+m+` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>4111111111111111</v></c><c r="C1"><v>12</v></c><c r="D1" t="inlineStr"><is><t>jane@example.test</t></is></c></row></sheetData><pageSetup orientation="portrait" r:id="rId1"/></worksheet>`,
		"xl/worksheets/_rels/sheet1.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>`,
		"xl/printerSettings/printerSettings1.bin", "\x00Quentin's printer\x00")
}

func pptx(t testing.TB) []byte {
	return zipped(t, "[Content_Types].xml", contentTypes,
		"ppt/slides/slide1.xml", xmlHead+`<p:sld xmlns:p="p" xmlns:a="a"><p:cNvPr id="4" name="Photo of Jane Zwyxwvut" descr="Jane Zwyxwvut"/><a:p><a:r><a:t>Ja</a:t></a:r><a:r><a:t>ne</a:t></a:r><a:br/><a:r><a:t>Zwyxwvut</a:t></a:r></a:p></p:sld>`,
		"ppt/commentAuthors.xml", xmlHead+`<p:cmAuthorLst xmlns:p="p"><p:cmAuthor id="0" name="Quentin Okonjo" initials="QO"/></p:cmAuthorLst>`,
		"ppt/comments/comment1.xml", xmlHead+`<p:cmLst xmlns:p="p"><p:cm authorId="0"><p:text>Quentin, call jane@example.test</p:text></p:cm></p:cmLst>`)
}

func odt(t testing.TB) []byte {
	return zipped(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", xmlHead+`<office:document-content xmlns:office="o" xmlns:text="t" xmlns:dc="d" xmlns:xlink="x" xmlns:table="tb"><office:body><text:p>Dear Ja<text:span>ne Zwyx</text:span>wvut<office:annotation><dc:creator>Quentin Okonjo</dc:creator><dc:date>2026-01-01T00:00:00</dc:date><text:p>Ask Quentin</text:p></office:annotation>, <text:a xlink:href="mailto:jane@example.test">mail</text:a></text:p><table:table-cell office:value-type="float" office:value="4111111111111111"><text:p>4111111111111111</text:p></table:table-cell></office:body></office:document-content>`,
		"meta.xml", xmlHead+`<office:document-meta xmlns:office="o" xmlns:meta="m" xmlns:dc="d"><office:meta><meta:initial-creator>Quentin Okonjo</meta:initial-creator><dc:creator>Jane Zwyxwvut</dc:creator></office:meta></office:document-meta>`,
		"settings.xml", xmlHead+`<config:config xmlns:config="c"><config:config-item config:name="PrinterSetup" config:type="base64Binary">UXVlbnRpbg==</config:config-item></config:config>`,
		"Thumbnails/thumbnail.png", "Jane",
		"META-INF/manifest.xml", xmlHead+`<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="/"/><manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png"/></manifest:manifest>`)
}

const mailText = "From: \"Quentin Okonjo\" <quentin@example.test>\r\nTo: =?utf-8?q?Jane_Zwyxwvut?= <jane@example.test>\r\nSubject: For Jane\r\n Zwyxwvut\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\npreamble\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Gr=FC=DFe von Jane Zwyx=\r\nwvut und Quentin\r\n--b2\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b2--\r\n--b1\r\nContent-Type: application/octet-stream; name=list\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n%s\r\n--b1--\r\n"

func mail(part []byte) []byte {
	return fmt.Appendf(nil, mailText, base64.StdEncoding.EncodeToString([]byte("<p>Dear J<b>ane</b> Zwyxwvut</p>")), inLines(base64.StdEncoding.EncodeToString(part)))
}

func picture() image.Image {
	m := image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black, color.White, color.RGBA{200, 30, 40, 255}})
	for i := range m.Pix {
		m.Pix[i] = byte(i * i % 3)
	}
	return m
}

func chunk(kind, content string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, kind...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func pngWithText(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	end := b.Len() - 12
	return bytes.Join([][]byte{b.Bytes()[:end], chunk("tEXt", "Author\x00Quentin Okonjo"), chunk("eXIf", "MM\x00*Jane"), b.Bytes()[end:], []byte("Jane Zwyxwvut")}, nil)
}

func segment(marker byte, content string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(content)+2)), content...)
}

func jpegWithExif(t testing.TB) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00" + "\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + "\x3b\x01\x02\x00\x0d\x00\x00\x00\x26\x00\x00\x00" + "\x00\x00\x00\x00" + "Quentin Okonjo"
	return bytes.Join([][]byte{{0xFF, 0xD8}, segment(0xE1, exif), segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00Jane"), segment(0xED, "Photoshop 3.0\x00Jane"),
		segment(0xFE, "Quentin"), b.Bytes()[2:], []byte("a second picture of Jane")}, nil)
}

func gifWithComment(t testing.TB) []byte {
	var b bytes.Buffer
	m := picture().(*image.Paletted)
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{m, m}, Delay: []int{1, 2}}); err != nil {
		t.Fatal(err)
	}
	end := b.Len() - 1
	return bytes.Join([][]byte{b.Bytes()[:end], []byte("\x21\xfe\x0cJane Zwyxwvu\x00\x21\xff\x0bXMP DataXMP\x04Jane\x00"), b.Bytes()[end:], []byte("Quentin")}, nil)
}

func webpWithExif() []byte {
	part := func(kind, content string) string {
		s := kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(content)))) + content
		return s + strings.Repeat("\x00", len(content)%2)
	}
	body := "WEBP" + part("VP8X", "\x0c\x00\x00\x00\x08\x00\x00\x06\x00\x00") + part("VP8L", "pixels!") + part("EXIF", "Jane Zwyxwvut") + part("XMP ", "Quentin")
	return []byte("RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body)
}

func tiffWithArtist() []byte {
	b := []byte("II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, n, v uint32) {
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, n)
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, 5)
	entry(256, 3, 1, 4)
	entry(257, 3, 1, 1)
	entry(273, 4, 1, 74)
	entry(279, 4, 1, 4)
	entry(315, 2, 14, 78)
	return append(append(b, 0, 0, 0, 0), "pixeQuentin Okonjo and Jane"...)
}
