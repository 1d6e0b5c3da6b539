package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Select says which records and files are moved; what it leaves out is on record
// as excluded.
type Select struct {
	// Kinds to move; all by default.
	Kinds       []helpdesk.Kind  `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	Tickets     TicketFilter     `yaml:"tickets,omitempty" json:"tickets"`
	Attachments AttachmentFilter `yaml:"attachments,omitempty" json:"attachments"`
}

// A TicketFilter chooses tickets; each part that is given must hold. Dates are
// written as 2024-01-31 and mean the start of the day in UTC.
type TicketFilter struct {
	CreatedAfter  string   `yaml:"created_after,omitempty" json:"created_after,omitempty"`
	CreatedBefore string   `yaml:"created_before,omitempty" json:"created_before,omitempty"`
	UpdatedAfter  string   `yaml:"updated_after,omitempty" json:"updated_after,omitempty"`
	UpdatedBefore string   `yaml:"updated_before,omitempty" json:"updated_before,omitempty"`
	Statuses      []string `yaml:"statuses,omitempty" json:"statuses,omitempty"`
	Groups        []string `yaml:"groups,omitempty" json:"groups,omitempty"`
	Tags          []string `yaml:"tags,omitempty" json:"tags,omitempty"`
	WithoutTags   []string `yaml:"without_tags,omitempty" json:"without_tags,omitempty"`
}

// An AttachmentFilter leaves files out; the ticket keeps their names.
type AttachmentFilter struct {
	// Exclude holds families (images, video, audio, archives, documents), MIME
	// types or patterns of them (application/x-*), or all.
	Exclude    []string `yaml:"exclude,omitempty" json:"exclude,omitempty"`
	LargerThan string   `yaml:"larger_than,omitempty" json:"larger_than,omitempty"` // "20 MB"
	// Names are patterns such as *.eml, compared without case.
	Names []string `yaml:"names,omitempty" json:"names,omitempty"`
}

// Families of content types, as MIME patterns.
var families = map[string][]string{
	"all":    {"*"},
	"images": {"image/*"}, "video": {"video/*"}, "audio": {"audio/*"},
	"archives": {"application/zip", "application/gzip", "application/x-tar", "application/x-7z-compressed",
		"application/vnd.rar", "application/x-rar-compressed", "application/x-bzip2", "application/x-xz", "application/zstd"},
	"documents": {"application/pdf", "application/msword", "application/vnd.*", "text/*", "application/rtf"},
}

// Takes reports whether records of the kind are moved.
func (s Select) Takes(k helpdesk.Kind) bool {
	return len(s.Kinds) == 0 || slices.Contains(s.Kinds, k)
}

// Reasons for which the selection leaves something out.
const (
	OutsideDates  = "outside_dates"
	OtherStatus   = "other_status"
	OtherGroup    = "other_group"
	OtherTags     = "other_tags"
	FileType      = "file_type"
	FileTooLarge  = "file_too_large"
	FileName      = "file_name"
	KindNotChosen = "kind_not_chosen"
	History       = "history" // the run is the first of an express migration; the next one takes it
)

// Recent reports whether an express migration moves a ticket first: it is open, or was
// changed since then. Of one whose state or dates are not known nobody can say that it
// is over.
func Recent(t *helpdesk.Ticket, since time.Time) bool {
	over := t.Category == helpdesk.StatusSolved || t.Category == helpdesk.StatusClosed
	changed := t.Updated
	for _, c := range t.Comments {
		if c.Created.After(changed) {
			changed = c.Created
		}
	}
	return !over || changed.IsZero() || !changed.Before(since)
}

// Excludes says why the plan leaves a ticket out, or "". The group goes by its
// key or by its name.
func (f TicketFilter) Excludes(t *helpdesk.Ticket, groupName string) string {
	switch {
	case !within(t.Created, f.CreatedAfter, f.CreatedBefore), !within(t.Updated, f.UpdatedAfter, f.UpdatedBefore):
		return OutsideDates
	case len(f.Statuses) > 0 && !slices.Contains(f.Statuses, t.Status):
		return OtherStatus
	case len(f.Groups) > 0 && !slices.Contains(f.Groups, t.Group) && !slices.Contains(f.Groups, groupName):
		return OtherGroup
	case len(f.Tags) > 0 && !overlap(f.Tags, t.Tags), overlap(f.WithoutTags, t.Tags):
		return OtherTags
	}
	return ""
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// within holds for a time that is not known: nothing is left out by guessing.
func within(t time.Time, after, before string) bool {
	if t.IsZero() {
		return true
	}
	from, _ := time.Parse(time.DateOnly, after)
	to, _ := time.Parse(time.DateOnly, before)
	return !t.Before(from) && (before == "" || t.Before(to))
}

// Excludes says why the plan leaves a file out, or "". The type is that of the
// content, not of the name.
func (f AttachmentFilter) Excludes(a helpdesk.Attachment, contentType string) string {
	if limit, err := humanize.ParseBytes(f.LargerThan); err == nil && a.Size > int64(limit) {
		return FileTooLarge
	}
	for _, e := range f.Exclude {
		if slices.ContainsFunc(patterns(e), func(p string) bool { return matches(p, contentType) }) {
			return FileType
		}
	}
	for _, n := range f.Names {
		if matches(strings.ToLower(n), strings.ToLower(a.Name)) {
			return FileName
		}
	}
	return ""
}

// NeedsContent reports whether the bytes have to be looked at for Excludes.
func (f AttachmentFilter) NeedsContent() bool { return len(f.Exclude) > 0 }

func patterns(exclude string) []string {
	if p, ok := families[exclude]; ok {
		return p
	}
	return []string{exclude}
}

func matches(pattern, s string) bool {
	if pattern == "*" {
		return true
	}
	media, _, _ := strings.Cut(s, ";")
	ok, err := path.Match(pattern, strings.TrimSpace(media))
	return ok && err == nil
}

func (s Select) check() error {
	for _, k := range s.Kinds {
		if !k.Valid() {
			return fmt.Errorf("select.kinds: there is no kind %q; there are %v", k, helpdesk.Kinds())
		}
	}
	t := s.Tickets
	for key, date := range map[string]string{"created_after": t.CreatedAfter, "created_before": t.CreatedBefore,
		"updated_after": t.UpdatedAfter, "updated_before": t.UpdatedBefore} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			return fmt.Errorf("select.tickets.%s: write the day as 2024-01-31", key)
		}
	}
	if l := s.Attachments.LargerThan; l != "" {
		if _, err := humanize.ParseBytes(l); err != nil {
			return fmt.Errorf("select.attachments.larger_than: write a size, as 20 MB")
		}
	}
	for _, p := range append(slices.Clone(s.Attachments.Names), s.Attachments.Exclude...) {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("select.attachments: %q is no pattern", p)
		}
	}
	for _, e := range s.Attachments.Exclude {
		if _, ok := families[e]; !ok && !strings.Contains(e, "/") {
			return fmt.Errorf("select.attachments.exclude: there is no family %q; there are all, images, video, audio, archives, documents and MIME types", e)
		}
	}
	return nil
}
