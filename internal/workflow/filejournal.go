package workflow

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
)

// A FileJournal is a file of JSON Lines that only its owner can read. Each entry
// is on the disk when Append returns.
type FileJournal struct {
	file *os.File

	mu      sync.Mutex
	written int64 // bytes handed to the file

	syncing sync.Mutex
	synced  int64 // bytes known to be on the disk
	broken  error // of a flush: what it lost, a second one would not report
}

// OpenJournal opens the journal in the named file, and makes it if there is none.
// A last line that a crash cut short is removed: nobody was told that it was written.
func OpenJournal(name string) (*FileJournal, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &FileJournal{file: file}
	if err := errors.Join(j.trim(), syncFolder(filepath.Dir(name))); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", name, err), file.Close())
	}
	return j, nil
}

// syncFolder makes the file's name as durable as its content.
func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// trim cuts off what follows the last whole line. A line in the middle that is
// damaged is left for Entries to report.
func (j *FileJournal) trim() error {
	var read, whole int64
	lines := bufio.NewReader(j.file)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if errors.Is(err, io.EOF) {
			break
		}
		read += int64(len(line))
		if json.Valid(line) {
			whole = read
		}
	}
	j.written, j.synced = whole, whole
	return j.file.Truncate(whole)
}

// Append writes the entry and waits for the disk. Entries that arrive while the
// disk is busy share the next flush: a Map state with many items at a time does
// not wait for one flush each.
func (j *FileJournal) Append(_ context.Context, e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	end, err := j.write(append(line, '\n'))
	if err != nil {
		return err
	}
	return j.flush(end)
}

func (j *FileJournal) write(line []byte) (end int64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// WriteAt, so that a line that failed halfway is overwritten by the next.
	if _, err := j.file.WriteAt(line, j.written); err != nil {
		return 0, err
	}
	j.written += int64(len(line))
	return j.written, nil
}

func (j *FileJournal) flush(end int64) error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.broken != nil || j.synced >= end {
		return j.broken
	}
	j.mu.Lock()
	written := j.written
	j.mu.Unlock()
	j.broken = j.file.Sync()
	if j.broken == nil {
		j.synced = written
	}
	return j.broken
}

// Entries reads the file from its beginning.
func (j *FileJournal) Entries(context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		j.mu.Lock()
		content := io.NewSectionReader(j.file, 0, j.written)
		j.mu.Unlock()
		lines := bufio.NewReader(content)
		for n := 1; ; n++ {
			line, err := lines.ReadBytes('\n')
			if len(line) == 0 && errors.Is(err, io.EOF) {
				return
			}
			e, err := parseEntry(line)
			if err != nil {
				err = fmt.Errorf("journal %s, line %d: %w", j.file.Name(), n, err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func parseEntry(line []byte) (e Entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields() // written by a newer version: better stop than forget
	if err := d.Decode(&e); err != nil {
		return Entry{}, errors.New("it is no entry") // the decoder's error may quote data
	}
	return e, nil
}

// Close closes the file.
func (j *FileJournal) Close() error { return j.file.Close() }
