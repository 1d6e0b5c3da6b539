package sample_test

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

const committed = "../../examples/acme"

func TestCommittedExampleIsWhatTheGeneratorWrites(t *testing.T) {
	export, err := sample.Acme().Export()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range export {
		got, err := os.ReadFile(committed + "/" + name)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s differs (%v); run: go generate ./internal/sample", name, err)
		}
	}
	err = fs.WalkDir(os.DirFS(committed), ".", func(path string, d fs.DirEntry, err error) error {
		generated := strings.HasSuffix(path, ".csv") || strings.HasPrefix(path, "files/")
		if _, ok := export[path]; err == nil && !d.IsDir() && generated && !ok {
			t.Errorf("%s is left over from an earlier generator", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTwoCallsGiveTheSameAccount(t *testing.T) {
	one, err := sample.Crash().Export()
	if err != nil {
		t.Fatal(err)
	}
	two, err := sample.Crash().Export()
	if err != nil {
		t.Fatal(err)
	}
	for name := range one {
		if !bytes.Equal(one[name], two[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestAccountsHaveTheSizeTheyPromise(t *testing.T) {
	acme, crash := count(sample.Acme()), count(sample.Crash())
	for what, limits := range map[string][2]int{
		"definition": {7, 7}, "group": {4, 4}, "organization": {12, 12}, "person": {98, 98}, "ticket": {300, 300},
		"article": {6, 6}, "comments": {1200, 1500}, "attachments": {110, 160}, "links": {6, 20},
		"time entries": {40, 90}, "ratings": {20, 60}, "participants": {30, 80}, "bytes": {800_000, 3_000_000},
	} {
		if n := acme[what]; n < limits[0] || n > limits[1] {
			t.Errorf("Acme has %d %s, want %d to %d", n, what, limits[0], limits[1])
		}
	}
	if crash["ticket"] != 50 || crash["bytes"] > 250_000 {
		t.Errorf("Crash has %d tickets and %d bytes, want 50 and at most 250,000", crash["ticket"], crash["bytes"])
	}
}

func count(a sample.Account) map[string]int {
	n := map[string]int{}
	for _, r := range a.Records {
		n[string(r.Kind)]++
		if t := r.Ticket; t != nil {
			n["comments"] += len(t.Comments)
			n["links"] += len(t.Links)
			n["time entries"] += len(t.TimeEntries)
			n["ratings"] += len(t.Ratings)
			n["participants"] += len(t.Participants)
		}
	}
	n["attachments"] = len(a.Files)
	export, _ := a.Export()
	for _, content := range export {
		n["bytes"] += len(content)
	}
	return n
}

// Only the tickets that are odd in just this way may refer to what is gone.
func TestReferencesLeadSomewhereUnlessTheyAreOdd(t *testing.T) {
	odd := map[string]string{sample.OtherCase: "ticket.requester", sample.Spam: "ticket.requester ticket.submitter comment.author",
		sample.GoneGroup: "ticket.group", sample.DeletedAuthor: "comment.author", sample.LinkToNowhere: "link.ticket"}
	for _, a := range []sample.Account{sample.Acme(), sample.Crash()} {
		known := map[helpdesk.Kind]map[string]bool{}
		for _, r := range a.Records {
			if known[r.Kind] == nil {
				known[r.Kind] = map[string]bool{}
			}
			if known[r.Kind][r.Key] {
				t.Errorf("two records of kind %s have the key %s", r.Kind, r.Key)
			}
			known[r.Kind][r.Key] = true
		}
		for _, r := range a.Records {
			for v := range r.Values() {
				for _, key := range v.Strings() {
					if to := v.Field.Refers; to != "" && !known[to][key] && !strings.Contains(odd[r.Key], v.Field.Name) {
						t.Errorf("%s %s: %s refers to %s, which is not there", r.Kind, r.Key, v.Path(), key)
					}
				}
			}
		}
	}
}

func TestNobodyInTheAccountCanExist(t *testing.T) {
	for _, r := range sample.Acme().Of(helpdesk.KindPerson) {
		for _, address := range r.Person.Emails {
			if !reserved(address) {
				t.Errorf("%s is not on a domain for examples", address)
			}
		}
		if !slices.Contains(r.Person.Emails, r.Key) {
			t.Errorf("key %s is not among the person's addresses", r.Key)
		}
	}
}

func reserved(address string) bool {
	for _, domain := range []string{"example.com", "example.org", "example.net"} {
		if strings.HasSuffix(address, "@"+domain) || strings.HasSuffix(address, "."+domain) {
			return true
		}
	}
	return false
}

func TestNothingHappensAfterTheExport(t *testing.T) {
	exported := time.Date(2025, 9, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range sample.Acme().Of(helpdesk.KindTicket) {
		if r.Changed.After(exported) {
			t.Errorf("ticket %s was changed on %s, after the export", r.Key, r.Changed)
		}
		for i, c := range r.Ticket.Comments {
			if c.Created.After(exported) || c.Created.Year() < 2023 {
				t.Errorf("comment %d of %s is of %s", i, r.Key, c.Created)
			}
		}
	}
}

func TestNoTemplateIsLeftUnfilled(t *testing.T) {
	for _, r := range sample.Acme().Records {
		for v := range r.Values() {
			for _, s := range v.Strings() {
				if strings.ContainsAny(s, "{}") || strings.Contains(s, "%!") || strings.Contains(s, "[") && strings.Contains(s, "|") {
					t.Errorf("%s %s: %s has a gap: %.80q", r.Kind, r.Key, v.Path(), s)
				}
			}
		}
	}
}
