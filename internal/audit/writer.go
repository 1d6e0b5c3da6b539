package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Writer appends to one shard. Two of them may be at work on it, as when a
// step that was given up for dead runs on beside its retry: the store lets one
// put a bundle at each place, and the other reads it, leaves out the events that
// are there already, and goes on behind it. So an event stands once, and no
// chain forks.
//
// It is safe for use by several goroutines.
type Writer struct {
	store Store

	mu      sync.Mutex
	chain   *chain // nil until the shard was read
	shard   string
	pending []Event
	waiting map[string]bool // ids of pending
}

// NewWriter returns the writer of a shard, such as "t1/m1/r0001/load-000012". It
// reads the shard at the first Append.
func NewWriter(store Store, shard string) *Writer {
	return &Writer{store: store, shard: shard, waiting: map[string]bool{}}
}

// Append adds events. Version, shard, time and id are set where they are not;
// events whose id the shard has are left out. They are durable after Flush, and
// full bundles before it. It returns ErrEvent, and appends none, if one is not
// valid; after any other error the caller may call it again with the same
// events.
func (w *Writer) Append(ctx context.Context, events ...Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	filled := make([]Event, len(events))
	for i, e := range events {
		filled[i] = w.fill(e)
		if err := filled[i].Check(); err != nil {
			return err
		}
	}
	if err := w.load(ctx); err != nil {
		return err
	}
	for _, e := range filled {
		if !w.chain.ids[e.ID] && !w.waiting[e.ID] {
			w.waiting[e.ID] = true
			w.pending = append(w.pending, e)
		}
	}
	for len(w.pending) >= MaxBundle {
		if err := w.put(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Flush makes everything durable and returns the head of the shard. The caller
// passes it on to where the store's owner can't reach: it is the witness.
func (w *Writer) Flush(ctx context.Context) (Head, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.load(ctx); err != nil {
		return Head{}, err
	}
	for len(w.pending) > 0 {
		if err := w.put(ctx); err != nil {
			return Head{}, err
		}
	}
	return w.chain.head, nil
}

// fill sets what is the same for all events of a writer. Times are cut to
// milliseconds and lists never null, so that an event reads back as it was.
func (w *Writer) fill(e Event) Event {
	e.V, e.Shard = Version, w.shard
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	if e.ID == "" {
		e.ID = e.defaultID()
	}
	if e.Counts == nil {
		e.Counts = map[string]int64{}
	}
	if e.Categories == nil {
		e.Categories = []string{}
	}
	if e.Regimes == nil {
		e.Regimes = []string{}
	}
	return e
}

// put stores the first pending events as the next bundle. If somebody else has
// taken the place it reads on instead, so the caller tries again.
func (w *Writer) put(ctx context.Context) error {
	events := w.pending[:min(len(w.pending), MaxBundle)]
	head := w.chain.head
	bundle, err := pack(head, events)
	if err != nil {
		return fmt.Errorf("audit: shard %s: %w", w.shard, err)
	}
	err = w.store.Put(ctx, w.shard, head.Seq+1, bundle)
	switch {
	case err == nil:
		w.chain.extend(bundle, events)
	case errors.Is(err, ErrExists):
		if err := w.readOn(ctx); err != nil {
			return err
		}
		if w.chain.head.Seq == head.Seq {
			return fmt.Errorf("audit: shard %s: bundle %d exists and can't be read", w.shard, head.Seq+1)
		}
	default:
		return fmt.Errorf("audit: shard %s: put bundle %d: %w", w.shard, head.Seq+1, err)
	}
	w.settle()
	return nil
}

// settle leaves out of pending what the chain holds by now.
func (w *Writer) settle() {
	rest := w.pending[:0]
	for _, e := range w.pending {
		if w.chain.ids[e.ID] {
			delete(w.waiting, e.ID)
		} else {
			rest = append(rest, e)
		}
	}
	clear(w.pending[len(rest):])
	w.pending = rest
}

// load reads the shard once. A retry that finds all of its events there costs
// this one read.
func (w *Writer) load(ctx context.Context) error {
	if w.chain != nil {
		return nil
	}
	w.chain = newChain(w.shard)
	if err := w.readOn(ctx); err != nil {
		w.chain = nil
		return err
	}
	return nil
}

// readOn follows the chain to its end. It refuses to go on behind a broken one.
func (w *Writer) readOn(ctx context.Context) error {
	for s, err := range w.store.Read(ctx, w.shard) {
		if err != nil {
			return fmt.Errorf("audit: shard %s: %w", w.shard, err)
		}
		if s.Shard != w.shard || s.Seq <= w.chain.head.Seq {
			continue
		}
		if _, err := w.chain.add(s); err != nil {
			return err
		}
	}
	return nil
}
