package csv

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Lists stand in one cell: "printer;vip". A backslash takes the meaning from a
// semicolon or backslash behind it; before anything else it is itself, as in
// C:\temp. An empty cell is an empty list, and a cell that is one backslash the
// list of one empty text, which nothing else could be.
const noText = `\`

func joinList(list []string) string {
	switch {
	case len(list) == 0:
		return ""
	case len(list) == 1 && list[0] == "":
		return noText
	case len(list) == 1 && !strings.ContainsAny(list[0], `;\`):
		return list[0]
	}
	var b strings.Builder
	for i, text := range list {
		if i > 0 {
			b.WriteByte(';')
		}
		listEscape.WriteString(&b, text)
	}
	return b.String()
}

var listEscape = strings.NewReplacer(`\`, `\\`, `;`, `\;`)

func splitList(cell string) []string {
	switch {
	case cell == "":
		return nil
	case cell == noText:
		return []string{""}
	case strings.IndexByte(cell, '\\') < 0:
		return strings.Split(cell, ";")
	}
	var list []string
	var b strings.Builder
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == ';':
			list = append(list, b.String())
			b.Reset()
		case c == '\\' && i+1 < len(cell) && (cell[i+1] == ';' || cell[i+1] == '\\'):
			i++
			b.WriteByte(cell[i])
		default:
			b.WriteByte(c)
		}
	}
	return append(list, b.String())
}

// foldKey makes two spellings of an e-mail address one key. Keys of other kinds
// of form, as numbers, are left alone: case may matter there.
func foldKey(key string) string {
	if strings.IndexByte(key, '@') < 0 {
		return key
	}
	return strings.ToLower(strings.TrimSpace(key))
}

// A spelling turns the text of a cell into what the model takes, and reports
// whether it can.
type spelling func(text string) (string, bool)

// spellingOf returns nil for fields that take any text as it stands.
func (o *options) spellingOf(f helpdesk.Field) spelling {
	switch {
	case f.Class == helpdesk.ClassTime:
		return o.time
	case f.Class == helpdesk.ClassFlag:
		return flag
	case f.Class == helpdesk.ClassSize:
		return number
	}
	return nil
}

// time reads a point in time. What is RFC 3339 already stays as it is.
func (o *options) time(text string) (string, bool) {
	if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return text, true
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	for _, layout := range o.layouts {
		if t, err := time.ParseInLocation(layout, text, o.zone); err == nil {
			return t.UTC().Format(time.RFC3339Nano), true
		}
	}
	return "", false
}

// moment is the time of a text that was checked.
func (o *options) moment(text string) time.Time {
	text, _ = o.time(text)
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t.UTC()
}

// flag reads yes and no as people and spreadsheets write them, German too:
// there Excel saves WAHR and FALSCH.
func flag(text string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "1", "ja", "wahr":
		return "true", true
	case "", "false", "no", "0", "nein", "falsch":
		return "", true
	}
	return "", false
}

func number(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return text, err == nil
}

// localPath refuses paths that would lead out of the folder.
func localPath(text string) (string, bool) {
	return text, text == "" || filepath.IsLocal(filepath.FromSlash(text))
}

// A spreadsheet runs cells that begin with one of these as formulas, so that
// opening a file of strangers' words can fetch a page or start a program.
const dangerous = "=+-@\t\r"

// guard takes the danger out of a cell by an apostrophe, in a way that unguard
// undoes exactly: cells that look guarded already get one more.
func guard(text string) string {
	if isGuarded(text, 0) {
		return "'" + text
	}
	return text
}

func unguard(text string) string {
	if isGuarded(text, 1) {
		return text[1:]
	}
	return text
}

// isGuarded reports whether a dangerous sign stands behind at least so many
// apostrophes and nothing else.
func isGuarded(text string, least int) bool {
	bare := strings.TrimLeft(text, "'")
	return bare != "" && len(text)-len(bare) >= least && strings.IndexByte(dangerous, bare[0]) >= 0
}
