package workflow

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"sync"
	"time"
)

// A Journal is what an execution remembers. One journal belongs to one execution,
// and only one process at a time may run it.
type Journal interface {
	// Append adds an entry. When it returns nil the entry survives a crash. It is
	// called from several goroutines.
	Append(ctx context.Context, e Entry) error

	// Entries lists the entries in the order they were added.
	Entries(ctx context.Context) iter.Seq2[Entry, error]
}

// An Entry records one thing that must not happen twice. Path says where: the
// names of the states that lead there, with the branch or item in brackets, such
// as Load[12]/Write; it is empty for the execution itself.
type Entry struct {
	Kind EntryKind `json:"kind"`
	Path string    `json:"path,omitempty"`
	Time time.Time `json:"time"`

	Execution  string `json:"execution,omitempty"`  // start: its name
	Definition string `json:"definition,omitempty"` // start: digest of the definition

	Data json.RawMessage `json:"data,omitempty"` // start: the input; exit: the state's output
	Next string          `json:"next,omitempty"` // exit: the state that follows, none at the end

	Retries []int     `json:"retries,omitempty"` // retry: how often, for each of the state's retriers
	Until   time.Time `json:"until,omitzero"`    // retry, wait: when to go on; await: until when
	Token   string    `json:"token,omitempty"`   // token, await: by which the task is answered

	MapRun string `json:"mapRun,omitempty"` // map: the id of a distributed Map's run
	Items  string `json:"items,omitempty"`  // map: digest of the items it read

	Error string `json:"error,omitempty"` // fail
	Cause string `json:"cause,omitempty"` // fail
}

// EntryKind says what an entry records.
type EntryKind string

const (
	entryStart   EntryKind = "start"   // an execution began
	entryExit    EntryKind = "exit"    // a state was left
	entryRetry   EntryKind = "retry"   // a state failed and will be tried again
	entryWait    EntryKind = "wait"    // a Wait state waits
	entryToken   EntryKind = "token"   // a task is about to be asked with a token
	entryAwait   EntryKind = "await"   // a task was asked and waits for its answer
	entryMap     EntryKind = "map"     // a distributed Map read its items
	entryFail    EntryKind = "fail"    // the execution, or an item of a distributed Map, failed
	entryRedrive EntryKind = "redrive" // a failed execution runs again
)

func failed(path string, f *Failure) Entry {
	return Entry{Kind: entryFail, Path: path, Error: f.Name, Cause: f.Cause}
}

// A MemoryJournal forgets with its process. The zero value is empty.
type MemoryJournal struct {
	mu      sync.Mutex
	entries []Entry
}

// Append adds an entry.
func (j *MemoryJournal) Append(_ context.Context, e Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
	return nil
}

// Entries lists what was there when it was called.
func (j *MemoryJournal) Entries(context.Context) iter.Seq2[Entry, error] {
	j.mu.Lock()
	entries := slices.Clone(j.entries)
	j.mu.Unlock()
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}
