package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Version is that of the record, in every event.
const Version = 1

// An Event says who did what, when, to which references, under which policy and
// with what outcome. It has no place for values: what could hold one is refused
// ([Event.Check]). Fields that are not marked optional stand in every event, so
// that an absent one is never mistaken for one that was left out.
type Event struct {
	V         int       `json:"v"`
	ID        string    `json:"id"` // deterministic: see ID
	At        time.Time `json:"at"`
	Tenant    string    `json:"tenant"`
	Migration string    `json:"mig"`
	Run       string    `json:"run"`
	Shard     string    `json:"shard"`
	Actor     Actor     `json:"actor"`
	Op        Op        `json:"op"`
	Object    Object    `json:"object"`
	// Subject is the random pseudonym of a data subject. Destroying the row that
	// links it to a person unlinks the event and leaves every proof intact.
	Subject    string           `json:"subjectRef,omitempty"`
	Counts     map[string]int64 `json:"counts"`     // by class or outcome
	Categories []string         `json:"categories"` // of personal data
	Purpose    string           `json:"purpose"`
	Basis      string           `json:"basis"`
	Regimes    []string         `json:"regime"`
	From       Place            `json:"from"`
	To         Place            `json:"to"`
	Policy     string           `json:"policyHash"`
	Input      string           `json:"inputHash"`
	Output     string           `json:"outputHash"`
	Outcome    Outcome          `json:"outcome"`
	Reason     string           `json:"reason,omitempty"` // a code
	Approvals  []string         `json:"approvals,omitempty"`
}

// An Actor did it.
type Actor struct {
	Kind    ActorKind `json:"kind"`
	ID      string    `json:"id"`
	Version string    `json:"version"`
}

// An ActorKind is what an actor is.
type ActorKind string

const (
	Human    ActorKind = "human"
	Function ActorKind = "function"
	Vendor   ActorKind = "vendor"
)

// An Object is what it was done to.
type Object struct {
	Type string `json:"type"`
	Ref  string `json:"ref"`
}

// A Place is a system and the region it stands in.
type Place struct {
	System string `json:"system"`
	Region string `json:"region"`
}

// An Outcome is how it ended.
type Outcome string

const (
	OK      Outcome = "ok"
	Failed  Outcome = "failed"
	Refused Outcome = "refused"
	Waived  Outcome = "waived"
)

// ErrEvent: an event is incomplete, or holds what looks like a value.
var ErrEvent = errors.New("audit: not a valid event")

// ID is the deterministic id of an event: the same parts give the same id, so
// that a retried step does not report twice. The parts of a usual event are its
// migration, run, shard, op and object; who does the same thing to the same
// object more than once adds what tells the times apart.
func ID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [binary.MaxVarintLen64]byte
		h.Write(n[:binary.PutUvarint(n[:], uint64(len(p)))])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// defaultID tells events of one shard apart by what was done to what.
func (e *Event) defaultID() string {
	return ID(e.Tenant, e.Migration, e.Run, e.Shard, string(e.Op), e.Object.Type, e.Object.Ref)
}

// Check refuses an event that is incomplete or that holds text: every string is
// a short code or reference without spaces and without @, which free text, names
// in full and addresses do not pass.
func (e *Event) Check() error {
	switch {
	case e.V != Version:
		return fmt.Errorf("%w: version %d", ErrEvent, e.V)
	case !slices.Contains(Ops(), e.Op):
		return fmt.Errorf("%w: op is not in the list", ErrEvent)
	case !slices.Contains([]ActorKind{Human, Function, Vendor}, e.Actor.Kind):
		return fmt.Errorf("%w: %s without an actor's kind", ErrEvent, e.Op)
	case !slices.Contains([]Outcome{OK, Failed, Refused, Waived}, e.Outcome):
		return fmt.Errorf("%w: %s without an outcome", ErrEvent, e.Op)
	case e.At.IsZero() || e.ID == "" || e.Migration == "" || e.Shard == "" || e.Actor.ID == "" || e.Object.Type == "":
		return fmt.Errorf("%w: %s lacks id, time, migration, shard, actor or object", ErrEvent, e.Op)
	}
	for name, text := range e.texts {
		if !isCode(text) {
			return fmt.Errorf("%w: %s of %s is no code or reference", ErrEvent, name, e.Op)
		}
	}
	return nil
}

// texts goes over every string of the event, with the name of its field.
func (e *Event) texts(yield func(name, text string) bool) {
	for _, f := range []struct {
		name  string
		texts []string
	}{
		{"id", []string{e.ID}},
		{"tenant", []string{e.Tenant}},
		{"mig", []string{e.Migration}},
		{"run", []string{e.Run}},
		{"shard", []string{e.Shard}},
		{"actor", []string{e.Actor.ID, e.Actor.Version}},
		{"object", []string{e.Object.Type, e.Object.Ref}},
		{"subjectRef", []string{e.Subject}},
		{"categories", e.Categories},
		{"purpose", []string{e.Purpose}},
		{"basis", []string{e.Basis}},
		{"regime", e.Regimes},
		{"from", []string{e.From.System, e.From.Region}},
		{"to", []string{e.To.System, e.To.Region}},
		{"policyHash", []string{e.Policy}},
		{"inputHash", []string{e.Input}},
		{"outputHash", []string{e.Output}},
		{"reason", []string{e.Reason}},
		{"approvals", e.Approvals},
	} {
		for _, t := range f.texts {
			if !yield(f.name, t) {
				return
			}
		}
	}
	for name := range e.Counts {
		if !yield("counts", name) {
			return
		}
	}
}

// maxCode leaves room for an object's name, the longest reference there is.
const maxCode = 256

// isCode lets through hashes in hex and base64, names of objects, versions and
// words joined by dots, and neither spaces nor @ nor letters beyond ASCII. A
// single plain word passes: no rule tells a name from a code.
func isCode(s string) bool {
	return len(s) <= maxCode && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._:/=+-#", r)
	})
}
