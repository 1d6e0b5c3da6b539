package migration

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A CensusResult compares, by sets of ids, what the ledger says stands in the
// target with what carries the migration's markers there, and adds up that
// every record that was read has an outcome.
type CensusResult struct {
	Kinds []KindCensus `json:"kinds"`
	// Counted is false where the target can't list what carries a marker.
	Counted bool `json:"counted"`
	// Read is what extract read; Accounted is what has an outcome. They are equal,
	// or a record is lost between two steps.
	Read      int `json:"read"`
	Accounted int `json:"accounted"`
	// Mails is how many mails the target recorded for what the run wrote; nil if it
	// does not know.
	Mails *int `json:"mails,omitempty"`
}

// A KindCensus is the census of one kind.
type KindCensus struct {
	Kind         helpdesk.Kind `json:"kind"`
	Expected     int           `json:"expected"`          // created by this migration, by the ledger
	Placeholders int           `json:"placeholders"`      // of these
	Found        int           `json:"found"`             // with our marker in the target
	Missing      int           `json:"missing"`           // expected and not found
	Dropped      int           `json:"dropped,omitempty"` // by agents of the target, since they were verified
	Foreign      int           `json:"foreign"`           // found and not expected
	Doubled      int           `json:"doubled"`           // markers found more than once

	seed    maphash.Seed
	missing map[uint64]bool // hashes of their markers
}

// Conserved reports whether nothing is lost, foreign or twice.
func (r CensusResult) Conserved() bool {
	return r.Read == r.Accounted && !slices.ContainsFunc(r.Kinds, func(k KindCensus) bool {
		return k.Missing+k.Foreign+k.Doubled > 0
	})
}

// Count takes the census.
func (s Verify) Count(ctx context.Context, in VerifyInput) (CensusResult, error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return CensusResult{}, err
	}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return CensusResult{}, ofTarget("open", err)
	}
	index, err := s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration)
	if err != nil {
		return CensusResult{}, ofStorage("open the index key", err)
	}
	result := CensusResult{Kinds: []KindCensus{}}
	if !in.Run.Quick {
		if result, err = takeCensus(ctx, l, index, target); err != nil {
			return result, err
		}
	}
	for i := range result.Kinds {
		if err := s.dropped(ctx, l, index, target, in.Run, &result.Kinds[i]); err != nil {
			return result, err
		}
	}
	if err := account(ctx, l, in.Run, &result); err != nil {
		return result, err
	}
	if n, known, err := mails(ctx, target, l, in.Run); err != nil {
		return result, err
	} else if known {
		result.Mails = &n
	}
	if err := l.PutNote(ctx, in.Run.ID, "census", result); err != nil {
		return result, ofStorage("store the census", err)
	}
	err = s.record(ctx, in.Run, "census", audit.CensusTaken, in.Run.ID, map[string]int64{"read": int64(result.Read),
		"accounted": int64(result.Accounted)})
	return result, err
}

// dropped finds out which of the missing were verified here once, and are gone by
// the target's own word: agents removed them. They are put on record and not
// missed again.
func (s Verify) dropped(ctx context.Context, l *ledger.Ledger, index keyring.Index, target connectors.Target, r Run, k *KindCensus) error {
	if k.Missing == 0 {
		return nil
	}
	var gone []string
	for e, err := range l.All(ctx, k.Kind) {
		if err != nil {
			return ofStorage("read entries", err)
		}
		if e.State != ledger.StateLoaded || e.Verified == "" || !k.missing[maphash.String(k.seed, index.Marker(e.Ref))] {
			continue
		}
		switch _, err := target.Read(ctx, k.Kind, e.Target); {
		case errors.Is(err, connectors.ErrNotFound):
			gone = append(gone, e.Ref)
		case err != nil:
			return ofTarget("read what is missing", err)
		}
	}
	k.Dropped, k.Missing = len(gone), k.Missing-len(gone)
	for refs := range slices.Chunk(gone, ledger.MaxChanges) {
		entries, err := l.Entries(ctx, k.Kind, refs...)
		if err != nil {
			return ofStorage("read entries", err)
		}
		dropped := make([]*ledger.Entry, len(entries))
		for i, e := range entries {
			dropped[i] = e.Dropped(r.ID, s.Now().UTC())
		}
		if err := l.PutEntries(ctx, dropped...); err != nil {
			return ofStorage("store entries", err)
		}
	}
	return nil
}

// takeCensus compares the ledger with the target, kind by kind. It keeps eight
// bytes a record: a keyed hash of the marker.
func takeCensus(ctx context.Context, l *ledger.Ledger, index keyring.Index, target connectors.Target) (CensusResult, error) {
	result := CensusResult{Kinds: []KindCensus{}}
	census, ok := target.(connectors.Censor)
	if !ok {
		return result, nil
	}
	result.Counted = true
	seed := maphash.MakeSeed()
	for _, k := range helpdesk.Kinds() {
		c := KindCensus{Kind: k, seed: seed, missing: map[uint64]bool{}}
		var expected, found []uint64
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return result, ofStorage("read entries", err)
			}
			if e.State != ledger.StateLoaded {
				continue
			}
			expected = append(expected, maphash.String(seed, index.Marker(e.Ref)))
			if e.Placeholder {
				c.Placeholders++
			}
		}
		for m, err := range census.Census(ctx, k, index.Prefix()) {
			if err != nil {
				return result, ofTarget("census", err)
			}
			found = append(found, maphash.String(seed, m.Marker))
		}
		c.compare(expected, found)
		if c.Expected+c.Found > 0 {
			result.Kinds = append(result.Kinds, c)
		}
	}
	return result, nil
}

// compare fills in the numbers from the two lists of hashed markers.
func (c *KindCensus) compare(expected, found []uint64) {
	slices.Sort(expected)
	slices.Sort(found)
	c.Expected, c.Found = len(expected), len(found)
	once := slices.Compact(slices.Clone(found))
	c.Doubled = len(found) - len(once)
	i, j := 0, 0
	for i < len(expected) || j < len(once) {
		switch {
		case j == len(once) || i < len(expected) && expected[i] < once[j]:
			c.Missing++
			c.missing[expected[i]] = true
			i++
		case i == len(expected) || once[j] < expected[i]:
			c.Foreign++
			j++
		default:
			i, j = i+1, j+1
		}
	}
}

// account adds up what was read and what has an outcome.
func account(ctx context.Context, l *ledger.Ledger, r Run, result *CensusResult) error {
	for g, err := range l.Segments(ctx, r.ID, string(keyring.Raw)) {
		if err != nil {
			return ofStorage("read the manifest", err)
		}
		result.Read += g.Records + g.Broken + g.Gone
	}
	for f, err := range ledger.Notes[Findings](ctx, l, r.ID, "findings#") {
		if err != nil {
			return ofStorage("read findings", err)
		}
		result.Accounted += sum(f.Excluded) + sum(f.Quarantined)
	}
	for v, err := range ledger.Notes[Verdict](ctx, l, r.ID, "verdict#") {
		if err != nil {
			return ofStorage("read verdicts", err)
		}
		result.Accounted += sum(v.Outcomes)
	}
	return nil
}
