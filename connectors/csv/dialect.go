package csv

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// separators are what may stand between two values, the likelier first.
const separators = ",;\t|"

// headSize is how much of a file is looked at to find out how it is written. The
// header is in it, or the file is refused.
const headSize = 256 << 10

// A dialect is how a file spells its table.
type dialect struct {
	encoding  *encoding
	separator byte
	titles    []string // of the header
	first     position // of the first row
}

// readDialect finds out how a file is written, as far as the plan does not say,
// and reads its header.
func readDialect(f *os.File, size int64, s *sheet, o *options) (*dialect, error) {
	raw := make([]byte, min(size, headSize))
	if n, err := f.ReadAt(raw, 0); n < len(raw) {
		return nil, readError(s, err)
	}
	found, mark, err := detectEncoding(raw, f, size)
	if err != nil {
		return nil, readError(s, err)
	}
	if o.encoding != nil && (mark == 0 || o.encoding == found) {
		found = o.encoding
	}
	text, err := io.ReadAll(found.text(bytes.NewReader(raw[mark:])))
	if err != nil {
		return nil, readError(s, err)
	}
	if err := refuse(s, raw, text); err != nil {
		return nil, err
	}
	return newDialect(found, mark, text, s, o, size <= headSize)
}

func newDialect(e *encoding, mark int, text []byte, s *sheet, o *options, last bool) (*dialect, error) {
	d := &dialect{encoding: e, separator: o.separator, first: position{offset: int64(mark), line: 1}}
	skip := len(text) - len(bytes.TrimLeft(text, "\r\n"))
	rest := text[skip:]
	if sign, n := excelSeparator(rest); n > 0 {
		d.separator, skip, rest = cmp.Or(o.separator, sign), skip+n, rest[n:]
	}
	if len(rest) == 0 {
		return nil, settingsError("%s is empty, without even a header; export it again, or delete it if there is nothing to move", s.file())
	}
	if d.separator == 0 {
		d.separator = likeliestSeparator(d, rest, s, o, last)
	}
	titles, n := d.header(rest, last)
	if titles == nil {
		return nil, settingsError("the first row of %s is no header: a quote in it opens or closes where none may, "+
			"or it is longer than %d KiB", s.file(), headSize>>10)
	}
	d.titles = titles
	head := text[:skip+n]
	d.first.offset += e.size(head)
	d.first.line += int64(bytes.Count(head, []byte{'\n'}))
	return d, nil
}

// header reads the first row, or nothing if it can't be read.
func (d *dialect) header(text []byte, last bool) ([]string, int) {
	s := scanner{separator: d.separator}
	n, end := s.scan(text, last)
	if end != complete {
		return nil, 0
	}
	titles := make([]string, len(s.cells))
	for i, c := range s.cells {
		titles[i] = string(c.append(nil, text, d.encoding))
	}
	return titles, n
}

// likeliestSeparator is the one by which the header names most columns that we
// know; then, by which it names most.
func likeliestSeparator(d *dialect, text []byte, s *sheet, o *options, last bool) byte {
	best, bestKnown, bestAll := separators[0], -1, -1
	for _, sign := range []byte(separators) {
		try := *d
		try.separator = sign
		titles, _ := try.header(text, last)
		known := 0
		for _, t := range titles {
			if isKnown(s, o, t) {
				known++
			}
		}
		if known > bestKnown || known == bestKnown && len(titles) > bestAll {
			best, bestKnown, bestAll = sign, known, len(titles)
		}
	}
	return best
}

// excelSeparator reads the line "sep=;" with which exports tell Excel how they
// are written.
func excelSeparator(text []byte) (sign byte, n int) {
	line := text[:lineLength(text)]
	if len(line) < 5 || !strings.EqualFold(string(line[:4]), "sep=") || len(bytes.TrimSpace(line[5:])) > 0 ||
		strings.IndexByte(separators, line[4]) < 0 {
		return 0, 0
	}
	return line[4], min(len(line)+1, len(text))
}

// alien are the formats that people take for CSV, or that a download turned out
// to be, by the type that mimetype finds. The first that matches counts.
var alien = []struct{ mime, what, next string }{
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "an Excel workbook", "save each sheet as CSV UTF-8"},
	{"application/vnd.ms-excel", "an Excel workbook", "save each sheet as CSV UTF-8"},
	{"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet", "save each sheet as CSV"},
	{"application/x-ole-storage", "an old Office document", "save each sheet as CSV UTF-8"},
	{"application/zip", "a ZIP archive", "unpack it and name its folder"},
	{"application/gzip", "a gzip file", "unpack it"},
	{"text/html", "a web page, as a failed download leaves it", "export it again"},
	{"application/json", "JSON", "export it as CSV"},
	{"application/x-ndjson", "JSON lines", "export it as CSV"},
	{"text/xml", "XML", "export it as CSV"},
	{"text/rtf", "an RTF document", "export it as CSV"},
	{"application/pdf", "a PDF", "export it as CSV"},
	{"application/vnd.sqlite3", "a SQLite database", "export its tables as CSV"},
}

// refuse says what a file is that is no table in text. The signatures of some
// formats are letters, as BM, that a header may well begin with; so, unless the
// format is a text itself, the header has to have signs that no header has.
func refuse(s *sheet, raw, text []byte) error {
	found := mimetype.Detect(raw)
	line := text[:min(lineLength(text), 1024)]
	binary := bytes.IndexFunc(line, isControl) >= 0
	for _, a := range alien {
		if found.Is(a.mime) && (binary || strings.HasPrefix(a.mime, "text/") || found.Parent().Is("text/plain") || a.mime == "application/pdf") {
			return settingsError("%s is no CSV file but looks like %s; %s", s.file(), a.what, a.next)
		}
	}
	if binary {
		return settingsError("%s is no CSV file: its first line is not text (it looks like %s); export it as CSV", s.file(), found)
	}
	if bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0 && bytes.Count(text, []byte{'\r'}) > 1 {
		return settingsError("%s has line ends of old Macs; save it as CSV UTF-8", s.file())
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' && r != '\t' && r != '\r' }

// readError tells which file could not be read; what the system says of it names
// no content.
func readError(s *sheet, err error) error {
	return settingsError("%s can't be read: %w", s.file(), systemError(err))
}
