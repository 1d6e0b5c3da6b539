package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
)

// cut splits a text into rows and what is none.
func cut(t rapid.TB, text []byte, columns, limit int, e *encoding) (rows [][]string, all []stretch) {
	t.Helper()
	s := splitter{columns: columns, limit: limit, encoding: e, scanner: scanner{separator: ','},
		from: func(offset int64) io.Reader { return e.text(bytes.NewReader(text[min(int(offset), len(text)):])) }}
	s.seek(position{line: 1})
	for {
		st, err := s.next()
		if errors.Is(err, io.EOF) {
			return rows, all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, st)
		if st.reason == "" {
			var row []string
			for _, c := range s.cells {
				row = append(row, string(c.append(nil, s.row(), e)))
			}
			rows = append(rows, row)
		}
	}
}

// wantAccounted wants every byte of the text in exactly one stretch, but for
// blank lines, and every stretch at its line.
func wantAccounted(t rapid.TB, text []byte, all []stretch) {
	t.Helper()
	end := int64(0)
	for _, s := range all {
		if s.at.offset < end || s.size <= 0 {
			t.Fatalf("a stretch of %d bytes at %d overlaps one that ends at %d", s.size, s.at.offset, end)
		}
		wantBlank(t, text[end:s.at.offset])
		if line := 1 + bytes.Count(text[:s.at.offset], []byte{'\n'}); int64(line) != s.at.line {
			t.Fatalf("the stretch at %d is said to be in line %d, and is in %d", s.at.offset, s.at.line, line)
		}
		end = s.at.offset + s.size
	}
	wantBlank(t, text[end:])
}

func wantBlank(t rapid.TB, text []byte) {
	t.Helper()
	if len(bytes.Trim(text, "\r\n")) > 0 {
		t.Fatalf("%d bytes are in no stretch", len(text))
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"a,b\n", "a,\"b\nc\"\n\r\n", "a,\"b\nc,d\n", "\"a\"b,c\n", "\"\"\"\"\"\n,\"\n\"\n", "a,b,c\r\nd\r", ",,,\n\"", "\r", "a,\"b\"\r"} {
		f.Add([]byte(seed), 2, 40)
	}
	f.Fuzz(func(t *testing.T, text []byte, columns, limit int) {
		columns, limit = 1+abs(columns)%4, 1+abs(limit)%200
		_, all := cut(t, text, columns, limit, utf8Encoding)
		wantAccounted(t, text, all)
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

// A row that is broken never takes another with it: whatever byte of a table a
// stray quote gets into, all other rows are read.
func TestAStrayQuoteCostsNoRowButItsOwn(t *testing.T) {
	cell := rapid.StringMatching(`[a-z ]{0,4}`)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 4, 4), 1, 8).Draw(t, "rows")
		var text []byte
		var ends []int
		for i := range rows {
			rows[i][0] = "k" + rows[i][0]
			text = append(text, strings.Join(rows[i], ",")+"\n"...)
			ends = append(ends, len(text))
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		hit, _ := slices.BinarySearch(ends, at+1)
		got, all := cut(t, slices.Insert(text, at, '"'), 4, 1<<20, utf8Encoding)
		if want := slices.Delete(rows, hit, hit+1); !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if len(all) != len(got)+1 {
			t.Fatalf("%d stretches for %d rows and one that is broken", len(all), len(got))
		}
	})
}

// What encoding/csv writes is read as it was, also what encoding/csv itself
// would read otherwise: \r\n inside of a value.
func TestWhatIsWrittenByTheStandardIsReadExactly(t *testing.T) {
	cell := rapid.OneOf(rapid.SampledFrom([]string{"", "\r\n", "a\r\nb\r", "\"", "\"\"", ",", " ", "\n", "é\x00", `\.`}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.SliceOfN(cell, 3, 3)).Draw(t, "rows")
		crlf := rapid.Bool().Draw(t, "crlf")
		var b bytes.Buffer
		w := stdcsv.NewWriter(&b)
		w.UseCRLF = crlf
		for i := range rows {
			rows[i][0] = "k" + rows[i][0]
			if crlf { // then the writer itself rewrites line ends in values
				for j := range rows[i] {
					rows[i][j] = strings.NewReplacer("\r", "", "\n", "").Replace(rows[i][j])
				}
			}
			w.Write(rows[i])
		}
		w.Flush()
		got, all := cut(t, b.Bytes(), 3, 1<<20, utf8Encoding)
		if !slices.EqualFunc(got, rows, slices.Equal[[]string]) || len(all) != len(rows) {
			t.Fatalf("got %q, want %q", got, rows)
		}
	})
}

// UTF-16 changes the bytes and nothing else: the same rows, offsets that lead
// back to each of them, and half a surrogate pair is told from text.
func TestUTF16IsReadLikeUTF8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([ab,"\n\r😀ü]{0,3}){0,20}`).Draw(t, "text")
		var wide []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		want, wantAll := cut(t, []byte(text), 2, 1<<20, utf8Encoding)
		got, all := cut(t, wide, 2, 1<<20, utf16LE)
		if !slices.EqualFunc(got, want, slices.Equal[[]string]) || len(all) != len(wantAll) {
			t.Fatalf("got %q, want %q", got, want)
		}
		for i, s := range all {
			one, _ := cut(t, wide[s.at.offset:s.at.offset+s.size], 2, 1<<20, utf16LE)
			if s.reason == "" && len(one) != 1 || wantAll[i].reason != s.reason {
				t.Fatalf("stretch %d leads to %d rows (%s)", i, len(one), s.reason)
			}
		}
	})
	if half, _ := cut(t, []byte{'a', 0, 0x3D, 0xD8, '\n', 0}, 1, 100, utf16LE); utf16LE.valid([]byte(half[0][0])) {
		t.Errorf("half a surrogate pair is taken for text: %q", half[0][0])
	}
}

// The cases in which it is not obvious how far a broken row goes.
func TestABrokenRowEndsWhereItsAuthorMeantItTo(t *testing.T) {
	long := strings.Repeat("Dear Sirs\n", 30)
	for name, test := range map[string]struct {
		text   string
		rows   []string // the first cell of each
		broken []int64  // the line of each
		reason string
	}{
		"a quote inside of a message":              {"1,\"say \"hi\" to\nall of us\",x\n2,a,b\n", []string{"2"}, []int64{1}, connectors.BrokenQuotes},
		"a message that was cut off":               {"1,a,b\n2,\"Dear Sirs\nI write\nbec", []string{"1"}, []int64{2}, connectors.BrokenQuotes},
		"a value too many behind a message":        {"1,a,\"Dear\nSirs\",x\n2,a,b\n", []string{"2"}, []int64{1}, connectors.BrokenColumns},
		"a quote that swallows a row":              {"1,\"abc,x\n2,\"def\",y\n3,a,b\n", []string{"2", "3"}, []int64{1}, connectors.BrokenQuotes},
		"a quote that swallows all":                {"1,\"abc,x\n2,d,e\n3,a,b\n", []string{"2", "3"}, []int64{1}, connectors.BrokenQuotes},
		"two quotes that make a row by RFC 4180":   {"1,\"abc,x\n2,d,e\n3,f\",y\n4,a,b\n", []string{"1", "4"}, nil, ""},
		"two quotes with rows between":             {"1,\"abc,x\n2,d,e\n3,f\" g,y\n4,a,b\n", []string{"2", "4"}, []int64{1, 3}, connectors.BrokenQuotes},
		"two neighbours, a quote each":             {"1,\"abc,x\n2,de\"f,y\n3,a,b\n", []string{"3"}, []int64{1, 2}, connectors.BrokenQuotes},
		"a row behind that begins a message":       {"1,\"abc,x\n2,\"Dear\nSirs\",y\n", []string{"2"}, []int64{1}, connectors.BrokenQuotes},
		"a message longer than a row may be":       {"1,\"" + long + "\",x\n2,a,b\n", []string{"2"}, []int64{1}, connectors.BrokenTooLarge},
		"a line longer than a row may be":          {"1,b," + strings.Repeat("x", 300) + "\n2,a,b\n", []string{"2"}, []int64{1}, connectors.BrokenTooLarge},
		"a quote, and rows beyond what is allowed": {"1,\"abc,x\n" + strings.Repeat("2,d,e\n", 40), slices.Repeat([]string{"2"}, 40), []int64{1}, connectors.BrokenQuotes},
	} {
		t.Run(name, func(t *testing.T) {
			rows, all := cut(t, []byte(test.text), 3, 200, utf8Encoding)
			wantAccounted(t, []byte(test.text), all)
			var first []string
			for _, r := range rows {
				first = append(first, r[0])
			}
			var broken []int64
			for _, s := range all {
				if s.reason != "" {
					broken = append(broken, s.at.line)
					if s.reason != test.reason {
						t.Errorf("line %d is broken for %s, want %s", s.at.line, s.reason, test.reason)
					}
				}
			}
			if !slices.Equal(first, test.rows) || !slices.Equal(broken, test.broken) {
				t.Errorf("rows %q and broken lines %v, want %q and %v", first, broken, test.rows, test.broken)
			}
		})
	}
}

// Looking for the end of a broken row is looking ahead. Were that repeated for
// every row, some megabytes of such lines would take minutes.
func TestAFileOfNothingButBrokenRowsIsReadInOneGo(t *testing.T) {
	for _, line := range []string{"\"b\n", "a,\"b\n", "x\"\"\n", "\"\"\"\n", "\",\"\n", "\"x\ny\n", "a,b,\"c\n"} {
		for _, before := range []string{"", "k,\""} {
			text := []byte(before + strings.Repeat(line, 1<<20/len(line)))
			begin := time.Now()
			_, all := cut(t, text, 3, defaultLimit, utf8Encoding)
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("a megabyte of %q took %s", line, took)
			}
			wantEnd(t, text, all)
		}
	}
}

func wantEnd(t *testing.T, text []byte, all []stretch) {
	t.Helper()
	if last := all[len(all)-1]; last.at.offset+last.size != int64(len(text)) {
		t.Errorf("%d of %d bytes are accounted for", last.at.offset+last.size, len(text))
	}
}
