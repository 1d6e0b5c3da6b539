package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// A Report says what Verify found in order.
type Report struct {
	Shards    int    `json:"shards"`
	Witnessed int    `json:"witnessed"` // shards whose end a head confirmed
	Bundles   int    `json:"bundles"`
	Events    int    `json:"events"`
	Heads     []Head `json:"heads"` // of every shard
}

// Verify checks the chains of all shards below the prefix against themselves and
// against the heads that their writers returned. A head must name a bundle of
// the chain, and the last one the end of it: only so a tail that was cut off, or
// a bundle that was forged behind it, can be told. Shards without a head are
// checked for everything else; Report counts those that had one.
//
// It returns a *Fault for the first bundle that is not as it was written, and
// another error if the store can't be read.
func Verify(ctx context.Context, store Store, prefix string, heads ...Head) (Report, error) {
	v := verification{report: Report{Heads: []Head{}}, heads: slices.Clone(heads)}
	slices.SortStableFunc(v.heads, func(a, b Head) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Seq, b.Seq))
	})
	for s, err := range store.Read(ctx, prefix) {
		if err != nil {
			return v.report, fmt.Errorf("audit: verify %q: %w", prefix, err)
		}
		if err := v.add(s); err != nil {
			return v.report, err
		}
	}
	if err := v.end(); err != nil {
		return v.report, err
	}
	return v.report, v.missing()
}

// verification goes over bundles and heads, both sorted by shard and seq.
type verification struct {
	report Report
	chain  *chain // of the shard under way, or nil
	heads  []Head // those that were not met yet
	last   int    // seq of the last head met in the chain
}

func (v *verification) add(s Stored) error {
	if c := v.chain.of(s.Shard); c != v.chain {
		if err := v.end(); err != nil {
			return err
		}
		v.chain, v.last = c, 0
	}
	events, err := v.chain.add(s)
	if err != nil {
		return err
	}
	v.report.Bundles++
	v.report.Events += len(events)
	return v.meet()
}

// meet takes the heads of the bundle that the chain is at.
func (v *verification) meet() error {
	at := v.chain.head
	for i := 0; i < len(v.heads); {
		h := v.heads[i]
		if h.Shard != at.Shard || h.Seq != at.Seq {
			i++
			continue
		}
		if h != at {
			return &Fault{at.Shard, at.Seq, "is not the one that its writer left at the head"}
		}
		v.last = at.Seq
		v.heads = slices.Delete(v.heads, i, i+1)
	}
	return nil
}

// end closes the shard under way: its last head must be where it ends.
func (v *verification) end() error {
	if v.chain == nil {
		return nil
	}
	end := v.chain.head
	for _, h := range v.heads {
		if h.Shard == end.Shard && h.Seq > end.Seq {
			return &Fault{end.Shard, end.Seq + 1, "was cut off: a writer left the head further on"}
		}
	}
	if v.last > 0 && v.last < end.Seq {
		return &Fault{end.Shard, v.last + 1, "was put in behind the head that the last writer left"}
	}
	v.report.Shards++
	v.report.Heads = append(v.report.Heads, end)
	if v.last > 0 {
		v.report.Witnessed++
	}
	return nil
}

// missing names a shard that a writer left and that is gone as a whole.
func (v *verification) missing() error {
	for _, h := range v.heads {
		if h.Seq > 0 {
			return &Fault{h.Shard, 1, "is missing, and the shard with it"}
		}
	}
	return nil
}
