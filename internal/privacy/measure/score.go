package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode"

	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/lines"
)

// A tally of one kind counts as the data's README says: a mention is found when a
// prediction of its type overlaps it; precision counts predictions that overlap a
// mention of their type; a mention leaks when a letter or digit of it is covered
// by no prediction of any type.
type tally struct{ mentions, found, leaked, predictions, right int }

func (t tally) precision() float64 { return share(t.right, t.predictions) }
func (t tally) recall() float64    { return share(t.found, t.mentions) }
func (t tally) leak() float64      { return share(t.leaked, t.mentions) }
func (t tally) f1() float64 {
	p, r := t.precision(), t.recall()
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// A result is the score of one engine on some samples.
type result struct {
	types      map[string]*tally
	sources    map[string]*tally // of people, by what is on record of them
	forms      map[string]*tally
	all        tally
	outside    int // characters outside all mentions
	overmasked int
	missed     map[string][]string
	wrong      map[string][]string
}

func newResult() *result {
	return &result{types: map[string]*tally{}, sources: map[string]*tally{}, forms: map[string]*tally{}, missed: map[string][]string{}, wrong: map[string][]string{}}
}

func in(m map[string]*tally, key string) *tally {
	if m[key] == nil {
		m[key] = &tally{}
	}
	return m[key]
}

// add scores one sample. names maps types of the predictions to those of the data.
func (r *result) add(s sample, found []lines.Span) {
	text := []rune(s.Text)
	masked := make([]bool, len(text))
	for _, p := range found {
		for i := p.Start; i < p.End && i < len(text); i++ {
			masked[i] = true
		}
	}
	gold := make([]bool, len(text))
	for _, m := range s.Spans {
		r.mention(s, m, text, masked, gold, found)
	}
	for _, p := range found {
		right := slices.ContainsFunc(s.Spans, func(m mention) bool { return m.Type == p.Type && m.Start < p.End && p.Start < m.End })
		t := in(r.types, p.Type)
		t.predictions++
		if right {
			t.right++
		} else {
			r.wrong[p.Type] = append(r.wrong[p.Type], around(s, text, p.Start, p.End))
		}
	}
	for i := range text {
		if gold[i] {
			continue
		}
		r.outside++
		if masked[i] {
			r.overmasked++
		}
	}
}

func (r *result) mention(s sample, m mention, text []rune, masked, gold []bool, found []lines.Span) {
	leaked := false
	for i := m.Start; i < m.End; i++ {
		gold[i] = true
		if !masked[i] && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i])) {
			leaked = true
		}
	}
	hit := slices.ContainsFunc(found, func(p lines.Span) bool { return p.Type == m.Type && m.Start < p.End && p.Start < m.End })
	tallies := []*tally{&r.all, in(r.types, m.Type)}
	if m.Type == "PERSON" && m.Source != "" {
		tallies = append(tallies, in(r.sources, m.Source), in(r.forms, m.Form))
	}
	for _, t := range tallies {
		t.mentions++
		if hit {
			t.found++
		}
		if leaked {
			t.leaked++
		}
	}
	if leaked {
		key := m.Type + " " + m.Source
		r.missed[key] = append(r.missed[key], around(s, text, m.Start, m.End))
	}
}

func around(s sample, text []rune, start, end int) string {
	return fmt.Sprintf("%s %q«%s»%q", s.ID, string(text[max(0, start-30):start]), string(text[start:end]), string(text[end:min(len(text), end+15)]))
}

// quality scores the engine on the tickets, with their record and account.
func quality(tickets []sample, tagger bool, misses int) error {
	found, err := engine(tickets, true, tagger)
	if err != nil {
		return err
	}
	for _, lang := range []string{"", "en", "de"} {
		r := newResult()
		for i, s := range tickets {
			if lang == "" || s.Lang == lang {
				r.add(s, found[i])
			}
		}
		fmt.Printf("\ntickets_en_de.dev %s, mode: record and account, %s\n", map[string]string{"": "all", "en": "English", "de": "German"}[lang], mode(tagger))
		r.print()
		if lang == "" {
			r.show(misses)
		}
	}
	return nil
}

func mode(tagger bool) string {
	if tagger {
		return "tagger on, the default"
	}
	return "tagger off"
}

// engine answers samples through what the command uses.
func engine(samples []sample, withAccount, tagger bool) (found [][]lines.Span, err error) {
	var of *privacy.Directory
	if withAccount {
		if of, err = lines.ReadDirectory(directory(account(samples))); err != nil {
			return nil, err
		}
	}
	job := lines.Job{Format: "jsonl", Account: of}
	if tagger {
		if job.Policy, err = privacy.Compile(privacy.Policy{Preset: "demo", Tagger: true}); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if _, err := job.Run(asked(samples), &out); err != nil {
		return nil, err
	}
	d := json.NewDecoder(&out)
	for range samples {
		var a struct{ Spans []lines.Span }
		if err := d.Decode(&a); err != nil {
			return nil, err
		}
		found = append(found, a.Spans)
	}
	return found, nil
}

func (r *result) print() {
	fmt.Printf("leak of all kinds %.4f of %d   over-masking %.3f %%\n", r.all.leak(), r.all.mentions, 100*share(r.overmasked, r.outside))
	for _, name := range slices.Sorted(maps.Keys(r.sources)) {
		t := r.sources[name]
		fmt.Printf("  PERSON %-8s leak %.4f of %d\n", name, t.leak(), t.mentions)
	}
	for _, name := range slices.Sorted(maps.Keys(r.types)) {
		t := r.types[name]
		fmt.Printf("  %-18s F1 %.4f  P %.4f  R %.4f  leak %.4f of %d\n", name, t.f1(), t.precision(), t.recall(), t.leak(), t.mentions)
	}
}

func (r *result) show(n int) {
	if n == 0 {
		return
	}
	for _, of := range []struct {
		what string
		by   map[string][]string
	}{{"missed", r.missed}, {"wrong", r.wrong}} {
		for _, key := range slices.Sorted(maps.Keys(of.by)) {
			all := of.by[key]
			fmt.Printf("-- %s %s: %d\n", of.what, key, len(all))
			for i := 0; i < len(all); i += max(1, len(all)/n) {
				fmt.Println("  ", all[i])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.forms)) {
		t := r.forms[name]
		fmt.Printf("  form %-10s leak %.4f of %d\n", name, t.leak(), t.mentions)
	}
}
