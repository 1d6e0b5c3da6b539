package csv

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
)

// An encoding is how a file spells text. Rows are found in bytes that are ASCII
// where it matters: UTF-16 is turned into UTF-8 on the way in, the others are
// split as they are and decoded cell by cell, which keeps offsets true and
// leaves alone what is not asked for.
type encoding struct {
	name  string
	order binary.ByteOrder // of UTF-16, or nil
	page  *[256]string     // of a code page: each byte as UTF-8, "" for no text; or nil
}

var (
	utf8Encoding = &encoding{name: "UTF-8"}
	utf16LE      = &encoding{name: "UTF-16LE", order: binary.LittleEndian}
	utf16BE      = &encoding{name: "UTF-16BE", order: binary.BigEndian}
	windows1252  = codePage("windows-1252", charmap.Windows1252)
)

// codePage takes from a code page the controls between 0x80 and 0x9F: no text
// has them, and a byte that means one is a sign that the page is another.
func codePage(name string, m *charmap.Charmap) *encoding {
	e := &encoding{name: name, page: new([256]string)}
	for b := range 256 {
		r := m.DecodeByte(byte(b))
		if b < utf8.RuneSelf || r != utf8.RuneError && r > 0x9F {
			e.page[b] = string(r)
		}
	}
	return e
}

func encodingNamed(name string) (*encoding, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8":
		return utf8Encoding, nil
	case "utf-16le":
		return utf16LE, nil
	case "utf-16be":
		return utf16BE, nil
	}
	found, err := ianaindex.IANA.Encoding(name)
	if m, ok := found.(*charmap.Charmap); err == nil && ok && m.DecodeByte(',') == ',' {
		return codePage(strings.ToLower(name), m), nil
	}
	return nil, settingsError("encoding %q is not known; save the files as UTF-8, or name a code page such as windows-1252", name)
}

// text reads the file's bytes as text that can be split.
func (e *encoding) text(r io.Reader) io.Reader {
	if e.order != nil {
		return &wideReader{from: r, order: e.order}
	}
	return r
}

// size is how many bytes of the file a piece of text stands for.
func (e *encoding) size(text []byte) int64 {
	if e.order == nil {
		return int64(len(text))
	}
	var n int64
	for _, b := range text {
		switch {
		case b >= 0xF0: // a rune that UTF-16 spells with two units
			n += 4
		case b&0xC0 != 0x80: // any other first byte
			n += 2
		}
	}
	return n
}

// valid reports whether bytes are text.
func (e *encoding) valid(text []byte) bool {
	if e.page == nil {
		return utf8.Valid(text)
	}
	for i := ascii(text); i < len(text); i++ {
		if e.page[text[i]] == "" {
			return false
		}
	}
	return true
}

// append appends the text in UTF-8.
func (e *encoding) append(dst, text []byte) []byte {
	if e.page == nil {
		return append(dst, text...)
	}
	plain := ascii(text)
	dst = append(dst, text[:plain]...)
	for _, b := range text[plain:] {
		dst = append(dst, e.page[b]...)
	}
	return dst
}

// ascii is how many bytes at the start are ASCII, at a look at eight a time.
func ascii(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// A wideReader turns UTF-16 into UTF-8. Half a surrogate pair becomes three
// bytes that are no UTF-8, a last odd byte one: so valid finds them, and size
// still counts right.
type wideReader struct {
	from  io.Reader
	order binary.ByteOrder
	raw   [32 << 10]byte
	held  int // bytes of raw that wait
	out   []byte
	spare [32 << 10 * 3 / 2]byte
	err   error
}

func (w *wideReader) Read(p []byte) (int, error) {
	for len(w.out) == 0 {
		if w.err != nil {
			return 0, w.err
		}
		n, err := w.from.Read(w.raw[w.held:])
		w.held, w.err = w.held+n, err
		w.decode()
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// decode turns what was read into text, but for a unit or pair that is not
// whole yet.
func (w *wideReader) decode() {
	w.out = w.spare[:0]
	i := 0
	for i+2 <= w.held {
		unit := rune(w.order.Uint16(w.raw[i:]))
		if utf16.IsSurrogate(unit) {
			if unit < 0xDC00 && i+4 > w.held && w.err == nil {
				break
			}
			if i+4 <= w.held {
				if r := utf16.DecodeRune(unit, rune(w.order.Uint16(w.raw[i+2:]))); r != utf8.RuneError {
					w.out, i = utf8.AppendRune(w.out, r), i+4
					continue
				}
			}
			w.out, i = append(w.out, 0xED, 0x80|byte(unit>>6&0x3F), 0x80|byte(unit&0x3F)), i+2
			continue
		}
		w.out, i = utf8.AppendRune(w.out, unit), i+2
	}
	if w.err != nil && i < w.held {
		w.out, i = append(w.out, 0xC0), w.held
	}
	w.held = copy(w.raw[:], w.raw[i:w.held])
}

// byteOrderMarks are what editors and Excel put before text.
var byteOrderMarks = []struct {
	mark string
	of   *encoding
}{{"\xEF\xBB\xBF", utf8Encoding}, {"\xFF\xFE", utf16LE}, {"\xFE\xFF", utf16BE}}

// detectEncoding looks at the start of a file, and on through all of it where
// that does not tell. It returns how long the byte order mark is, too.
func detectEncoding(head []byte, file io.ReaderAt, size int64) (*encoding, int, error) {
	for _, m := range byteOrderMarks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.of, len(m.mark), nil
		}
	}
	if e := wideWithoutMark(head[:min(len(head), 1024)]); e != nil {
		return e, 0, nil
	}
	isUTF8, err := looksLikeUTF8(file, size)
	if isUTF8 || err != nil {
		return utf8Encoding, 0, err
	}
	return windows1252, 0, nil
}

// wideWithoutMark finds UTF-16 by the zeros that Western text has in every
// second byte, and nowhere else.
func wideWithoutMark(head []byte) *encoding {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch most := len(head) / 2 * 8 / 10; {
	case len(head) < 4:
		return nil
	case zeros[1] >= most && zeros[0] == 0:
		return utf16LE
	case zeros[0] >= most && zeros[1] == 0:
		return utf16BE
	}
	return nil
}

// enoughSigns beyond ASCII decide between UTF-8 and a code page: text of the one
// is hardly ever valid in the other by chance, so a majority among few is sure,
// and some rows that went wrong do not tip it.
const enoughSigns = 1000

// looksLikeUTF8 weighs what is valid UTF-8 beyond ASCII against what is not. The
// first umlaut of an export may stand anywhere, so ASCII alone decides nothing.
func looksLikeUTF8(file io.ReaderAt, size int64) (bool, error) {
	buf := make([]byte, 256<<10)
	valid, invalid := 0, 0
	for at := int64(0); at < size && valid+invalid < enoughSigns; {
		n, err := file.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if n == 0 && err != nil {
			return false, err
		}
		v, i, used := weigh(buf[:n], at+int64(n) >= size)
		valid, invalid, at = valid+v, invalid+i, at+int64(used)
	}
	return valid >= invalid, nil
}

func weigh(b []byte, last bool) (valid, invalid, used int) {
	i := 0
	for i += ascii(b); i < len(b); i += ascii(b[i:]) {
		if !last && !utf8.FullRune(b[i:]) {
			break
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			invalid++
		} else {
			valid++
		}
		i += n
	}
	return valid, invalid, i
}
