package memory

import (
	"cmp"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Options are a desk's ways. A desk of the zero Options keeps everything, takes
// anything and imports tickets whole.
type Options struct {
	Product string          `yaml:"product"` // default "Memory desk"
	Kinds   []helpdesk.Kind `yaml:"kinds"`   // that the desk has; default all

	PageSize int `yaml:"page_size"` // records on a page of the source; default 100
	Batch    int `yaml:"batch"`     // drafts that one Create takes; default 10
	// Hold is declared in the target's profile; how late a request really lands is
	// up to the test: see [Desk.Land].
	Hold time.Duration `yaml:"hold"`

	// Threaded has the target take comments one by one; else it takes a ticket whole,
	// and one by one the comments that come later.
	Threaded bool `yaml:"threaded"`
	// Fixed makes a target in which nothing can be changed once it stands there.
	Fixed bool `yaml:"fixed"`
	// Tombs has the pages of the source tell what is gone; else a roll tells.
	Tombs bool `yaml:"tombs"`
	// Forgetful makes a source that is read from the beginning each time, as files
	// are: its cursors do not lead on.
	Forgetful bool `yaml:"forgetful"`
	// Reopening makes the target one like Request Tracker and Redmine: it takes
	// comments one by one, but the first public one opens the ticket; each comment
	// puts the ticket back to the first status, so that Finish has to set it; and
	// HTML is kept in a markup of the desk's own.
	Reopening bool `yaml:"reopening"`
	// Mails is how many mails a desk that is Reopening sends for each ticket.
	Mails int `yaml:"mails"`
	// Unprepared is what the profile says has to be done first.
	Unprepared []string `yaml:"unprepared"`
	// Vocabulary closes sets of values, by field name ("ticket.status").
	Vocabulary map[string][]string `yaml:"vocabulary"`
	// Requires names references that no record may be without.
	Requires []string `yaml:"requires"`
	// UniqueEmails refuses a second person with the e-mail address of another.
	UniqueEmails bool `yaml:"unique_emails"`
	// Normalise cuts trailing white space off texts and turns CR LF into LF: every
	// real system does something of the kind.
	Normalise bool `yaml:"normalise"`
	// Lossy names fields that the desk drops without a word, and declares Lost.
	Lossy []string `yaml:"lossy"`
	// Removal is what the desk does when told to remove; default is to remove.
	Removal connectors.Removal `yaml:"removal"`

	// Start is where the desk's clock stands at first, and Tick how far each change
	// moves it. By default three changes share a second.
	Start time.Time     `yaml:"start"`
	Tick  time.Duration `yaml:"tick"`
}

func (o Options) withDefaults() Options {
	o.Product = cmp.Or(o.Product, "Memory desk")
	o.PageSize = cmp.Or(o.PageSize, 100)
	o.Batch = cmp.Or(o.Batch, 10)
	o.Removal = cmp.Or(o.Removal, connectors.Removed)
	o.Tick = cmp.Or(o.Tick, 300*time.Millisecond)
	if len(o.Kinds) == 0 {
		o.Kinds = helpdesk.Kinds()
	}
	o.Threaded = o.Threaded || o.Reopening
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	}
	return o
}
