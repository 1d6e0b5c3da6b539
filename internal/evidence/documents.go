package evidence

import (
	"encoding/json"
	"fmt"
)

// A Document is one file of the folder that a run leaves to be filed.
type Document struct {
	Name    string
	Content []byte
}

// A Renderer makes the document for people out of a page. It is handed in: what
// renders is a large library, and who gathers a report needs none of it.
type Renderer func(Page) ([]byte, error)

// Documents renders the whole folder: the report for machines, a page in each
// language, and the long lists for spreadsheets. The same report gives the same
// bytes.
func (r Report) Documents(render Renderer) ([]Document, error) {
	text, err := r.JSON()
	if err != nil {
		return nil, err
	}
	documents := []Document{{"report.json", text}}
	for _, lang := range Languages() {
		page, err := r.Page(lang)
		if err != nil {
			return nil, err
		}
		text, err := render(page)
		if err != nil {
			return nil, err
		}
		documents = append(documents, Document{pageName(lang), text})
	}
	return append(documents, Document{"aside.csv", r.AsideCSV()}, Document{"differences.csv", r.DifferencesCSV()}), nil
}

// pageName is report.html for the first language and report.de.html for others.
func pageName(lang string) string {
	if lang == Languages()[0] {
		return "report.html"
	}
	return "report." + lang + ".html"
}

// JSON renders the report for machines, with its verdict in English.
func (r Report) JSON() ([]byte, error) {
	doc := struct {
		Verdict Verdict `json:"verdict"`
		Report
	}{r.Verdict("en"), r.normal()}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("evidence: write the report as JSON: %w", err)
	}
	return append(text, '\n'), nil
}
