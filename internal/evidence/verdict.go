package evidence

import (
	"unicode"
	"unicode/utf8"
)

// A Level says in one word how a run ended.
type Level string

const (
	// Clean: every record is accounted for and nothing is left to do.
	Clean Level = "clean"
	// Attention: the run is through, and something needs a person's decision.
	Attention Level = "attention"
	// Failed: the run did not come through, or what it moved can't be relied on.
	Failed Level = "failed"
)

// A Verdict is a run in one sentence, and what to look at, the gravest first.
type Verdict struct {
	Level    Level   `json:"level"`
	Sentence string  `json:"sentence"`
	Points   []Point `json:"points"`
}

// A Point is one thing to look at.
type Point struct {
	Name  string `json:"name"` // "quarantined"
	Level Level  `json:"level"`
	Count int    `json:"count"`
	Text  string `json:"text"` // what is so
	Next  string `json:"next"` // what to do

	Section string `json:"-"` // of the page that shows it
}

// Partial reports whether the run is through and left something to decide:
// records in quarantine or pending, fields that differ unexpectedly, findings in
// the output. A process that ends so exits with 10; a clean one with 0.
func (r Report) Partial() bool { return r.level() == Attention }

// Verdict judges the run, in the words of a language.
func (r Report) Verdict(lang string) Verdict {
	l, err := languageOf(lang)
	if err != nil {
		l, _ = languageOf(Languages()[0])
	}
	return r.normal().verdict(l)
}

// A concern is a way in which a run can be less than clean. Its name is the key
// of its texts.
type concern struct {
	name    string
	level   Level
	section string
	count   func(Report) int
}

// concerns lists all, the gravest first.
var concerns = []concern{
	{"failure", Failed, "facts", func(r Report) int { return truth(r.Failure != "" || r.State == failed) }},
	{"given_up", Failed, "facts", func(r Report) int { return truth(r.State == givenUp) }},
	{"missing", Failed, "census", func(r Report) int { return r.census(func(k KindCensus) int { return k.Missing }) }},
	{"doubled", Failed, "census", func(r Report) int { return r.census(func(k KindCensus) int { return k.Doubled }) }},
	{"foreign", Failed, "census", func(r Report) int { return r.census(func(k KindCensus) int { return k.Foreign }) }},
	{"unaccounted", Failed, "records", func(r Report) int { return r.unaccounted() * truth(r.ended() || r.counted()) }},
	{"not_conserved", Failed, "census", func(r Report) int {
		return truth(r.counted() && !r.Census.Conserved && r.unaccounted() == 0 &&
			r.census(func(k KindCensus) int { return k.Missing + k.Foreign + k.Doubled }) == 0)
	}},
	{"mails", Failed, "census", func(r Report) int { return r.mails() }},
	{"log_broken", Failed, "audit", func(r Report) int { return truth(r.Audit.Events > 0 && !r.Audit.Intact) }},
	{"residual", Attention, "residual", func(r Report) int { return sum(r.Residual) }},
	{"unexpected", Attention, "differences", Report.different},
	{"quarantined", Attention, "aside", func(r Report) int { return r.outcomes()[quarantined] }},
	{"files_quarantined", Attention, "files", func(r Report) int { return r.Files.became(quarantined) }},
	{"pending", Attention, "aside", func(r Report) int { return r.outcomes()[pending] }},
	{"unfinished", Attention, "facts", func(r Report) int { return truth(!r.ended() && !r.stopped() && !r.refused()) }},
	{"left", Attention, "destroyed", func(r Report) int {
		if r.Sealed == nil {
			return 0
		}
		return r.Sealed.Left
	}},
	{"unsealed", Attention, "destroyed", func(r Report) int { return truth(r.ended() && r.Sealed == nil) }},
	{"log_absent", Attention, "audit", func(r Report) int { return truth(r.ended() && r.Audit.Events == 0) }},
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// level is that of the gravest concern.
func (r Report) level() Level {
	for _, c := range concerns {
		if c.count(r) > 0 {
			return c.level
		}
	}
	return Clean
}

func (r Report) verdict(l *language) Verdict {
	v := Verdict{Level: r.level(), Points: []Point{}}
	for _, c := range concerns {
		if n := c.count(r); n > 0 {
			v.Points = append(v.Points, c.point(r, l, n))
		}
	}
	v.Sentence = r.sentence(l, v)
	for i := range v.Points {
		v.Points[i].Text = sentenceOf(v.Points[i].Text)
	}
	return v
}

func (c concern) point(r Report, l *language, n int) Point {
	p := Point{Name: c.name, Level: c.level, Count: n, Section: c.section}
	p.Text, p.Next = l.text("point."+c.name, "n", n), l.text("point."+c.name+".next", "n", n)
	if c.name == "failure" {
		name := r.Failure
		if !Explained("failure", name) {
			name = "other"
		}
		p.Text = l.text("point.failure", "why", l.text("failure."+name))
		p.Next = l.text("failure." + name + ".next")
	}
	return p
}

// sentence says the whole: what is wrong, or what holds and what does not.
func (r Report) sentence(l *language, v Verdict) string {
	var texts []string
	for _, p := range v.Points {
		if p.Level == v.Level {
			texts = append(texts, p.Text)
		}
	}
	accounted := l.text("verdict.accounted", "n", r.read())
	switch {
	case v.Level == Failed:
		return sentenceOf(l.list(texts))
	case v.Level == Attention && !r.ended():
		return l.text("verdict.unfinished")
	case v.Level == Attention && r.read() == 0:
		return l.text("verdict.but", "holds", l.text("verdict.nothing"), "not", l.list(texts))
	case v.Level == Attention:
		return l.text("verdict.but", "holds", accounted, "not", l.list(texts))
	case r.read() == 0:
		return sentenceOf(l.text("verdict.nothing"))
	}
	return l.text("verdict.clean", "accounted", accounted, "unexpected", l.text("point.unexpected", "n", 0),
		"residual", l.text("point.residual", "n", 0))
}

// sentenceOf makes a text start with a capital and end with a full stop.
func sentenceOf(text string) string {
	first, width := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[width:] + "."
}
