package sample_test

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// A row of the export by its column names.
type row map[string]string

func rows(t *testing.T, content []byte) []row {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	for _, cells := range all[1:] {
		r := row{}
		for i, c := range cells {
			r[all[0][i]] = c
		}
		list = append(list, r)
	}
	return list
}

// into sets the fields of the struct from the row's columns and removes them.
func (r row) into(t *testing.T, ptr any, rename map[string]string) {
	t.Helper()
	table := helpdesk.TableOf(ptr)
	for i, f := range table.Fields {
		column := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		if to := rename[column]; to != "" {
			column = to
		}
		cell, ok := r[column]
		delete(r, column)
		if !ok || cell == "" || cell == "false" {
			continue
		}
		values := []string{cell}
		if f.Many {
			values = unlist(cell)
		}
		if err := table.Value(ptr, i).Set(values); err != nil {
			t.Fatal(err)
		}
	}
}

// unlist undoes what the export does to lists.
func unlist(cell string) []string {
	list, escaped := []string{""}, false
	for _, r := range cell {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == ';':
			list = append(list, "")
		default:
			list[len(list)-1] += string(r)
		}
		escaped = false
	}
	return list
}

// Whoever reads the export has the account again, to the last character.
func TestExportHoldsTheWholeAccount(t *testing.T) {
	a := sample.Crash()
	export, err := a.Export()
	if err != nil {
		t.Fatal(err)
	}
	tickets := map[string]*helpdesk.Ticket{}
	for _, r := range rows(t, export["tickets.csv"]) {
		tk := &helpdesk.Ticket{}
		key := r["key"]
		r.into(t, tk, nil)
		delete(r, "key")
		delete(r, "changed")
		for name, cell := range r {
			if custom, ok := strings.CutPrefix(name, "custom:"); ok && cell != "" {
				tk.Custom = append(tk.Custom, helpdesk.CustomValue{Name: custom, Values: unlist(cell)})
			} else if cell != "" {
				tk.Extra = append(tk.Extra, helpdesk.ExtraValue{Name: name, Values: unlist(cell)})
			}
		}
		tickets[key] = tk
	}
	addParts(t, export, tickets)
	for _, want := range a.Of(helpdesk.KindTicket) {
		got := helpdesk.Record{Kind: helpdesk.KindTicket, Ticket: tickets[want.Key]}
		for w, g := range helpdesk.Pairs(&want, &got) {
			if w.Field.Name == "attachment.size" {
				continue
			}
			if !reflect.DeepEqual(w.Strings(), g.Strings()) {
				t.Errorf("ticket %s %s = %.60q, want %.60q", want.Key, w.Path(), g.Strings(), w.Strings())
			}
		}
	}
}

func addParts(t *testing.T, export map[string][]byte, tickets map[string]*helpdesk.Ticket) {
	t.Helper()
	parent := map[string]*helpdesk.Ticket{}
	for _, r := range rows(t, export["comments.csv"]) {
		var c helpdesk.Comment
		tk := tickets[r["ticket"]]
		if r["sender_ip"] != "" {
			c.Extra = []helpdesk.ExtraValue{{Name: "sender_ip", Values: []string{r["sender_ip"]}}}
		}
		r.into(t, &c, nil)
		tk.Comments = append(tk.Comments, c)
		parent[c.Key] = tk
	}
	for _, r := range rows(t, export["attachments.csv"]) {
		var a helpdesk.Attachment
		if _, ok := export[r["file"]]; !ok {
			t.Errorf("attachment %s has no file", r["key"])
		}
		comment := r["comment"]
		r.into(t, &a, nil)
		if tk := parent[comment]; tk != nil {
			for i := range tk.Comments {
				if tk.Comments[i].Key == comment {
					tk.Comments[i].Attachments = append(tk.Comments[i].Attachments, a)
				}
			}
		}
	}
	parts(t, export["links.csv"], tickets, map[string]string{"ticket": "to"}, func(tk *helpdesk.Ticket) *[]helpdesk.Link { return &tk.Links })
	parts(t, export["participants.csv"], tickets, nil, func(tk *helpdesk.Ticket) *[]helpdesk.Participant { return &tk.Participants })
	parts(t, export["time_entries.csv"], tickets, nil, func(tk *helpdesk.Ticket) *[]helpdesk.TimeEntry { return &tk.TimeEntries })
	parts(t, export["ratings.csv"], tickets, nil, func(tk *helpdesk.Ticket) *[]helpdesk.Rating { return &tk.Ratings })
}

func parts[P any](t *testing.T, content []byte, tickets map[string]*helpdesk.Ticket, rename map[string]string, of func(*helpdesk.Ticket) *[]P) {
	t.Helper()
	for _, r := range rows(t, content) {
		var p P
		list := of(tickets[r["ticket"]])
		r.into(t, &p, rename)
		*list = append(*list, p)
	}
}

func TestWriteReplacesAnOldExportAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	a := sample.Crash()
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	keep(t, dir, "README.md", "files/old.png")
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	if !exists(dir, "README.md") || exists(dir, "files/old.png") || !exists(dir, "tickets.csv") {
		t.Error("a second Write must keep README.md and remove files/old.png")
	}
}
