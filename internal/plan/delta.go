package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Rules for what both help desks changed.
const (
	ConflictTarget = "target" // what agents of the target did stays
	ConflictSource = "source"
	ConflictReview = "review" // it stays until somebody decides
)

// Rules for what the source has no more.
const (
	DeletionMirror = "mirror" // it goes from the target too, unless agents changed it there
	DeletionTag    = "tag"    // it stays and gets a tag
	DeletionKeep   = "keep"
)

// Rules for tickets that became part of another, and for comments that come to a
// ticket that is closed.
const (
	MergesLink = "link" // the ticket stays and is linked to the other
	MergesKeep = "keep"
	LateAppend = "append"
	LateReview = "review"
)

// Delta says what a delta does where it could do this or that. People whom the
// source deletes are always removed, whatever Deletion says.
type Delta struct {
	Conflict     string `yaml:"conflict,omitempty" json:"conflict,omitempty"`           // target by default
	Deletion     string `yaml:"deletion,omitempty" json:"deletion,omitempty"`           // mirror by default
	Merges       string `yaml:"merges,omitempty" json:"merges,omitempty"`               // link by default
	LateComments string `yaml:"late_comments,omitempty" json:"late_comments,omitempty"` // append by default
}

// WithDefaults fills in what the plan leaves open.
func (d Delta) WithDefaults() Delta {
	for _, r := range d.rules() {
		if *r.value == "" {
			*r.value = r.words[0]
		}
	}
	return d
}

type deltaRule struct {
	name  string
	value *string
	words []string // the default first
}

func (d *Delta) rules() []deltaRule {
	return []deltaRule{
		{"conflict", &d.Conflict, []string{ConflictTarget, ConflictSource, ConflictReview}},
		{"deletion", &d.Deletion, []string{DeletionMirror, DeletionTag, DeletionKeep}},
		{"merges", &d.Merges, []string{MergesLink, MergesKeep}},
		{"late_comments", &d.LateComments, []string{LateAppend, LateReview}},
	}
}

func (d Delta) check() error {
	for _, r := range d.rules() {
		if *r.value != "" && !slices.Contains(r.words, *r.value) {
			return fmt.Errorf("delta.%s: there is no rule %q; there are %s", r.name, *r.value, strings.Join(r.words, ", "))
		}
	}
	return nil
}
