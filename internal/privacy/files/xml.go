package files

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// A dialect says what the parts of an XML file mean. Names are local ones: prefixes
// are the writer's choice.
type dialect struct {
	// paragraph names elements whose text belongs together.
	paragraph func(element string) bool
	// gap is the character that an empty element in a paragraph stands for.
	gap map[string]string
	// joined reports whether the text of an element in a paragraph belongs to it.
	joined func(element string) bool
	// text rewrites the text of an element outside paragraphs; nil for plain text. open
	// ends with that element.
	text func(j *job, open []element, text string) (string, error)
	// attribute rewrites the value of one; nil rewrites all.
	attribute func(j *job, at element, name, value string) (string, error)
	// drop takes an element with all in it out.
	drop func(at element) bool
	// without takes an attribute out.
	without func(element, attribute string) bool
	// changed adds what else has to change where the text of an element did.
	changed func(parent element) *splice
}

// An element is a start tag.
type element struct {
	name  string
	attrs map[string]string // by local name
	start int               // of its tag in the file
	tag   string            // as it is written
}

// anyXML is XML that nothing is known of: all texts and values are rewritten.
var anyXML = dialect{}

// wellFormed reports whether a text is XML.
func wellFormed(text string) bool {
	w := walker{d: xml.NewDecoder(strings.NewReader(text))}
	w.d.CharsetReader = sameCharset
	for {
		if _, err := w.next(); err != nil {
			return errors.Is(err, io.EOF) && w.elements > 0
		}
	}
}

// A walker goes over the tokens of XML as they are written, and checks that tags
// match. encoding/xml reads; nothing of ours is ever written by it, because it knows no
// prefixes: changes are put into the bytes.
type walker struct {
	d          *xml.Decoder
	open       []element
	elements   int
	start, end int // of the token in the file
}

// sameCharset: the text was decoded already, whatever the declaration says.
func sameCharset(_ string, in io.Reader) (io.Reader, error) { return in, nil }

func (w *walker) next() (xml.Token, error) {
	w.start = int(w.d.InputOffset())
	t, err := w.d.RawToken()
	if err != nil {
		if errors.Is(err, io.EOF) && len(w.open) > 0 {
			return nil, Malformed
		}
		return nil, err
	}
	w.end = int(w.d.InputOffset())
	switch t := t.(type) {
	case xml.StartElement:
		if w.elements++; len(w.open) >= maxDepth {
			return nil, TooLarge
		}
		e := element{name: t.Name.Local, attrs: map[string]string{}, start: w.start}
		for _, a := range t.Attr {
			e.attrs[a.Name.Local] = a.Value
		}
		w.open = append(w.open, e)
	case xml.EndElement:
		if len(w.open) == 0 || w.open[len(w.open)-1].name != t.Name.Local {
			return nil, Malformed
		}
	case xml.Directive:
		if bytes.Contains(t, []byte("<!ENTITY")) {
			return nil, Malformed // what an entity holds is read nowhere
		}
	}
	return t, nil
}

// xml rewrites an XML file.
func (j *job) xml(src []byte, d dialect) ([]byte, error) {
	x := &xmlJob{job: j, dialect: d, src: src, walker: walker{d: xml.NewDecoder(bytes.NewReader(src))}}
	x.d.CharsetReader = sameCharset
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = x.token(t)
		}
		if err != nil {
			var r Reason
			if errors.As(err, &r) {
				return nil, r
			}
			return nil, Malformed
		}
	}
	sortSplices(x.all)
	return spliced(src, x.all), nil
}

type xmlJob struct {
	*job
	walker
	dialect
	src        []byte
	all        []splice
	paragraphs []*openParagraph
	dropped    int // depth of an element that is dropped, from 1; 0 for none
}

// An openParagraph ends where the element at its depth does.
type openParagraph struct {
	paragraph
	depth int
}

func (x *xmlJob) token(t xml.Token) error {
	if x.dropped > 0 {
		return x.inDropped(t)
	}
	switch t := t.(type) {
	case xml.StartElement:
		return x.startTag(t)
	case xml.EndElement:
		x.endTag()
	case xml.CharData:
		return x.chars(string(t))
	case xml.Comment:
		if now := x.rewrite(string(t)); now != string(t) {
			x.put(x.start, x.end, "<!--"+strings.ReplaceAll(now, "--", "- -")+"-->")
		}
	case xml.ProcInst:
		if now := x.rewrite(string(t.Inst)); t.Target != "xml" && now != string(t.Inst) {
			x.put(x.start, x.end, "<?"+t.Target+" "+strings.ReplaceAll(now, "?>", "")+"?>")
		}
	}
	return nil
}

func (x *xmlJob) put(start, end int, text string) { x.all = append(x.all, splice{start, end, text}) }

func (x *xmlJob) inDropped(t xml.Token) error {
	if _, ends := t.(xml.EndElement); !ends {
		return nil
	}
	if e := x.open[len(x.open)-1]; len(x.open) == x.dropped {
		x.put(e.start, x.end, "")
		x.dropped = 0
	}
	x.open = x.open[:len(x.open)-1]
	return nil
}

func (x *xmlJob) startTag(t xml.StartElement) error {
	e := &x.open[len(x.open)-1]
	e.tag = string(x.src[x.start:x.end])
	if x.drop != nil && x.drop(*e) {
		x.dropped = len(x.open)
		return nil
	}
	if text, ok := x.gap[e.name]; ok && len(x.paragraphs) > 0 {
		x.paragraphs[len(x.paragraphs)-1].gap(text)
	}
	if x.paragraph != nil && x.paragraph(e.name) {
		x.paragraphs = append(x.paragraphs, &openParagraph{depth: len(x.open)})
	}
	for i, p := range placesIn(e.tag) {
		if i >= len(t.Attr) {
			return Malformed
		}
		a := t.Attr[i]
		if x.without != nil && x.without(e.name, a.Name.Local) {
			x.put(x.start+p.nameAt, x.start+p.end, "")
			continue
		}
		now, err := x.value(*e, a)
		if err != nil {
			return err
		}
		if now != a.Value {
			x.put(x.start+p.start, x.start+p.end, quote(now))
		}
	}
	return nil
}

func (x *xmlJob) value(e element, a xml.Attr) (string, error) {
	if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Space == "xml" {
		return a.Value, nil
	}
	if x.attribute == nil {
		return x.reference(a.Value)
	}
	return x.attribute(x.job, e, a.Name.Local, a.Value)
}

func (x *xmlJob) endTag() {
	if n := len(x.paragraphs); n > 0 && x.paragraphs[n-1].depth == len(x.open) {
		x.all = append(x.all, x.paragraphs[n-1].rewritten(x.job, escape)...)
		x.paragraphs = x.paragraphs[:n-1]
	}
	x.open = x.open[:len(x.open)-1]
}

func (x *xmlJob) chars(text string) error {
	if len(x.open) == 0 {
		return nil
	}
	if n := len(x.paragraphs); n > 0 && x.joined(x.open[len(x.open)-1].name) {
		x.paragraphs[n-1].add(text, x.start, x.end)
		return nil
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	rewrite := x.text
	if rewrite == nil {
		rewrite = func(j *job, _ []element, text string) (string, error) { return j.plain(text), nil }
	}
	out, err := rewrite(x.job, x.open, text)
	if err != nil || out == text {
		return err
	}
	x.put(x.start, x.end, escape(out))
	if x.changed != nil && len(x.open) > 1 {
		if s := x.changed(x.open[len(x.open)-2]); s != nil {
			x.all = append(x.all, *s)
		}
	}
	return nil
}
