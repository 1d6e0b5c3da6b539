package csv

import (
	"bufio"
	"cmp"
	"container/heap"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
)

// A spill is the part of an index that lies in a temporary file: runs of sorted
// entries, one behind the other.
type spill struct {
	file *os.File
	size int64
	runs []run
	buf  []byte // a block
}

// A run is a sorted stretch of the file. Of every block it knows the first hash,
// so that a look-up reads one block: 8 bytes of memory for every 128 entries.
type run struct {
	from, entries int64
	firsts        []uint64
}

const blockEntries = 128

// maxRuns are looked through one by one; with more they are merged first.
const maxRuns = 16

// write adds a run of sorted entries.
func (s *spill) write(entries []entry) error {
	if s.file == nil {
		f, err := temporary()
		if err != nil {
			return err
		}
		s.file = f
	}
	w := s.writer()
	for _, e := range entries {
		if err := w.add(e); err != nil {
			return err
		}
	}
	return s.end(w)
}

// temporary makes a file that is gone when the process is, also when it is
// killed. Windows does not delete what is open; there close does.
func temporary() (*os.File, error) {
	f, err := os.CreateTemp("", "safeconduct-index-*")
	if err != nil {
		return nil, fmt.Errorf("csv: %w: making a temporary file: %w", connectors.ErrUnavailable, systemError(err))
	}
	if runtime.GOOS != "windows" {
		os.Remove(f.Name())
	}
	return f, nil
}

// A runWriter writes a run entry by entry.
type runWriter struct {
	run
	to  *bufio.Writer
	buf []byte
}

func (s *spill) writer() *runWriter {
	return &runWriter{run: run{from: s.size}, to: bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.size), chunk)}
}

func (w *runWriter) add(e entry) error {
	if w.entries%blockEntries == 0 {
		w.firsts = append(w.firsts, e.hash)
	}
	w.entries++
	w.buf = e.append(w.buf[:0])
	_, err := w.to.Write(w.buf)
	return err
}

func (s *spill) end(w *runWriter) error {
	s.runs = append(s.runs, w.run)
	s.size += w.entries * entrySize
	return w.to.Flush()
}

// find collects the entries of a hash from all runs.
func (s *spill) find(hash uint64) ([]entry, error) {
	if len(s.runs) > maxRuns {
		if err := s.merge(); err != nil {
			return nil, err
		}
	}
	if s.buf == nil {
		s.buf = make([]byte, blockEntries*entrySize)
	}
	var found []entry
	for _, r := range s.runs {
		var err error
		if found, err = r.find(s.file, s.buf, hash, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// find reads from the last block that begins below the hash until a hash that is
// above it.
func (r run) find(f io.ReaderAt, buf []byte, hash uint64, found []entry) ([]entry, error) {
	block, _ := slices.BinarySearchFunc(r.firsts, hash, cmp.Compare[uint64])
	for block = max(0, block-1); block < len(r.firsts) && r.firsts[block] <= hash; block++ {
		first := int64(block) * blockEntries
		b := buf[:min(blockEntries, r.entries-first)*entrySize]
		if _, err := f.ReadAt(b, r.from+first*entrySize); err != nil {
			return nil, err
		}
		for ; len(b) > 0; b = b[entrySize:] {
			if e := readEntry(b); e.hash == hash {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

// merge makes one run of all, in a file of its own.
func (s *spill) merge() error {
	if len(s.runs) < 2 {
		return nil
	}
	into := spill{}
	var err error
	if into.file, err = temporary(); err != nil {
		return err
	}
	var all merging
	for _, r := range s.runs {
		c := &runReader{from: bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.entries*entrySize), blockEntries*entrySize)}
		if err := c.next(); err == nil {
			all = append(all, c)
		}
	}
	heap.Init(&all)
	w := into.writer()
	for len(all) > 0 {
		if err := w.add(all[0].head); err != nil {
			return err
		}
		switch err := all[0].next(); err {
		case nil:
			heap.Fix(&all, 0)
		case io.EOF:
			heap.Pop(&all)
		default:
			return err
		}
	}
	if err := into.end(w); err != nil {
		return err
	}
	s.close()
	*s = into
	return nil
}

func (s *spill) close() {
	if s.file != nil {
		s.file.Close()
		if runtime.GOOS == "windows" {
			os.Remove(s.file.Name())
		}
	}
}

// A runReader reads a run entry by entry.
type runReader struct {
	from *bufio.Reader
	head entry
	buf  [entrySize]byte
}

func (r *runReader) next() error {
	_, err := io.ReadFull(r.from, r.buf[:])
	r.head = readEntry(r.buf[:])
	return err
}

// merging is a heap of runs by their next entry.
type merging []*runReader

func (m merging) Len() int           { return len(m) }
func (m merging) Less(i, j int) bool { return compare(m[i].head, m[j].head) < 0 }
func (m merging) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merging) Push(r any)        { *m = append(*m, r.(*runReader)) }
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
