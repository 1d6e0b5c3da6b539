package csv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// journalName is the file that stands in the folder while rows are appended.
const journalName = ".safeconduct-journal"

// A journal makes a batch whole or nothing. It is written before the first byte
// of a batch is, and removed behind the last, and the disk has either before
// anything else goes on.
//
// While rows are appended it holds how long the files were, and whoever finds it
// cuts them back: the batch never was. While rows are removed it holds which, and
// whoever finds it goes on with that: the batch is done. It holds no content.
type journal struct {
	Sizes   map[string]int64 `json:"sizes,omitempty"`
	Blanks  []blank          `json:"blanks,omitempty"`
	Folders []string         `json:"folders"` // of attachments that are to be gone
}

// A blank is a stretch of a file that is to be line ends and nothing else.
type blank struct {
	File string `json:"file"`
	From int64  `json:"from"`
	Size int64  `json:"size"`
}

// blank adds a stretch, to the last one if it begins where that ends.
func (j *journal) blank(file string, from, size int64) {
	if n := len(j.Blanks); n > 0 && j.Blanks[n-1].File == file && j.Blanks[n-1].From+j.Blanks[n-1].Size == from {
		j.Blanks[n-1].Size += size
		return
	}
	j.Blanks = append(j.Blanks, blank{file, from, size})
}

// readJournal returns nil if there is none.
func readJournal(root *os.Root) (*journal, error) {
	text, err := root.ReadFile(journalName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	j := &journal{}
	if err == nil {
		err = json.Unmarshal(text, j)
	}
	if err != nil {
		return nil, unavailable("reading the journal", err)
	}
	return j, nil
}

// limit is how much of a file counts.
func (j *journal) limit(s *sheet, size int64) int64 {
	if j == nil {
		return size
	}
	if before, ok := j.Sizes[s.file()]; ok {
		return min(size, before)
	}
	return size
}

// begin writes the journal.
func (j *journal) begin(root *os.Root) error {
	text, err := json.Marshal(j)
	if err == nil {
		err = replace(root, journalName, func(w *os.File) error {
			_, err := w.Write(text)
			return err
		})
	}
	return unavailable("writing the journal", err)
}

// end removes the journal.
func (j *journal) end(root *os.Root) error {
	err := root.Remove(journalName)
	if err == nil {
		err = syncFolder(root, ".")
	}
	return unavailable("removing the journal", err)
}

// settle takes the folder to where the journal says, and removes it. To do it
// twice is to do it once.
func (j *journal) settle(root *os.Root) error {
	for name, size := range j.Sizes {
		if err := change(root, name, func(f *os.File) error { return f.Truncate(size) }); err != nil {
			return unavailable("cutting back "+name, err)
		}
	}
	for name, blanks := range j.byFile() {
		if err := change(root, name, func(f *os.File) error { return overwrite(f, blanks) }); err != nil {
			return unavailable("removing rows of "+name, err)
		}
	}
	for _, f := range j.Folders {
		if f == "" || strings.ContainsAny(f, `./\`) {
			return unavailable("reading the journal", errors.New("a folder in it is none of ours"))
		}
		if err := root.RemoveAll(path.Join(filesFolder, f)); err != nil {
			return unavailable("removing attachments", err)
		}
	}
	return j.end(root)
}

func (j *journal) byFile() map[string][]blank {
	all := map[string][]blank{}
	for _, b := range j.Blanks {
		all[b.File] = append(all[b.File], b)
	}
	return all
}

func overwrite(f *os.File, blanks []blank) error {
	lines := bytes.Repeat([]byte{'\n'}, chunk)
	for _, b := range blanks {
		for done := int64(0); done < b.Size; done += chunk {
			if _, err := f.WriteAt(lines[:min(b.Size-done, chunk)], b.From+done); err != nil {
				return err
			}
		}
	}
	return nil
}

// recoverFolder finishes or takes back what a process left that was killed.
func recoverFolder(root *os.Root) error {
	j, err := readJournal(root)
	if j == nil || err != nil {
		return err
	}
	return j.settle(root)
}

// change changes a file where it stands, and waits for the disk.
func change(root *os.Root, name string, how func(*os.File) error) error {
	f, err := root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := how(f); err != nil {
		return err
	}
	return f.Sync()
}

// temporaryName is where a file is written that replaces another. There is one:
// who writes holds the lock.
const temporaryName = ".safeconduct-new"

// replace writes a file anew, so that at every moment the old or the new one is
// there, whole.
func replace(root *os.Root, name string, write func(w *os.File) error) error {
	f, err := root.OpenFile(temporaryName, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(temporaryName))
	}
	if err := root.Rename(temporaryName, name); err != nil {
		return err
	}
	return syncFolder(root, ".")
}

// syncFolder makes names reach the disk.
func syncFolder(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return syncNames(f)
}

// unavailable says what failed; nil stays nil.
func unavailable(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("csv: %w: %s: %w", connectors.ErrUnavailable, what, systemError(err))
}
