package csv_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Whatever a record holds, the target keeps it to the byte, and a source that
// reads the target's folder gives it again.
func TestWhatIsWrittenIsReadBackExactly(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{"escape_formulas: false", "escape_formulas: true"} {
		t.Run(settings, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "desk")
			to := target(t, dir, settings)
			created := map[helpdesk.Kind]map[string]helpdesk.Record{}
			rapid.Check(t, func(t *rapid.T) {
				d := drawDraft(t)
				answers, err := to.Create(context.Background(), []connectors.Draft{d})
				if err != nil || answers[0].Err != nil {
					t.Fatalf("create: %v %v", err, answers)
				}
				k, id := d.Record.Kind, answers[0].ID
				got, err := to.Read(context.Background(), k, id)
				if err != nil {
					t.Fatal(err)
				}
				wantSame(t, got, d.Record)
				wantBytes(t, to.(connectors.AttachmentOpener), got, d)
				if created[k] == nil {
					created[k] = map[string]helpdesk.Record{}
				}
				created[k][id] = d.Record
			})
			src := source(t, dir)
			for _, k := range helpdesk.Kinds() {
				records, broken := read(t, src, k)
				wantList(t, "broken", reasons(broken), []string{})
				for _, r := range records {
					wantSame(t, r, created[k][r.Key])
					delete(created[k], r.Key)
				}
				if len(created[k]) > 0 {
					t.Errorf("%d records of kind %s are lost", len(created[k]), k)
				}
			}
		})
	}
}

// awkward texts, besides those that rapid comes up with.
var awkward = []string{"", " ", " a ", "\"", "\"\"", "a\r\nb", "\n", "\r", ";", `\`, `\;`, `a\`, ",", "\t", "\x00", "\ufeffa", "=1+1", "'=1",
	"''@x", "+49 30", "-1", "@here", "'", "𝄞 👩‍👩‍👧", "e\u0301", "\u202eabc", "a;b\\c;", "sep=;", "NULL", "\u2028", "\u0085"}

func drawText(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom(awkward), rapid.String()).Draw(t, "text")
}

func drawList(t *rapid.T) []string {
	var list []string
	for range rapid.IntRange(0, 3).Draw(t, "n") {
		list = append(list, drawText(t))
	}
	return list
}

func drawDraft(t *rapid.T) connectors.Draft {
	k := rapid.SampledFrom(helpdesk.Kinds()).Draw(t, "kind")
	r := helpdesk.New(k, "")
	files := map[string][]byte{}
	switch {
	case r.Ticket != nil:
		few := func() int { return rapid.IntRange(0, 3).Draw(t, "few") }
		r.Ticket.Comments = make([]helpdesk.Comment, few())
		r.Ticket.Participants = make([]helpdesk.Participant, few())
		r.Ticket.Links = make([]helpdesk.Link, few())
		r.Ticket.TimeEntries = make([]helpdesk.TimeEntry, few())
		r.Ticket.Ratings = make([]helpdesk.Rating, few())
		for i := range r.Ticket.Comments {
			r.Ticket.Comments[i].Attachments = make([]helpdesk.Attachment, rapid.IntRange(0, 2).Draw(t, "files"))
			r.Ticket.Comments[i].Extra = drawExtra(t)
		}
		r.Ticket.Custom, r.Ticket.Extra = drawCustom(t), drawExtra(t)
	case r.Person != nil:
		r.Person.Custom, r.Person.Extra = drawCustom(t), drawExtra(t)
	case r.Organization != nil:
		r.Organization.Custom, r.Organization.Extra = drawCustom(t), drawExtra(t)
	case r.Article != nil:
		r.Article.Attachments = make([]helpdesk.Attachment, rapid.IntRange(0, 2).Draw(t, "files"))
		r.Article.Extra = drawExtra(t)
	}
	for v := range r.Values() {
		drawValue(t, v)
	}
	for _, a := range attachments(&r) {
		content := []byte(rapid.String().Draw(t, "content"))
		sum := sha256.Sum256(content)
		a.SHA256, a.Size = hex.EncodeToString(sum[:]), int64(len(content))
		files[a.SHA256] = content
	}
	if rapid.Bool().Draw(t, "changed") {
		r.Changed = drawTime(t)
	}
	open := func(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files[a.SHA256])), nil
	}
	return connectors.Draft{Marker: fmt.Sprint("m", rapid.Uint64().Draw(t, "marker")), Record: r, Open: open}
}

var valueNames = []string{"SLA", "a,b;c", " Feld ", "subject", "key", "\"", "\r\n", "custom:x"}

func drawCustom(t *rapid.T) []helpdesk.CustomValue {
	var all []helpdesk.CustomValue
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(valueNames), 0, 3, rapid.ID).Draw(t, "names") {
		all = append(all, helpdesk.CustomValue{Name: name, Values: append(drawList(t), drawText(t))})
	}
	return all
}

func drawExtra(t *rapid.T) []helpdesk.ExtraValue {
	var all []helpdesk.ExtraValue
	for _, v := range drawCustom(t) {
		all = append(all, helpdesk.ExtraValue(v))
	}
	return all
}

func drawTime(t *rapid.T) time.Time {
	from, to := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(rapid.Int64Range(from, to).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
}

func drawValue(t *rapid.T, v helpdesk.Value) {
	if !v.Empty() {
		return // a custom or extra value
	}
	switch v.Field.Class {
	case helpdesk.ClassTime:
		if rapid.Bool().Draw(t, "has time") {
			v.Set([]string{drawTime(t).Format(time.RFC3339Nano)})
		}
	case helpdesk.ClassFlag:
		v.Set([]string{fmt.Sprint(rapid.Bool().Draw(t, "flag"))})
	case helpdesk.ClassSize:
		v.Set([]string{fmt.Sprint(rapid.Int64().Draw(t, "size"))})
	case helpdesk.ClassReference:
		v.Set([]string{rapid.SampledFrom([]string{"", "p1", " p2", "T-3"}).Draw(t, "reference")})
	default:
		if v.Field.Many {
			v.Set(drawList(t))
		} else {
			v.Set([]string{drawText(t)})
		}
	}
	if v.Field.Class == helpdesk.ClassReference && v.Field.Many && v.Strings()[0] == "" {
		v.Set(nil)
	}
}

// attachments lists pointers to the attachments of a record.
func attachments(r *helpdesk.Record) []*helpdesk.Attachment {
	var all []*helpdesk.Attachment
	add := func(list []helpdesk.Attachment) {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	if r.Article != nil {
		add(r.Article.Attachments)
	}
	if r.Ticket != nil {
		for _, c := range r.Ticket.Comments {
			add(c.Attachments)
		}
	}
	return all
}

// wantSame compares all but what is the target's own: key and locators. Custom
// and extra values have no order.
func wantSame(t rapid.TB, got, want helpdesk.Record) {
	t.Helper()
	if g, w := plain(t, got), plain(t, want); g != w {
		t.Fatalf("read back\n%s\nwant\n%s", g, w)
	}
}

func plain(t rapid.TB, r helpdesk.Record) string {
	text, _ := json.Marshal(r)
	var c helpdesk.Record // a copy, all the way down
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	c.Key = ""
	for _, a := range attachments(&c) {
		a.Locator = ""
	}
	if c.Ticket != nil {
		sortValues(c.Ticket.Custom, c.Ticket.Extra)
		for i := range c.Ticket.Comments {
			sortValues(nil, c.Ticket.Comments[i].Extra)
		}
	}
	if c.Person != nil {
		sortValues(c.Person.Custom, c.Person.Extra)
	}
	if c.Organization != nil {
		sortValues(c.Organization.Custom, c.Organization.Extra)
	}
	if c.Article != nil {
		sortValues(nil, c.Article.Extra)
	}
	text, _ = json.MarshalIndent(c, "", " ")
	return string(text)
}

func sortValues(custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) {
	slices.SortFunc(custom, func(a, b helpdesk.CustomValue) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(extra, func(a, b helpdesk.ExtraValue) int { return cmp.Compare(a.Name, b.Name) })
}

func wantBytes(t rapid.TB, from connectors.AttachmentOpener, got helpdesk.Record, d connectors.Draft) {
	t.Helper()
	for _, a := range attachments(&got) {
		f, err := from.OpenAttachment(context.Background(), *a)
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(f)
		f.Close()
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != a.SHA256 {
			t.Fatalf("attachment of %d bytes opens as others", a.Size)
		}
	}
}
