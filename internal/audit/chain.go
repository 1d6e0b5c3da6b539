package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A Fault is where a log was found broken. It names a place, never content.
type Fault struct {
	Shard string `json:"shard"`
	Seq   int    `json:"seq"`
	What  string `json:"what"`
}

func (f *Fault) Error() string {
	return fmt.Sprintf("audit: shard %s, bundle %d %s", f.Shard, f.Seq, f.What)
}

// A chain follows the bundles of one shard and checks each against the one
// before it.
type chain struct {
	head Head
	ids  map[string]bool
}

func newChain(shard string) *chain {
	return &chain{head: Head{Shard: shard}, ids: map[string]bool{}}
}

// add takes the next bundle, or returns a *Fault and leaves the chain as it was.
func (c *chain) add(s Stored) ([]Event, error) {
	if s.Seq != c.head.Seq+1 {
		return nil, &Fault{s.Shard, c.head.Seq + 1, "is missing"}
	}
	l, events, err := unpack(s.Bytes)
	if err == nil {
		err = c.follows(l, s)
	}
	if err == nil {
		err = c.checkEvents(events)
	}
	if err != nil {
		return nil, &Fault{s.Shard, s.Seq, err.Error()}
	}
	c.extend(s.Bytes, events)
	return events, nil
}

// extend moves the head behind a bundle of these events.
func (c *chain) extend(bundle []byte, events []Event) {
	for i := range events {
		c.ids[events[i].ID] = true
	}
	c.head = c.head.next(bundle, len(events))
}

// follows checks that the bundle was written for this place behind this head.
func (c *chain) follows(l link, s Stored) error {
	switch {
	case l.V != Version:
		return fmt.Errorf("has version %d", l.V)
	case l.Shard != s.Shard || l.Seq != s.Seq:
		return fmt.Errorf("was written as bundle %d of shard %s", l.Seq, l.Shard)
	case l.Prev != c.head.Hash:
		return errors.New("does not follow the one before it: one of the two was changed or put in")
	}
	return nil
}

// checkEvents checks what no writer of ours would have written.
func (c *chain) checkEvents(events []Event) error {
	here := make(map[string]bool, len(events))
	for i := range events {
		e := &events[i]
		switch err := e.Check(); {
		case err != nil:
			return fmt.Errorf("holds event %d: %w", i, err)
		case e.Shard != c.head.Shard:
			return fmt.Errorf("holds event %d of another shard", i)
		case c.ids[e.ID] || here[e.ID]:
			return fmt.Errorf("holds event %d a second time", i)
		}
		here[e.ID] = true
	}
	return nil
}

// Events goes over the events below the prefix, shard by shard, each checked
// against its chain. It ends with a *Fault where a chain breaks.
func Events(ctx context.Context, store Store, prefix string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		var c *chain
		for s, err := range store.Read(ctx, prefix) {
			var events []Event
			if err == nil {
				c = c.of(s.Shard)
				events, err = c.add(s)
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// of is the chain itself, or a new one if the shard is another.
func (c *chain) of(shard string) *chain {
	if c != nil && c.head.Shard == shard {
		return c
	}
	return newChain(shard)
}
