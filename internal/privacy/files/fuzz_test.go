package files

import (
	"bytes"
	"testing"
)

// fuzz hands bytes to one parser: it ends without a panic, what it returns it accepts
// again, and the second time nothing changes. Whether a type is told apart right is no
// matter here: parsers get what is none of theirs too.
func fuzz(f *testing.F, parse func(j *job, src []byte) ([]byte, error), seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	r := rewriter(f, "pseudonymous")
	again := func(src []byte) ([]byte, error) {
		return r.job(ticket()).settled(src, parse)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		was := bytes.Clone(src)
		out, err := again(src)
		if !bytes.Equal(src, was) {
			t.Fatal("the file was changed in place")
		}
		if err != nil {
			return
		}
		switch twice, err := again(bytes.Clone(out)); {
		case err != nil:
			t.Fatalf("its own output is not readable (%v):\n%q\n%q", err, src, out)
		case !bytes.Equal(twice, out):
			t.Fatalf("the second time it changes:\n%q\n%q\n%q", src, out, twice)
		}
	})
}

// of are the samples whose names are given.
func of(f *testing.F, names ...string) (seeds [][]byte) {
	for _, s := range samples(f) {
		for _, n := range names {
			if s.name == n {
				seeds = append(seeds, s.content)
			}
		}
	}
	if len(seeds) != len(names) {
		f.Fatalf("there are %d samples of %v", len(seeds), names)
	}
	return seeds
}

func FuzzFile(f *testing.F) {
	var seeds [][]byte
	for _, s := range samples(f) {
		seeds = append(seeds, s.content)
	}
	fuzz(f, (*job).file, seeds...)
}

func FuzzJSON(f *testing.F) {
	fuzz(f, func(j *job, src []byte) ([]byte, error) {
		if out, ok := j.json(string(src)); ok {
			return out, nil
		}
		return nil, Malformed
	}, append(of(f, "JSON", "JSON lines"), []byte(`{"\ud800":"\ufffd","a":{"b":[[]]},"password":12345678}`))...)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, func(j *job, src []byte) ([]byte, error) {
		if out, ok := j.csv(string(src), ';'); ok {
			return out, nil
		}
		return nil, Malformed
	}, append(of(f, "CSV"), []byte("\n\na;\"b\r\nJane Zwyxwvut\"\n\n;\r\n"))...)
}

func FuzzXML(f *testing.F) {
	fuzz(f, func(j *job, src []byte) ([]byte, error) { return j.xml(src, anyXML) }, of(f, "XML", "SVG")...)
}

func FuzzOfficeXML(f *testing.F) {
	var seeds [][]byte
	for _, s := range samples(f) {
		if bytes.HasPrefix(s.content, []byte("PK")) {
			for _, text := range entriesOf(f, s.content) {
				seeds = append(seeds, []byte(text))
			}
		}
	}
	fuzz(f, func(j *job, src []byte) ([]byte, error) {
		return j.xml(src, ooxml{}.dialect("xl/worksheets/sheet1.xml"))
	}, seeds...)
}

func FuzzHTML(f *testing.F) {
	fuzz(f, func(j *job, src []byte) ([]byte, error) { return j.html(string(src)) }, append(of(f, "HTML"), []byte(`<a href=x/y =z title='Jane Zwyxwvut' a = "b"/><textarea>Jane Zwyxwvut`))...)
}

func FuzzContentLines(f *testing.F) {
	fuzz(f, func(j *job, src []byte) ([]byte, error) { return j.contentLines(string(src)) }, append(of(f, "vCard", "calendar"),
		[]byte("BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Okonjo;Qu=\n=65ntin\nADR:;;1 Main St;;;;\nEND:VCARD"))...)
}

func FuzzMail(f *testing.F) { fuzz(f, (*job).mail, of(f, "mail")...) }

func FuzzArchive(f *testing.F) { fuzz(f, (*job).archive, of(f, "docx", "xlsx", "pptx", "odt")...) }

func FuzzImages(f *testing.F) {
	fuzz(f, func(_ *job, src []byte) ([]byte, error) {
		if strip := stripperOf(src); strip != nil {
			return strip(src)
		}
		return nil, UnknownType
	}, of(f, "PNG", "JPEG", "GIF", "WebP", "TIFF")...)
}
