package sample

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// picture draws a PNG: a coloured panel with a few bars, as on a display. It is
// not compressed, because its bytes must not depend on the Go release.
func picture(d *dice, width, height int) []byte {
	colours := color.Palette{}
	for range 6 {
		colours = append(colours, color.RGBA{uint8(d.n(256)), uint8(d.n(256)), uint8(d.n(256)), 255})
	}
	m := image.NewPaletted(image.Rect(0, 0, width, height), colours)
	for range 12 {
		x, y, c := d.n(width), d.n(height), uint8(d.n(len(colours)))
		for i := range d.in(4, width/2) {
			for j := range d.in(2, 6) {
				m.SetColorIndex(x+i, y+j, c)
			}
		}
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.NoCompression}
	if err := enc.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// recording makes a WAV file of so many samples at 8 kHz: a tone that moves up
// and down like a voice.
func recording(d *dice, samples int) []byte {
	var b bytes.Buffer
	header := []any{[]byte("RIFF"), uint32(36 + samples), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1),
		uint32(8000), uint32(8000), uint16(1), uint16(8), []byte("data"), uint32(samples)}
	for _, part := range header {
		binary.Write(&b, binary.LittleEndian, part) // a Buffer takes everything
	}
	phase, pitch := 0, 10
	for i := range samples {
		if i%400 == 0 {
			pitch = d.in(6, 16)
		}
		phase = (phase + pitch) % 256
		b.WriteByte(byte(64 + abs(phase-128)))
	}
	return b.Bytes()
}

func abs(n int) int { return max(n, -n) }

// zipped packs one file without compressing it.
func zipped(name string, content []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// pdf sets lines of text on one page.
func pdf(lines []string) []byte {
	var page strings.Builder
	page.WriteString("BT /F1 11 Tf 60 780 Td 15 TL\n")
	for _, l := range lines {
		page.WriteString("(" + pdfText(l) + ") Tj T*\n")
	}
	page.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	return pdfFile(objects)
}

// pdfFile numbers the objects and adds the table of where they start.
func pdfFile(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	table := fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, len(objects)+1, start)
	return b.Bytes()
}

// pdfText spells a line in the encoding of the page's font. What the font lacks
// becomes a question mark, as with real printers.
func pdfText(line string) string {
	var b strings.Builder
	for _, r := range line {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '€':
			b.WriteString(`\200`)
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
