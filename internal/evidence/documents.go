package evidence

import (
	"encoding/json"
	"fmt"
	"strings"
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
	documents, err := withPages(Document{"report.json", text}, r.Page, render)
	if err != nil {
		return nil, err
	}
	return append(documents, Document{"aside.csv", r.AsideCSV()}, Document{"differences.csv", r.DifferencesCSV()}), nil
}

// withPages adds a page in each language to a document for machines.
func withPages(first Document, page func(lang string) (Page, error), render Renderer) ([]Document, error) {
	documents := []Document{first}
	for _, lang := range Languages() {
		p, err := page(lang)
		if err != nil {
			return nil, err
		}
		text, err := render(p)
		if err != nil {
			return nil, err
		}
		documents = append(documents, Document{pageName(strings.TrimSuffix(first.Name, ".json"), lang), text})
	}
	return documents, nil
}

// pageName is report.html for the first language and report.de.html for others.
func pageName(of, lang string) string {
	if lang == Languages()[0] {
		return of + ".html"
	}
	return of + "." + lang + ".html"
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
