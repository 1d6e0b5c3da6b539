package csv

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// settingsHelp is what people are told of the settings.
var settingsHelp = []connectors.Setting{
	{Name: "path", Required: true, Meaning: "the folder; a target makes it if it is not there"},
	{Name: "columns", Meaning: "source: for each file, which of its columns is which of ours, as in " +
		`{tickets: {"Ticket-Nr.": number, "Betreff": subject, "SLA": "custom:SLA", "Row": "-"}}; "-" leaves a column out`},
	{Name: "delimiter", Default: "found out", Meaning: `source: what stands between two values: ",", ";", "|" or "tab"`},
	{Name: "encoding", Default: "found out", Meaning: "source: utf-8, utf-16le, utf-16be or a code page, such as windows-1252"},
	{Name: "time_layouts", Meaning: "source: other ways in which times are written, each as it would write 2 January 2006, " +
		`15:04:05, such as "02.01.2006 15:04"`},
	{Name: "time_zone", Default: "UTC", Meaning: "source: where times without a zone were written, such as Europe/Berlin"},
	{Name: "max_field", Default: "16777216", Meaning: "the largest row, in bytes, and so the largest value"},
	{Name: "escape_formulas", Default: "false", Meaning: "target: put ' before values that a spreadsheet would run as formulas"},
}

// sourceSettings is what a plan says of a source.
type sourceSettings struct {
	Path        string                       `yaml:"path"`
	Columns     map[string]map[string]string `yaml:"columns"`
	Delimiter   string                       `yaml:"delimiter"`
	Encoding    string                       `yaml:"encoding"`
	TimeLayouts []string                     `yaml:"time_layouts"`
	TimeZone    string                       `yaml:"time_zone"`
	MaxField    int                          `yaml:"max_field"`
}

// targetSettings is what a plan says of a target.
type targetSettings struct {
	Path           string `yaml:"path"`
	MaxField       int    `yaml:"max_field"`
	EscapeFormulas bool   `yaml:"escape_formulas"`
}

// options is how the files of a folder are read.
type options struct {
	columns   map[string]map[string]string
	separator byte      // 0: find out
	encoding  *encoding // nil: find out
	layouts   []string
	zone      *time.Location
	limit     int // of a row, in bytes
}

// defaultLimit is more than any message of a help desk has: mail servers stop
// earlier. A page and two passes over the parts each hold one row.
const defaultLimit = 16 << 20

// otherLayouts are the ways to write a time, besides RFC 3339, that mean the
// same to everybody. Two numbers and a year do not: 02/01/2006 is a matter of
// where one was born, so that one is for the plan.
var otherLayouts = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04", "2006-01-02"}

func settingsError(format string, args ...any) error {
	return fmt.Errorf("csv: %w: %w", connectors.ErrSettings, fmt.Errorf(format, args...))
}

func (s *sourceSettings) options() (*options, error) {
	o := &options{columns: s.Columns, zone: time.UTC, limit: s.MaxField}
	for _, check := range []error{checkPath(s.Path), checkLimit(&o.limit), s.checkColumns()} {
		if check != nil {
			return nil, check
		}
	}
	var err error
	if o.separator, err = separatorNamed(s.Delimiter); err != nil {
		return nil, err
	}
	if s.Encoding != "" {
		if o.encoding, err = encodingNamed(s.Encoding); err != nil {
			return nil, err
		}
	}
	if s.TimeZone != "" {
		if o.zone, err = time.LoadLocation(s.TimeZone); err != nil {
			return nil, settingsError("there is no time_zone %q; write one such as Europe/Berlin", s.TimeZone)
		}
	}
	o.layouts, err = layouts(s.TimeLayouts)
	return o, err
}

func (s *targetSettings) options() (*options, error) {
	o := &options{separator: ',', encoding: utf8Encoding, zone: time.UTC, limit: s.MaxField}
	if err := checkPath(s.Path); err != nil {
		return nil, err
	}
	return o, checkLimit(&o.limit)
}

func checkPath(path string) error {
	if path == "" {
		return settingsError("path is missing: name the folder of the CSV files")
	}
	return nil
}

func checkLimit(limit *int) error {
	if *limit == 0 {
		*limit = defaultLimit
	}
	if *limit < 0 || *limit > 1<<30 {
		return settingsError("max_field is to be between 1 and %d", 1<<30)
	}
	return nil
}

func (s *sourceSettings) checkColumns() error {
	for name := range s.Columns {
		if sheetNamed(name) == nil {
			var known []string
			for _, sh := range sheets {
				known = append(known, sh.name)
			}
			return settingsError("columns names a file %q; the files are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

func separatorNamed(name string) (byte, error) {
	switch {
	case name == "":
		return 0, nil
	case name == "tab":
		return '\t', nil
	case len(name) == 1 && strings.Contains(separators, name):
		return name[0], nil
	}
	return 0, settingsError(`delimiter is to be ",", ";", "|" or "tab"`)
}

// layouts adds those of the plan to ours, the plan's first.
func layouts(own []string) ([]string, error) {
	for _, l := range own {
		if err := checkLayout(l); err != nil {
			return nil, err
		}
	}
	return slices.Concat(own, otherLayouts), nil
}

// checkLayout refuses what would read every time as the same, or a time of CET
// as one of UTC: Go knows no zone by its letters but the local one.
func checkLayout(l string) error {
	day := time.Date(2011, 12, 23, 4, 5, 6, 0, time.UTC)
	if strings.Contains(l, "MST") {
		return settingsError("time_layouts: %q reads zones by their letters, which are not unique; use -0700 or time_zone", l)
	}
	if got, err := time.Parse(l, day.Format(l)); err != nil || got.YearDay() != day.YearDay() || got.Year() != day.Year() {
		return settingsError("time_layouts: %q is no layout; write 2 January 2006, 15:04:05 as the file would", l)
	}
	return nil
}

// mapped returns the plan's name for a column of a sheet.
func (o *options) mapped(s *sheet, title string) (string, bool) {
	to, ok := o.columns[s.name][title]
	return to, ok
}

// wanted lists the columns of a sheet that the plan maps, sorted.
func (o *options) wanted(s *sheet) []string {
	return slices.Sorted(maps.Keys(o.columns[s.name]))
}
