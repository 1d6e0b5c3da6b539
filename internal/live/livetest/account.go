package livetest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// An expected ticket is what a help desk has to hold of one of a sample.
type expected struct {
	messages int
	distinct int      // texts, with who wrote them and when
	files    []string // digests, sorted
}

// expect lists the sample's tickets by their numbers.
func expect(a sample.Account) map[string]expected {
	tickets := map[string]expected{}
	for _, r := range a.Of(helpdesk.KindTicket) {
		var e expected
		texts := map[string]bool{}
		for _, c := range r.Ticket.Comments {
			texts[c.Author+"\x00"+c.Created.String()+"\x00"+c.Body] = true
			for _, f := range c.Attachments {
				sum := sha256.Sum256(a.Files[f.Locator])
				e.files = append(e.files, hex.EncodeToString(sum[:]))
			}
		}
		slices.Sort(e.files)
		e.messages, e.distinct = len(r.Ticket.Comments), len(texts)
		tickets[r.Ticket.Number] = e
	}
	return tickets
}

// OfTicket is the text of a message that tells of the ticket only: it stands where
// a ticket has no message to open with.
var OfTicket = regexp.MustCompile(`^\s*(\[Written [^\]]*\]\s*)*\[Ticket [^\]]*\]\s*$`)

// held is the same of a recounted ticket.
func held(t recount.Ticket) expected {
	var e expected
	texts := map[string]bool{}
	for _, m := range t.Messages {
		if OfTicket.MatchString(m.Text) && len(m.Files) == 0 {
			continue
		}
		e.messages++
		texts[m.Text] = true
		for _, f := range m.Files {
			e.files = append(e.files, f.SHA256)
		}
	}
	slices.Sort(e.files)
	e.distinct = len(texts)
	return e
}

// WantAll fails the test for every ticket, comment and file of the sample that
// is not in the help desk just once, and for what is there besides.
func WantAll(t testing.TB, d recount.Desk, a sample.Account) {
	t.Helper()
	tickets, err := d.ByNumber()
	if err != nil {
		t.Error(err)
	}
	want := expect(a)
	wrong := 0
	for _, number := range slices.Sorted(maps.Keys(want)) {
		ticket, there := tickets[number]
		got := held(ticket)
		if there && got.messages == want[number].messages && got.distinct >= want[number].distinct && slices.Equal(got.files, want[number].files) {
			continue
		}
		if wrong++; wrong > 10 {
			continue
		}
		t.Errorf("%s (%d there): %d messages of %d, %d different of %d, %d files of %d, equal: %v", number, ticket.ID, got.messages,
			want[number].messages, got.distinct, want[number].distinct, len(got.files), len(want[number].files),
			slices.Equal(got.files, want[number].files))
	}
	if wrong > 10 {
		t.Errorf("%d tickets are not as they should be", wrong)
	}
	if len(d.Tickets) != len(want) {
		t.Errorf("%d tickets, want %d", len(d.Tickets), len(want))
	}
	if n := len(a.Of(helpdesk.KindArticle)); d.Articles != n {
		t.Errorf("%d articles, want %d", d.Articles, n)
	}
	t.Logf("%d tickets, %d messages, %d files, %d people, %d groups, %d articles; %d mails recorded",
		len(d.Tickets), d.Messages(), d.Files(), d.People, d.Groups, d.Articles, d.Mails)
}

// First is an account with its first n tickets only, and those whom they name.
func First(a sample.Account, n int) sample.Account {
	some := sample.Account{Files: map[string][]byte{}}
	named := map[string]bool{}
	for _, r := range a.Of(helpdesk.KindTicket)[:n] {
		some.Records = append(some.Records, r)
		for v := range r.Values() {
			if v.Field.Refers == helpdesk.KindPerson {
				for _, key := range v.Strings() {
					named[key] = true
				}
			}
		}
		for _, c := range r.Ticket.Comments {
			for _, f := range c.Attachments {
				some.Files[f.Locator] = a.Files[f.Locator]
			}
		}
	}
	before := slices.DeleteFunc(slices.Clone(a.Records), func(r helpdesk.Record) bool {
		return r.Kind == helpdesk.KindTicket || r.Kind == helpdesk.KindArticle || r.Kind == helpdesk.KindPerson && !named[r.Key]
	})
	some.Records = append(before, some.Records...)
	return some
}
