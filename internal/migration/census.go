package migration

import (
	"context"
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
	Expected     int           `json:"expected"`     // created by this migration, by the ledger
	Placeholders int           `json:"placeholders"` // of these
	Found        int           `json:"found"`        // with our marker in the target
	Missing      int           `json:"missing"`      // expected and not found
	Foreign      int           `json:"foreign"`      // found and not expected
	Doubled      int           `json:"doubled"`      // markers found more than once
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
	result, err := takeCensus(ctx, l, index, target)
	if err != nil {
		return result, err
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
		c := KindCensus{Kind: k}
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
		result.Read += g.Records + g.Broken
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
