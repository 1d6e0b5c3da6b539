package evidence

import (
	"maps"
	"slices"
)

// Words of the vocabularies that the verdict goes by.
const (
	loaded      = "loaded"
	updated     = "updated"
	unchanged   = "unchanged"
	withheld    = "withheld"
	excluded    = "excluded"
	quarantined = "quarantined"
	pending     = "pending"
	erased      = "erased"

	masked     = "MASKED"
	unexpected = "UNEXPECTED"
)

// outcomeOrder and classOrder are the orders in which tables show the words.
var (
	// fileOrder are the outcomes of files.
	fileOrder    = []string{unchanged, "rewritten", "stripped", "placeholder", "kept", excluded, quarantined}
	outcomeOrder = []string{loaded, updated, unchanged, withheld, excluded, quarantined, pending, erased}
	classOrder   = []string{"EXACT", "NORMALISED", "TRANSFORMED", masked, "EMULATED", "DEFAULTED", "LOST", "NOT_MAPPED", unexpected}
)

// ordered returns the words that occur, those of the order first.
func ordered(order []string, occurs map[string]int) []string {
	var words []string
	for _, w := range order {
		if occurs[w] != 0 {
			words = append(words, w)
		}
	}
	for _, w := range slices.Sorted(maps.Keys(occurs)) {
		if occurs[w] != 0 && !slices.Contains(order, w) {
			words = append(words, w)
		}
	}
	return words
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func add(to, from map[string]int) {
	for k, n := range from {
		to[k] += n
	}
}

// outcomes sums the outcomes over all kinds.
func (r Report) outcomes() map[string]int {
	all := map[string]int{}
	for _, k := range r.Kinds {
		add(all, k.Outcomes)
	}
	return all
}

// classes sums the classes over all fields.
func (r Report) classes() map[string]int {
	all := map[string]int{}
	for _, f := range r.Fields {
		add(all, f.Classes)
	}
	return all
}

// counted reports whether the census was taken: a run that stopped before it
// knows only what it has found so far.
func (r Report) counted() bool {
	return r.Census.Counted || r.Census.Read > 0 || r.Census.Conserved || len(r.Census.Kinds) > 0
}

// read is how many records were read: what the census says, where there is one.
func (r Report) read() (n int) {
	if r.counted() {
		return r.Census.Read
	}
	for _, k := range r.Kinds {
		n += k.Read
	}
	return n
}

// present is how many of the records that were read stand in the target.
func (r Report) present() int {
	o := r.outcomes()
	return o[loaded] + o[updated] + o[unchanged] + o[pending]
}

// aside is how many do not.
func (r Report) aside() int { return sum(r.outcomes()) - r.present() }

// unaccounted is by how many records the counts of the run contradict each
// other: reading, outcomes and, where it was taken, the census.
func (r Report) unaccounted() int {
	outcomes, kinds := sum(r.outcomes()), 0
	for _, k := range r.Kinds {
		kinds += k.Read
	}
	counts := []int{outcomes, kinds}
	if r.counted() {
		counts = append(counts, r.Census.Read, r.Census.Accounted)
	}
	return slices.Max(counts) - slices.Min(counts)
}

// different is how many differences there are, listed or not.
func (r Report) different() int {
	return max(len(r.Findings)+r.More, r.classes()[unexpected])
}

// personal is how often personal data was found in the source.
func (r Report) personal() (n int) {
	for _, p := range r.Inventory {
		n += p.Found
	}
	return n
}

// changed is how often rules changed a field.
func (r Report) changed() (n int) {
	for _, rule := range r.Rules {
		n += rule.Count
	}
	return n
}

// mails is how many mails the target is known to have sent.
func (r Report) mails() int {
	if r.Mails == nil {
		return 0
	}
	return *r.Mails
}

// census sums one number over the kinds of the census.
func (r Report) census(number func(KindCensus) int) (n int) {
	for _, k := range r.Census.Kinds {
		n += number(k)
	}
	return n
}

// States of a run, as the ledger writes them.
const (
	finished = "finished"
	failed   = "failed"
	givenUp  = "given_up"
)

// ended reports whether the run went through all its steps. Its report is
// written while the ledger still calls it running: the seal comes before, and
// the mark of the end after.
func (r Report) ended() bool { return r.State == finished || r.Sealed != nil && !r.stopped() }

// refused reports whether the census stopped the run. Its report is written
// before the ledger knows that it failed.
func (r Report) refused() bool { return r.Sealed == nil && r.counted() && !r.Census.Conserved }

// stopped reports whether the run ended before it was through.
func (r Report) stopped() bool { return r.Failure != "" || r.State == failed || r.State == givenUp }
