package files

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// An office is a kind of document that is an archive of XML files.
type office interface {
	// kept reports whether an entry is copied as it is: it holds nothing of anybody.
	kept(name string) bool
	// dropped reports whether an entry is left out, with what points to it.
	dropped(name string) bool
	// refused says why an entry makes the document unreadable; "" if it does not.
	refused(name string) Reason
	// dialect is how an XML entry is read.
	dialect(name string) dialect
	// people reports whether an entry names authors.
	people(name string) bool
}

// archive rewrites an Office file. Of other archives nothing is read.
func (j *job) archive(content []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, Malformed
	}
	a := &archiveJob{job: j, files: z.File, packed: len(content)}
	if err := a.look(); err != nil {
		return nil, err
	}
	if err := a.gather(); err != nil {
		return nil, err
	}
	return a.write(content)
}

type archiveJob struct {
	*job
	files    []*zip.File
	packed   int // bytes of the archive
	unpacked int
	kind     office
	changed  bool
}

// look tells the kind of an archive by its entries, and refuses what none has.
func (a *archiveJob) look() error {
	if len(a.files) > maxEntries {
		return TooLarge
	}
	seen := map[string]bool{}
	for _, f := range a.files {
		switch {
		case seen[strings.ToLower(f.Name)]:
			return Malformed // which one is read is the reader's choice
		case f.Flags&1 != 0:
			return Encrypted
		}
		seen[strings.ToLower(f.Name)] = true
	}
	switch {
	case seen["[content_types].xml"]:
		a.kind = ooxml{}
	case len(a.files) > 0 && a.files[0].Name == "mimetype" && seen["content.xml"]:
		a.kind = openDocument{}
	default:
		return UnknownType
	}
	for _, f := range a.files {
		if r := a.kind.refused(f.Name); r != "" {
			return r
		}
	}
	return nil
}

// open unpacks an entry, within bounds.
func (a *archiveJob) open(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, Malformed
	}
	defer r.Close()
	most := min(a.inflated, maxEntry)
	content, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	a.inflated -= len(content)
	a.unpacked += len(content)
	switch {
	case len(content) > most, a.unpacked > ratioFrom && a.unpacked/maxRatio > a.packed:
		return nil, TooLarge
	case err != nil:
		return nil, Malformed
	}
	return content, nil
}

// gather adds the authors of a document to the people on record, before its text.
func (a *archiveJob) gather() error {
	for _, f := range a.files {
		if !a.kind.people(f.Name) {
			continue
		}
		content, err := a.open(f)
		if err != nil {
			return err
		}
		a.authors(content)
	}
	return nil
}

// write rewrites every entry into a new archive; without any change it is the old one.
func (a *archiveJob) write(content []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range a.files {
		if a.kind.dropped(f.Name) {
			a.changed = true
			continue
		}
		if err := a.entry(z, f); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if !a.changed {
		return content, nil
	}
	return out.Bytes(), nil
}

// entry writes one entry, rewritten or as it is.
func (a *archiveJob) entry(z *zip.Writer, f *zip.File) error {
	if strings.HasSuffix(f.Name, "/") || a.kind.kept(f.Name) {
		return copied(z, f)
	}
	content, err := a.open(f)
	if err != nil {
		return err
	}
	now, err := a.rewriteEntry(f.Name, content)
	if err != nil {
		return err
	}
	if bytes.Equal(now, content) {
		return copied(z, f)
	}
	a.changed = true
	w, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
	if err != nil {
		return Malformed
	}
	_, err = w.Write(now)
	return err
}

// copied copies an entry as it is packed, without what its header says besides.
func copied(z *zip.Writer, f *zip.File) error {
	w, err := z.CreateRaw(&zip.FileHeader{Name: f.Name, Method: f.Method, Flags: f.Flags &^ 8, CRC32: f.CRC32,
		CompressedSize64: f.CompressedSize64, UncompressedSize64: f.UncompressedSize64})
	if err != nil {
		return Malformed
	}
	r, err := f.OpenRaw()
	if err != nil {
		return Malformed
	}
	if _, err = io.Copy(w, r); err != nil {
		return Malformed
	}
	return nil
}

func (a *archiveJob) rewriteEntry(name string, content []byte) ([]byte, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".rdf", ".vml":
		return a.xml(content, a.kind.dialect(name))
	}
	if strip := stripperOf(content); strip != nil {
		return strip(content)
	}
	if bytes.HasPrefix(content, []byte("<svg")) || bytes.HasPrefix(content, []byte("<?xml")) {
		return a.xml(content, anyXML)
	}
	return nil, Embedded
}

// authorFields hold a person's name by their place: elements and attributes of the
// properties, comments and changes of documents.
var authorFields = map[string]bool{
	"creator": true, "lastModifiedBy": true, "author": true, "displayName": true, "userName": true, "fullName": true,
	"initial-creator": true, "printed-by": true, "Manager": true, "sender-firstname": true, "sender-lastname": true, "creator-initials": false,
}

// authors reads whom an entry names.
func (a *archiveJob) authors(content []byte) {
	read := dialect{
		text: func(j *job, open []element, text string) (string, error) {
			switch at := open[len(open)-1]; {
			case authorFields[at.name]:
				j.meet(privacy.Identity{Name: text})
			case at.name == "Company":
				j.meet(privacy.Identity{Organization: text})
			}
			return text, nil
		},
		attribute: func(j *job, at element, name, value string) (string, error) {
			if authorFields[name] || at.name == "cmAuthor" && name == "name" {
				j.meet(privacy.Identity{Name: value})
			}
			return value, nil
		},
	}
	_, _ = a.xml(content, read) // what is malformed is found when it is rewritten
}

// docText rewrites what an element of a document says.
func docText(j *job, open []element, text string) (string, error) {
	switch at := open[len(open)-1]; {
	case authorFields[at.name]:
		return j.gone(privacy.Name, text), nil
	case at.name == "Company":
		return j.gone(privacy.Organization, text), nil
	case at.name == "creator-initials" && j.hides(privacy.Name):
		return "", nil
	}
	return j.plain(text), nil
}
