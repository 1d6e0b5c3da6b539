package sample

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// An Account is a whole help desk in memory.
type Account struct {
	// Records stand kind by kind in the order of helpdesk.Kinds, within a kind by
	// age. References are keys; people's keys are e-mail addresses.
	Records []helpdesk.Record
	// Files holds the bytes of attachments by their Locator, which is a relative
	// path: "files/10007-2-1.png".
	Files map[string][]byte
}

// Of returns the records of one kind.
func (a Account) Of(k helpdesk.Kind) []helpdesk.Record {
	var of []helpdesk.Record
	for _, r := range a.Records {
		if r.Kind == k {
			of = append(of, r)
		}
	}
	return of
}

// Write writes the account into the folder as a CSV export. What an earlier
// export left there is removed; other files, as a README, stay.
func (a Account) Write(dir string) error {
	export, err := a.Export()
	if err != nil {
		return err
	}
	if err := removeExport(dir); err != nil {
		return err
	}
	for name, content := range export {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("sample: folder of the export: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("sample: file of the export: %w", err)
		}
	}
	return nil
}

// removeExport removes the files of the CSV format from the folder, and nothing
// else.
func removeExport(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, strings.TrimSuffix(filesFolder, "/"))); err != nil {
		return fmt.Errorf("sample: old attachments: %w", err)
	}
	for _, name := range sheetNames() {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("sample: old export: %w", err)
		}
	}
	return nil
}
