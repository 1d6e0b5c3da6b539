package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"

	"github.com/safeconduct/safeconduct/internal/privacy/lines"
)

// A mention is what somebody planted or marked.
type mention struct {
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Type   string `json:"type"`
	Source string `json:"src"`
	Form   string `json:"kind"`
}

// A sample is one text of the data.
type sample struct {
	ID      string         `json:"id"`
	Lang    string         `json:"lang"`
	Text    string         `json:"text"`
	Spans   []mention      `json:"spans"`
	Record  []lines.Person `json:"record"`
	Account []lines.Person `json:"account"`
}

func read(name string) (all []sample, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: name the folder that holds data/pii with SAFECONDUCT_SHARED", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var one sample
		if err := json.Unmarshal(s.Bytes(), &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, s.Err()
}

// account is the union of all lines' account people, each once.
func account(all []sample) (people []lines.Person) {
	seen := map[string]bool{}
	for _, s := range all {
		for _, p := range s.Account {
			key := fmt.Sprint(p)
			if !seen[key] {
				seen[key] = true
				people = append(people, p)
			}
		}
	}
	return people
}

// asked is the input of scan: the lines without what is to be found.
func asked(all []sample) *bytes.Buffer {
	var b bytes.Buffer
	for _, s := range all {
		line, _ := json.Marshal(map[string]any{"id": s.ID, "lang": s.Lang, "text": s.Text, "record": s.Record})
		b.Write(append(line, '\n'))
	}
	return &b
}

func directory(people []lines.Person) *bytes.Buffer {
	var b bytes.Buffer
	for _, p := range people {
		line, _ := json.Marshal(p)
		b.Write(append(line, '\n'))
	}
	return &b
}
