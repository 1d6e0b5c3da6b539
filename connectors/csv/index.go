package csv

import (
	"cmp"
	"context"
	"encoding/binary"
	"hash/maphash"
	"io"
	"slices"
)

// An index finds the rows of a table by what stands in one of its key columns,
// in whatever order they stand there. It holds hashes under a seed that dies
// with the process, offsets and line numbers, and no content, so that the file
// that it spills to is safe to lose. Memory stays below some megabytes whatever
// the size of the table.
//
// Rows in a row that have the same key are one entry: an export that is grouped
// by ticket costs one entry a ticket.
type index struct {
	seeds  [roles]maphash.Seed
	at     position // up to where the table is indexed
	last   position // of the last row
	sorted []entry
	fresh  []entry
	spill  spill
}

// An entry is a stretch of rows with the same key.
type entry struct {
	hash   uint64
	offset int64
	size   int64
	line   int64
}

const entrySize = 32

// maxEntries is how many entries of a table stand in memory: 4 MiB.
const maxEntries = 128 << 10

func newIndex() *index {
	x := &index{}
	for i := range x.seeds {
		x.seeds[i] = maphash.MakeSeed()
	}
	return x
}

// hash is that of a text in the column with a role. Columns have seeds of their
// own, so that comment 17 is not article 17.
func (x *index) hash(by role, text []byte) uint64 { return maphash.Bytes(x.seeds[by], text) }

func compare(a, b entry) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.offset, b.offset))
}

// indexed returns the table's index, brought up to the table's end.
func (t *table) indexed(ctx context.Context, keys []role) (*index, error) {
	if t.index == nil {
		t.index = newIndex()
	}
	x := t.index
	if x.at.offset >= t.size {
		return x, nil
	}
	built := x.at.offset == 0
	runs := make([]entry, len(keys))
	for r := t.rows(x.at); ; {
		row, err := r.next()
		if err == io.EOF {
			x.at = r.split.position()
			if err := x.addAll(runs); err != nil || !built {
				return x, err
			}
			return x, x.spill.merge()
		}
		if err == nil {
			err = stopped(ctx, row.at.line)
		}
		if err == nil && row.reason == "" {
			x.last = row.at
			err = x.addRow(r, row, keys, runs)
		}
		if err != nil {
			t.index = nil
			x.close()
			return nil, err
		}
	}
}

// stopped looks at the context now and then.
func stopped(ctx context.Context, line int64) error {
	if line%256 == 0 {
		return ctx.Err()
	}
	return nil
}

// addRow lengthens the run of each key column, or begins another.
func (x *index) addRow(r *reader, row stretch, keys []role, runs []entry) error {
	for i, by := range keys {
		column := r.of.role[by]
		if column < 0 || !r.filled(column) {
			continue
		}
		r.cut = r.appendText(r.cut[:0], column)
		e := entry{hash: x.hash(by, r.cut), offset: row.at.offset, size: row.size, line: row.at.line}
		if run := &runs[i]; run.size > 0 && run.hash == e.hash && run.offset+run.size == e.offset {
			run.size += e.size
			continue
		}
		if err := x.addAll(runs[i : i+1]); err != nil {
			return err
		}
		runs[i] = e
	}
	return nil
}

// addAll adds the entries that are not empty.
func (x *index) addAll(entries []entry) error {
	for _, e := range entries {
		if e.size == 0 {
			continue
		}
		x.fresh = append(x.fresh, e)
		if len(x.sorted)+len(x.fresh) >= maxEntries {
			x.settle()
			if err := x.spill.write(x.sorted); err != nil {
				return err
			}
			x.sorted = x.sorted[:0]
		}
	}
	return nil
}

// settle sorts what came since the last time into the rest.
func (x *index) settle() {
	if len(x.fresh) == 0 {
		return
	}
	slices.SortFunc(x.fresh, compare)
	a, b := len(x.sorted), len(x.fresh)
	x.sorted = append(x.sorted, x.fresh...)
	for to := a + b - 1; b > 0; to-- { // from behind, where there is room
		if a > 0 && compare(x.sorted[a-1], x.fresh[b-1]) > 0 {
			a--
			x.sorted[to] = x.sorted[a]
		} else {
			b--
			x.sorted[to] = x.fresh[b]
		}
	}
	x.fresh = x.fresh[:0]
}

// find returns the entries of a hash in the order of the file. Another text may
// have the same hash: who reads the rows compares.
func (x *index) find(hash uint64) ([]entry, error) {
	x.settle()
	found, err := x.spill.find(hash)
	if err != nil {
		return nil, err
	}
	i, _ := slices.BinarySearchFunc(x.sorted, hash, func(e entry, h uint64) int { return cmp.Compare(e.hash, h) })
	for ; i < len(x.sorted) && x.sorted[i].hash == hash; i++ {
		found = append(found, x.sorted[i])
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Compare(a.offset, b.offset) })
	return found, nil
}

func (x *index) close() { x.spill.close() }

func (e entry) append(dst []byte) []byte {
	for _, n := range []uint64{e.hash, uint64(e.offset), uint64(e.size), uint64(e.line)} {
		dst = binary.LittleEndian.AppendUint64(dst, n)
	}
	return dst
}

func readEntry(b []byte) entry {
	n := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	return entry{hash: n(0), offset: int64(n(1)), size: int64(n(2)), line: int64(n(3))}
}
