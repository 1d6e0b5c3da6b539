package files

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// An Outcome is what became of a file.
type Outcome string

const (
	Unchanged  Outcome = "unchanged"  // looked through, and nothing to change
	Rewritten  Outcome = "rewritten"  // its text, by the rules of the policy
	Stripped   Outcome = "stripped"   // of metadata; nothing else changed
	Unreadable Outcome = "unreadable" // not touched
)

// A Result is what Rewrite made of a file. It holds no value but the content.
type Result struct {
	Type    string // by content, as a MIME type without parameters
	Outcome Outcome
	Reason  Reason // of an unreadable one
	// Content is what the file is now; nil unless it was rewritten or stripped.
	Content []byte
	// Found counts the personal data in the text, by kind, before the rules were applied.
	Found map[privacy.Kind]privacy.Seen
	// Left counts what should be gone and is found in the output all the same.
	Left int
}

// A Rewriter applies a policy to files. It serves one goroutine, file after file.
type Rewriter struct {
	text *privacy.Rewriter
	ops  map[privacy.Kind]privacy.Operator
}

// New returns a Rewriter. p may be nil for a policy that makes no pseudonyms; else
// the error is privacy.ErrNoPseudonyms.
func New(policy *privacy.Compiled, p keyring.Pseudonyms) (*Rewriter, error) {
	text, err := policy.Rewriter(p)
	if err != nil {
		return nil, err
	}
	return &Rewriter{text: text, ops: policy.Text()}, nil
}

// hides reports whether the policy takes a kind out of texts.
func (r *Rewriter) hides(k privacy.Kind) bool { return r.ops[k] != privacy.Keep }

// Rewrite returns what the policy makes of a file. Whom the file names as its author
// or sender is added to people. The same file, people and key give the same bytes.
func (r *Rewriter) Rewrite(content []byte, people *privacy.People) Result {
	j := r.job(people)
	out := Result{Type: TypeOf(content), Found: j.found}
	if len(content) > MaxSize {
		out.Outcome, out.Reason = Unreadable, TooLarge
		return out
	}
	now, err := j.settled(content, (*job).file)
	var reason Reason
	switch {
	case errors.As(err, &reason):
		return Result{Type: out.Type, Outcome: Unreadable, Reason: reason}
	case err != nil:
		return Result{Type: out.Type, Outcome: Unreadable, Reason: Malformed}
	case bytes.Equal(now, content):
		out.Outcome = Unchanged
	case j.replaced > 0:
		out.Outcome, out.Content = Rewritten, now
	default:
		out.Outcome, out.Content = Stripped, now
	}
	out.Left = j.left
	return out
}

// maxRounds bounds settled: most files stay as they are after the first.
const maxRounds = 5

// settled rewrites a file, and what came of it, until it stays as it is: what stands
// beside a replacement may read differently from what stood there, and whom a file names
// at its end may stand at its start. It has to stay as it is for the next reader too, who
// knows only the people on record. What the parser can't read any more, or what never
// stays as it is, is Malformed. Found is what the file held, left what there is at the end.
func (j *job) settled(content []byte, parse func(*job, []byte) ([]byte, error)) ([]byte, error) {
	record := j.people.Copy()
	out, err := parse(j, content)
	if err != nil || bytes.Equal(out, content) {
		return out, err
	}
	found := maps.Clone(j.found)
	for range maxRounds {
		j.inflated, j.left, content = maxInflated, 0, out
		if out, err = parse(j, content); err == nil && bytes.Equal(out, content) {
			out, err = parse(j.job(record.Copy()), content)
		}
		if err != nil {
			return nil, Malformed
		}
		if bytes.Equal(out, content) {
			clear(j.found)
			maps.Copy(j.found, found)
			return out, nil
		}
	}
	return nil, Malformed
}

// TypeOf is the type of a file by its first 3,072 bytes.
func TypeOf(head []byte) string {
	media, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return media
}

// A job is the work on one file and the files inside it.
type job struct {
	*Rewriter
	people   *privacy.People
	inflated int // bytes that may still be unpacked
	nested   int // how deep in files inside files
	found    map[privacy.Kind]privacy.Seen
	left     int
	replaced int             // spans and fields
	known    map[string]bool // people that the file named
}

// job is the work on a file of which nothing is known yet.
func (r *Rewriter) job(people *privacy.People) *job {
	return &job{Rewriter: r, people: people, inflated: maxInflated, found: map[privacy.Kind]privacy.Seen{}, known: map[string]bool{}}
}

// file rewrites a file by its type. The error is a Reason, or says Malformed.
func (j *job) file(content []byte) ([]byte, error) {
	if j.nested++; j.nested > maxNested {
		return nil, TooLarge
	}
	defer func() { j.nested-- }()
	if len(content) == 0 {
		return content, nil
	}
	if strip := stripperOf(content); strip != nil {
		return strip(content)
	}
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		return j.archive(content)
	}
	return j.written(content)
}

// part rewrites a file inside a file: one that cannot be read makes all unreadable.
func (j *job) part(content []byte) ([]byte, error) {
	out, err := j.file(content)
	if err != nil && !errors.Is(err, TooLarge) && !errors.Is(err, Encrypted) {
		return nil, Embedded
	}
	return out, err
}

// rewrite hands one text to the engine.
func (j *job) rewrite(text string) string {
	if strings.TrimSpace(text) == "" {
		return text
	}
	out, replaced, left := j.text.Rewrite([]byte(text), j.people)
	privacy.Sum(j.found, j.text.Found())
	j.replaced += replaced
	j.left += left
	return string(out)
}

// valued rewrites what stands beside a name: the key of an object, the head of a
// column. The name is a cue for the engine ("password", "IBAN") where it is no
// personal data by itself.
func (j *job) valued(name, value string) string {
	if name = strings.TrimSpace(name); name == "" || len(name) > maxCue || strings.ContainsAny(name, "\r\n") {
		return j.rewrite(value)
	}
	cue := name + ": "
	if out, ok := strings.CutPrefix(j.rewrite(cue+value), cue); ok {
		return out
	}
	return j.rewrite(value)
}

// maxCue is how long a name may be to be a cue, in bytes.
const maxCue = 40

// person rewrites a field that holds somebody's name by its place, and nothing else.
// The name joins the people on record.
func (j *job) person(name string) string {
	j.meet(privacy.Identity{Name: name})
	return j.gone(privacy.Name, name)
}

// gone rewrites a field that holds personal data of a kind by its place: what the
// engine does not recognise goes all the same. Of a name that it knows in part, what
// stands for the person is left.
func (j *job) gone(k privacy.Kind, value string) string {
	if strings.TrimSpace(value) == "" {
		return value
	}
	out := j.rewrite(value)
	if !j.hides(k) || masked(strings.TrimSpace(out)) {
		return out
	}
	if out == value {
		j.byPlace(k)
	}
	if i := strings.Index(out, aPerson); i >= 0 && k == privacy.Name {
		if n := pseudonymLength(out[i:]); n > 0 {
			return out[i : i+n]
		}
	}
	return fmt.Sprintf("[%s]", k)
}

// byPlace counts what is replaced because of where it stands.
func (j *job) byPlace(k privacy.Kind) {
	privacy.Sum(j.found, map[privacy.Kind]privacy.Seen{k: {Found: 1, Sure: 1}})
	j.replaced++
}

// aPerson begins what the engine puts in place of names.
const aPerson = "Person "

// pseudonymLength is how long such a name is at the start of a text; 0 if there is none.
func pseudonymLength(s string) int {
	rest, ok := strings.CutPrefix(s, aPerson)
	hex := len(rest) - len(strings.TrimLeft(rest, "0123456789ABCDEF"))
	if !ok || hex != 4 && hex != 8 {
		return 0
	}
	return len(aPerson) + hex
}

// masked reports whether a value is one of the engine's own and nothing else, as far
// as a field of a file can tell.
func masked(v string) bool {
	if inner, ok := strings.CutPrefix(v, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && (inner == "removed" || inner == "masked" || slices.Contains(privacy.TextKinds(), privacy.Kind(inner)))
	}
	return v != "" && pseudonymLength(v) == len(v) || !strings.ContainsAny(v, " ,;") &&
		(strings.HasSuffix(v, "@pseudonym.invalid") || strings.HasSuffix(v, "@masked.invalid") || strings.HasPrefix(v, "+1-") && strings.Contains(v, "-555-01"))
}

// meet adds somebody whom the file names to the people on record.
func (j *job) meet(id privacy.Identity) {
	key := fmt.Sprint(id)
	if name := strings.TrimSpace(id.Name); j.known[key] || masked(name) || len(name) > maxName {
		return
	}
	j.known[key] = true
	j.people.Add(id)
}

// maxName is how long the name of a person may be, in bytes; longer ones are texts in
// the wrong place.
const maxName = 80
