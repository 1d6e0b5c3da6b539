package lines

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy"
)

// Formats are those that a job reads.
func Formats() []string { return []string{"jsonl", "text", "csv"} }

// A Job is one input to go over.
type Job struct {
	Format  string             // one of Formats
	Account *privacy.Directory // of everybody the account knows; nil for none
	// Policy has rules of its own, or the tagger, by which texts are scanned as well; nil
	// for none.
	Policy *privacy.Compiled
	// Rewriter rewrites the texts; nil only says what stands in them.
	Rewriter *privacy.Rewriter
}

// A Sum is what a job came across.
type Sum struct {
	Texts int
	Spans int // found, or replaced
	Left  int // that should have been replaced and are found in the output
}

// Run answers every text of in, in its order.
func (j Job) Run(in io.Reader, out io.Writer) (Sum, error) {
	r := &run{Job: j, out: bufio.NewWriter(out)}
	r.people.Account = j.Account
	var err error
	switch j.Format {
	case "jsonl":
		err = r.jsonl(in)
	case "text":
		err = r.text(in)
	case "csv":
		err = r.csv(in)
	default:
		err = fmt.Errorf("there is no format %q: choose one of %v", j.Format, Formats())
	}
	if err != nil {
		return r.sum, err
	}
	return r.sum, r.out.Flush()
}

// A run is a job under way.
type run struct {
	Job
	people privacy.People
	spans  []privacy.Span
	out    *bufio.Writer
	sum    Sum
}

// A Span is where personal data stands in a text.
type Span struct {
	Start int     `json:"start"` // in Unicode code points
	End   int     `json:"end"`
	Type  string  `json:"type"`
	Score float64 `json:"score"`
}

// Scores are not probabilities: they tell what the record, a check digit or a plan
// confirms from what a word beside it says.
const (
	confirmed = 0.99
	spoken    = 0.8
)

// scan says what stands in a text.
func (r *run) scan(text string) []Span {
	detect := privacy.Detect
	if r.Policy != nil {
		detect = r.Policy.Detect
	}
	r.spans = detect(r.spans[:0], []byte(text), &r.people)
	r.sum.Texts++
	r.sum.Spans += len(r.spans)
	return inCodePoints(text, r.spans)
}

// rewrite returns a text as the policy wants it.
func (r *run) rewrite(text string) string {
	out, replaced, left := r.Rewriter.Rewrite([]byte(text), &r.people)
	r.sum.Texts++
	r.sum.Spans += replaced
	r.sum.Left += left
	return string(out)
}

func inCodePoints(text string, spans []privacy.Span) []Span {
	all := make([]Span, 0, len(spans))
	at, points := 0, 0
	count := func(to int) int {
		points += utf8.RuneCountInString(text[at:to])
		at = to
		return points
	}
	for _, s := range spans {
		score := spoken
		if s.Valid {
			score = confirmed
		}
		start := count(s.Start)
		all = append(all, Span{Start: start, End: count(s.End), Type: s.TypeName(), Score: score})
	}
	return all
}

func (r *run) print(value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	r.out.Write(line)
	return r.out.WriteByte('\n')
}

// maxText is the most that is read as one text.
const maxText = 256 << 20

func (r *run) text(in io.Reader) error {
	all, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return fmt.Errorf("read the input: %w", err)
	case len(all) > maxText:
		return errors.New("the text is longer than 256 MB: cut it, or give it as JSON Lines")
	}
	if r.Rewriter != nil {
		_, err = r.out.WriteString(r.rewrite(string(all)))
		return err
	}
	for _, s := range r.scan(string(all)) {
		if err := r.print(s); err != nil {
			return err
		}
	}
	return nil
}
