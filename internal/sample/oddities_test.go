package sample_test

import (
	"archive/zip"
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// An odd ticket, with its account.
type odd struct {
	*helpdesk.Ticket
	account sample.Account
}

func (o odd) text() string {
	var b strings.Builder
	for _, c := range o.Comments {
		b.WriteString(c.Body + "\n")
	}
	return b.String()
}

func (o odd) file() (helpdesk.Attachment, []byte) {
	a := o.Comments[0].Attachments[0]
	return a, o.account.Files[a.Locator]
}

func (o odd) person(key string) *helpdesk.Person {
	for _, r := range o.account.Of(helpdesk.KindPerson) {
		if r.Key == key {
			return r.Person
		}
	}
	return nil
}

func (o odd) says(texts ...string) bool {
	for _, text := range texts {
		if !strings.Contains(o.text(), text) {
			return false
		}
	}
	return true
}

var promises = map[string]func(odd) bool{
	sample.SameFileName: func(o odd) bool {
		files := o.Comments[0].Attachments
		return len(files) == 2 && files[0].Name == files[1].Name && files[0].Locator != files[1].Locator
	},
	sample.PictureInline: func(o odd) bool {
		a, content := o.file()
		_, err := png.Decode(bytes.NewReader(content))
		return err == nil && a.Inline && o.says("cid:"+a.ContentID)
	},
	sample.HealthNote:   func(o odd) bool { return o.says("Bandscheibe", "Olaf Lang") },
	sample.EmptySubject: func(o odd) bool { return o.Subject == "" },
	sample.CardNumber:   func(o odd) bool { return o.says("4111 1111 1111 1111", "5555-5555-5555-4444") },
	sample.EmojiFileName: func(o odd) bool {
		a, _ := o.file()
		return strings.ContainsAny(a.Name, "🎁") && strings.Contains(a.Name, "ü")
	},
	sample.OtherCase: func(o odd) bool {
		return o.person(o.Requester) == nil && o.person(strings.ToLower(o.Requester)) != nil
	},
	sample.LongThread: func(o odd) bool { return len(o.Comments) == 200 || len(o.Comments) == 20 },
	sample.Mojibake:   func(o odd) bool { return o.says("MÃ¼ller", "Müller") },
	sample.SameTextSameSecond: func(o odd) bool {
		a, b := o.Comments[0], o.Comments[1]
		return a.Body == b.Body && a.Author == b.Author && a.Created.Equal(b.Created) && a.Key != b.Key
	},
	sample.GoneGroup: func(o odd) bool { return o.Group == sample.GoneGroupKey },
	sample.DeletedAuthor: func(o odd) bool {
		return o.Comments[1].Author == sample.GoneAgent && o.person(sample.GoneAgent) == nil
	},
	sample.TiedComments: func(o odd) bool {
		return len(o.Comments) == 6 && o.Comments[0].Created.Equal(o.Comments[5].Created) && o.Comments[0].Body != o.Comments[5].Body
	},
	sample.EmptyFile:         func(o odd) bool { a, content := o.file(); return content != nil && len(content) == 0 && a.Size == 0 },
	sample.Separators:        func(o odd) bool { return o.says(`""invisible""`, ";\t", "two\nlines", `back\slashes`, "'single'") },
	sample.ReplyBeforeTicket: func(o odd) bool { return o.Comments[1].Created.Before(o.Created) },
	sample.NoRequester:       func(o odd) bool { return o.Requester == "" },
	sample.BankDetails:       func(o odd) bool { return o.says("DE89 3704 0044 0532 0130 00", "AT611904300234573201") },
	sample.RightToLeft: func(o odd) bool {
		return strings.Contains(o.person(o.Requester).Name, "יעל") && o.says("שלום")
	},
	sample.LongBody: func(o odd) bool { return len(o.Comments[0].Body) >= 6_000 },
	sample.CallRecording: func(o odd) bool {
		_, content := o.file()
		return bytes.HasPrefix(content, []byte("RIFF")) && bytes.Contains(content, []byte("WAVEfmt "))
	},
	sample.SpreadsheetFormula: func(o odd) bool {
		first := o.Subject[:1]
		for _, c := range o.Comments {
			first += c.Body[:1]
		}
		return first == "=+=@-"
	},
	sample.ProgramInZip: func(o odd) bool {
		_, content := o.file()
		z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		return err == nil && z.File[0].Name == "setup.exe"
	},
	sample.DataURI:       func(o odd) bool { return o.says(`src="data:image/png;base64,iVBOR`) },
	sample.QuotedReply:   func(o odd) bool { return strings.Count(o.Comments[0].Body, "<blockquote") == 3 },
	sample.UnknownStatus: func(o odd) bool { return o.Status == "waiting for supplier" && o.Category == helpdesk.StatusHold },
	sample.LinkToNowhere: func(o odd) bool {
		return o.Links[0] == helpdesk.Link{Type: "duplicate", Ticket: sample.GoneTicket}
	},
	sample.NoComments:       func(o odd) bool { return len(o.Comments) == 0 },
	sample.SolvedBeforeBorn: func(o odd) bool { return o.Solved.Before(o.Created) },
	sample.ByteOrderMark:    func(o odd) bool { return o.says("\uFEFF") },
	sample.BigFile:          func(o odd) bool { _, content := o.file(); return len(content) == 200_000 || len(content) == 8_000 },
	sample.LongSubject:      func(o odd) bool { return len(o.Subject) > 255 },
	sample.MergedInto:       func(o odd) bool { return len(o.Comments) > 0 },
	sample.Merged: func(o odd) bool {
		return o.Links[0] == helpdesk.Link{Type: "merged_into", Ticket: sample.MergedInto}
	},
	sample.Spam:           func(o odd) bool { return o.Spam && o.person(o.Requester) == nil },
	sample.PasswordInText: func(o odd) bool { return o.says("t0pf-Secret") },
	sample.Combining:      func(o odd) bool { return o.says("J\u00e4ger", "Ja\u0308ger") },
	sample.BareCC: func(o odd) bool {
		p := o.Participants
		return len(p) == 3 && p[0].Person != "" && p[1].Email != "" && p[1].Person == ""
	},
	sample.Parent: func(o odd) bool { return len(o.Links) == 0 },
	sample.Child:  func(o odd) bool { return o.Links[0] == helpdesk.Link{Type: "parent", Ticket: sample.Parent} },
	sample.FollowUp: func(o odd) bool {
		return o.Links[0] == helpdesk.Link{Type: "follow_up_of", Ticket: sample.CardNumber}
	},
	sample.EditedComment:    func(o odd) bool { return !o.Comments[1].Edited.IsZero() },
	sample.SuspendedContact: func(o odd) bool { return o.person(o.Requester).Suspended },
}

func TestEveryOddityIsInBothAccounts(t *testing.T) {
	for name, a := range map[string]sample.Account{"Acme": sample.Acme(), "Crash": sample.Crash()} {
		tickets := map[string]*helpdesk.Ticket{}
		for _, r := range a.Of(helpdesk.KindTicket) {
			tickets[r.Key] = r.Ticket
		}
		for key, kept := range promises {
			if tickets[key] == nil {
				t.Errorf("%s has no ticket %s", name, key)
			} else if !kept(odd{tickets[key], a}) {
				t.Errorf("%s: ticket %s is not odd in the way that its constant says", name, key)
			}
		}
	}
}

func TestReadmeNamesEveryOddTicket(t *testing.T) {
	readme, err := os.ReadFile(committed + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for key := range promises {
		if !strings.Contains(string(readme), "| "+key+" |") {
			t.Errorf("examples/acme/README.md does not tell what is odd about ticket %s", key)
		}
	}
}

func TestBigThingsAreBigInAcme(t *testing.T) {
	for _, r := range sample.Acme().Of(helpdesk.KindTicket) {
		switch r.Key {
		case sample.LongThread:
			if len(r.Ticket.Comments) != 200 {
				t.Errorf("long thread has %d comments, want 200", len(r.Ticket.Comments))
			}
		case sample.LongBody:
			if n := len(r.Ticket.Comments[0].Body); n < 60_000 {
				t.Errorf("long body has %d bytes, want 60,000", n)
			}
		case sample.BigFile:
			if n := r.Ticket.Comments[0].Attachments[0].Size; n != 200_000 {
				t.Errorf("big file has %d bytes, want 200,000", n)
			}
		}
	}
}
