package plan

import (
	"fmt"
	"slices"
)

// Attachments decides what becomes of the files of tickets and articles.
type Attachments struct {
	// Unreadable is what becomes of a file that the policy cannot be applied to. It is
	// Quarantine if the plan says nothing: what was not looked at does not pass.
	Unreadable Unreadable `yaml:"unreadable,omitempty" json:"unreadable"`
}

// Unreadable is what becomes of a file that nothing here can read to its end.
type Unreadable string

const (
	// Quarantine leaves the file behind; a text takes its place that says which it was,
	// and the run asks somebody to look.
	Quarantine Unreadable = "quarantine"
	// Placeholder does the same, and is all there is to do.
	Placeholder Unreadable = "placeholder"
	// Keep moves the file as it is.
	Keep Unreadable = "keep"
	// Exclude leaves it behind with nothing in its place, as Select does.
	Exclude Unreadable = "exclude"
)

// FileUnreadable is the reason of files that are left out by Exclude.
const FileUnreadable = "file_unreadable"

func (a Attachments) check() error {
	all := []Unreadable{Quarantine, Placeholder, Keep, Exclude}
	if a.Unreadable != "" && !slices.Contains(all, a.Unreadable) {
		return fmt.Errorf("privacy.attachments.unreadable: there is no %q; there are %v", a.Unreadable, all)
	}
	return nil
}
