package ledger

import (
	"fmt"
	"unicode/utf8"
)

// Limits of a key: DynamoDB's.
const (
	maxPartition = 2048 // bytes
	maxSort      = 1024 // bytes
)

// CheckChanges refuses what an adapter would have to refuse, for all of them
// alike: so that what works on a laptop works when deployed.
func CheckChanges(changes []Change) error {
	if len(changes) > MaxChanges {
		return fmt.Errorf("%w: %d changes, at most %d", ErrTooLarge, len(changes), MaxChanges)
	}
	seen := make(map[Key]bool, len(changes))
	total := 0
	for _, c := range changes {
		if err := c.check(); err != nil {
			return err
		}
		if seen[c.Key] {
			return fmt.Errorf("%w: %s stands twice", ErrInvalid, c.Key)
		}
		seen[c.Key] = true
		total += c.size()
	}
	if total > MaxCommitBytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, total, MaxCommitBytes)
	}
	return nil
}

// check refuses a change that could not mean anything, or is too large.
func (c Change) check() error {
	if err := c.Key.Check(); err != nil {
		return err
	}
	switch {
	case c.Expect < Any:
		return fmt.Errorf("%w: %s expects version %d", ErrInvalid, c.Key, c.Expect)
	case c.Delete && c.Check:
		return fmt.Errorf("%w: %s both deletes and checks", ErrInvalid, c.Key)
	case (c.Delete || c.Check) && c.Data != nil:
		return fmt.Errorf("%w: %s has data and nowhere to put it", ErrInvalid, c.Key)
	case c.size() > MaxRowBytes:
		return fmt.Errorf("%w: %s has %d bytes, at most %d", ErrTooLarge, c.Key, c.size(), MaxRowBytes)
	}
	return nil
}

// size is what DynamoDB counts, but for the names of attributes.
func (c Change) size() int { return len(c.Partition) + len(c.Sort) + len(c.Data) }

// Check refuses a key that no adapter can take.
func (k Key) Check() error {
	if k.Partition == "" || k.Sort == "" || !utf8.ValidString(k.Partition) || !utf8.ValidString(k.Sort) {
		return fmt.Errorf("%w: key %q has an empty part or is no text", ErrInvalid, k)
	}
	if len(k.Partition) > maxPartition || len(k.Sort) > maxSort {
		return fmt.Errorf("%w: key beginning with %.60q", ErrTooLarge, k)
	}
	return nil
}

// String is how errors name a row. Keys hold references only.
func (k Key) String() string { return k.Partition + "/" + k.Sort }
