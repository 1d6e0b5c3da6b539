package csv

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A cursor is where a page ends: which pass over which file, and where in it.
// The passes of a kind are its own file, which gives the records, and then each
// file of parts, which gives what belongs to no record.
type cursor struct {
	pass int
	at   position
	state
}

// A state tells whether the files of a kind are still what they were.
type state struct {
	sizes uint64 // of the files
	times uint64 // when they were last written
}

// state sums up the files that records of kind k are read from.
func (f *folder) state(k helpdesk.Kind) state {
	sizes, times := fnv.New64a(), fnv.New64a()
	for _, s := range passes(k) {
		if t := f.tables[s.name]; t != nil {
			fmt.Fprintln(sizes, s.name, t.size)
			fmt.Fprintln(times, s.name, t.info.ModTime().UnixNano())
		}
	}
	return state{sizes.Sum64(), times.Sum64()}
}

// passes lists the files that the pages of a kind go over.
func passes(k helpdesk.Kind) []*sheet {
	return slices.Concat([]*sheet{sheetOf(k)}, partsOf(k))
}

// resume goes on from a cursor, or from the beginning if the files are no longer
// those that it was made for: an offset into another file means nothing.
//
// Files that are fetched anew for every function of a run have the same sizes
// and other times, so only sizes stop a pass halfway. Times count at the end,
// where a delta begins: then everything is read again. A cursor carries the
// times that its first page found, so that what is written during a run comes
// with the next.
func resume(c connectors.Cursor, k helpdesk.Kind, now state) (cursor, error) {
	if c == "" {
		return cursor{state: now}, nil
	}
	was, err := parseCursor(c)
	if err != nil || was.pass < 0 || was.pass > len(passes(k)) {
		return cursor{}, fmt.Errorf("csv: page of %s: the cursor is none of this connector's", k)
	}
	ended := was.pass == len(passes(k))
	if was.sizes != now.sizes || ended && was.times != now.times {
		return cursor{state: now}, nil
	}
	return was, nil
}

func (c cursor) String() string {
	return fmt.Sprintf("%d.%d.%d.%d.%x.%x", c.pass, c.at.offset, c.at.line, c.at.apart, c.sizes, c.times)
}

func parseCursor(text connectors.Cursor) (c cursor, err error) {
	parts := strings.Split(string(text), ".")
	if len(parts) != 6 {
		return c, errors.New("not six numbers")
	}
	var n [6]uint64
	for i, part := range parts {
		base := 10
		if i >= 4 {
			base = 16
		}
		var bad error
		n[i], bad = strconv.ParseUint(part, base, 64)
		err = errors.Join(err, bad)
	}
	return cursor{int(n[0]), position{int64(n[1]), int64(n[2]), int64(n[3])}, state{n[4], n[5]}}, err
}
