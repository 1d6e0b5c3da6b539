package files

import (
	"path"
	"strings"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// ooxml are documents of ECMA-376: docx, xlsx, pptx.
type ooxml struct{}

func (ooxml) kept(name string) bool {
	return strings.Contains(name, "/fonts/") // shapes of letters
}

func (ooxml) dropped(name string) bool {
	return strings.HasPrefix(name, "docProps/thumbnail") || printerSettings(name)
}

// printerSettings names what a printer driver left: the printer's name and its user's.
func printerSettings(name string) bool { return strings.Contains(name, "/printerSettings/") }

func (ooxml) refused(name string) Reason {
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, "vbaproject.bin"), strings.HasSuffix(lower, "vbadata.xml"), strings.Contains(lower, "/macrosheets/"):
		return Macros
	case strings.HasPrefix(lower, "_xmlsignatures/"):
		return Signed
	case strings.Contains(lower, "/embeddings/"), strings.Contains(lower, "/activex/"):
		return Embedded
	}
	return ""
}

func (ooxml) people(name string) bool {
	lower := strings.ToLower(name)
	for _, part := range []string{"docprops/", "comment", "people", "persons/", "authors"} {
		if strings.Contains(lower, part) {
			return path.Ext(lower) == ".xml"
		}
	}
	return false
}

// textAttributes hold words of people, whatever element they are at. All others are
// ids, styles and measures, whose change would break the document.
var textAttributes = map[string]bool{
	"descr": true, "title": true, "alt": true, "tooltip": true, "display": true, "prompt": true, "promptTitle": true, "error": true,
	"errorTitle": true, "userId": true, "caption": true, "url": true, "connection": true, "command": true, "sourceFile": true, "href": true, "uniqueName": true,
}

// textAttributesOf are those that hold words at some elements only.
var textAttributesOf = map[[2]string]bool{
	{"alias", "val"}: true, {"tag", "val"}: true, {"docVar", "val"}: true, {"docPr", "name"}: true, {"cNvPr", "name"}: true,
	{"tableColumn", "name"}: true, {"s", "v"}: true, {"cacheField", "name"}: true, {"hyperlink", "location"}: true,
	{"text", "val"}: true, {"result", "val"}: true, {"default", "val"}: true, {"listEntry", "val"}: true, {"listItem", "displayText"}: true,
}

// names that stand in formulas: what takes their place would have to be one too.
var fixedNames = map[[2]string]bool{{"sheet", "name"}: true, {"definedName", "name"}: true}

func (ooxml) dialect(name string) dialect {
	if strings.HasPrefix(name, "customXml/") && !strings.Contains(name, "Props") && !strings.HasSuffix(name, ".rels") {
		return anyXML
	}
	return dialect{
		paragraph: func(e string) bool { return e == "p" || e == "si" || e == "is" },
		gap:       map[string]string{"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "},
		joined:    func(e string) bool { return e == "t" || e == "delText" },
		text:      officeText,
		attribute: officeAttribute,
		drop:      pointsToDropped,
		without: func(e, a string) bool {
			return e == "pageSetup" && a == "id" && strings.HasPrefix(name, "xl/")
		},
		changed: cellBecomesText,
	}
}

// officeText rewrites text outside paragraphs: properties, cells, formulas.
func officeText(j *job, open []element, text string) (string, error) {
	at := open[len(open)-1]
	if at.name == "v" && len(open) > 1 && notInCell[open[len(open)-2].attrs["t"]] {
		return text, nil
	}
	now, err := docText(j, open, text)
	if at.name == "f" && now != text {
		return "", Fixed
	}
	return now, err
}

// notInCell are types of cells whose value stands elsewhere, or is true, false or an
// error.
var notInCell = map[string]bool{"s": true, "b": true, "e": true}

func officeAttribute(j *job, at element, name, value string) (string, error) {
	place := [2]string{at.name, name}
	switch {
	case authorFields[name], at.name == "cmAuthor" && name == "name":
		return j.gone(privacy.Name, value), nil
	case name == "initials" && j.hides(privacy.Name):
		return "", nil
	case fixedNames[place] && j.rewrite(value) != value:
		return "", Fixed
	case textAttributes[name], textAttributesOf[place], at.name == "Relationship" && name == "Target" && at.attrs["TargetMode"] == "External":
		return j.rewrite(value), nil
	}
	return value, nil
}

// pointsToDropped: a relation or a type of what is left out.
func pointsToDropped(e element) bool {
	switch e.name {
	case "Relationship":
		return strings.HasSuffix(e.attrs["Type"], "/thumbnail") || strings.HasSuffix(e.attrs["Type"], "/printerSettings")
	case "printerSettings": // of Word
		return true
	case "Override":
		return ooxml{}.dropped(strings.TrimPrefix(e.attrs["PartName"], "/"))
	}
	return false
}

// cellBecomesText: a cell whose number became words is a number no more.
func cellBecomesText(e element) *splice {
	if t := e.attrs["t"]; e.name != "c" || t != "" && t != "n" && t != "d" {
		return nil
	}
	for _, p := range placesIn(e.tag) {
		if p.name == "t" {
			return &splice{e.start + p.start, e.start + p.end, `"str"`}
		}
	}
	behind := e.start + strings.IndexAny(e.tag, " \t\r\n/>") // its name
	return &splice{behind, behind, ` t="str"`}
}
