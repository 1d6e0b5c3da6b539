package files

import (
	"path"
	"strings"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// openDocument are documents of OASIS OpenDocument: odt, ods, odp.
type openDocument struct{}

func (openDocument) kept(name string) bool {
	return name == "mimetype" || strings.HasPrefix(name, "Fonts/")
}

func (openDocument) dropped(name string) bool {
	return strings.HasPrefix(name, "Thumbnails/") || name == "layout-cache"
}

func (openDocument) refused(name string) Reason {
	switch {
	case strings.HasPrefix(name, "Basic/"), strings.HasPrefix(name, "Scripts/"), strings.HasPrefix(name, "Dialogs/"):
		return Macros
	case name == "META-INF/documentsignatures.xml", name == "META-INF/macrosignatures.xml":
		return Signed
	}
	return ""
}

func (openDocument) people(name string) bool {
	return path.Base(name) == "meta.xml" || path.Base(name) == "content.xml"
}

// odfTextAttributes hold words of people. Of the others, values of cells are looked at
// besides: see odfAttribute.
var odfTextAttributes = map[string]bool{
	"string-value": true, "title": true, "href": true, "description": true, "target-frame-name": true, "formula": false,
}

func (openDocument) dialect(string) dialect {
	return dialect{
		paragraph: func(e string) bool { return e == "p" || e == "h" },
		gap:       map[string]string{"tab": " ", "line-break": "\n", "s": " "},
		joined: func(e string) bool {
			_, apart := authorFields[e]
			return !apart && e != "date"
		},
		text: func(j *job, open []element, text string) (string, error) {
			if at := open[len(open)-1]; at.name == "config-item" && at.attrs["name"] == "PrinterSetup" {
				return "", nil // the printer's name and its user's, in letters
			}
			return docText(j, open, text)
		},
		attribute: odfAttribute,
		drop: func(e element) bool {
			return e.name == "file-entry" && openDocument{}.dropped(e.attrs["full-path"])
		},
	}
}

func odfAttribute(j *job, at element, name, value string) (string, error) {
	switch {
	case at.name == "file-entry" || at.name == "encryption-data":
		return value, nil
	case name == "value" && at.name == "table-cell":
		if j.rewrite(value) != value {
			return "0", nil // the cell shows its paragraph, which says what stood here
		}
	case name == "name" && at.name == "table", name == "formula":
		if j.rewrite(value) != value {
			return "", Fixed
		}
	case authorFields[name]:
		return j.gone(privacy.Name, value), nil
	case odfTextAttributes[name]:
		return j.rewrite(value), nil
	}
	return value, nil
}
