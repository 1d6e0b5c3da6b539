package simulator

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A Behaviour is something that a platform does and that its simulator does too.
type Behaviour struct {
	ID     string // short and stable: tests and reports name it
	Text   string // what the platform does, in a sentence
	Source string // where that is known from
	// Unverified: it is believed, and neither the vendor says it nor a record of
	// real traffic shows it.
	Unverified bool
}

// Summary says in a phrase what a connector was tested against that has met
// nothing but the simulator.
func Summary(platform string, all []Behaviour) string {
	unverified := 0
	for _, b := range all {
		if b.Unverified {
			unverified++
		}
	}
	return fmt.Sprintf("simulated: %d behaviours of %s, %d of them unverified", len(all), platform, unverified)
}

// Print lists the behaviours with their sources for reports.
func Print(w io.Writer, all []Behaviour) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, b := range all {
		mark := ""
		if b.Unverified {
			mark = "UNVERIFIED"
		}
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", b.ID, mark, b.Text, b.Source); err != nil {
			return err
		}
	}
	return t.Flush()
}
