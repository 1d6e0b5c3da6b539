package sample

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Shape of a large account: about 5 KB a ticket, as in real exports.
const (
	largeComments = 5
	largeBody     = 800 // bytes of a comment at least
	largeAgents   = 20
	perContact    = 20  // tickets
	perCompany    = 400 // tickets
)

// Large writes a CSV export with so many tickets of about 5 KB each into the
// folder, without attachments. It needs the same memory for any number. The
// text is made of the words of the other samples and compresses about as well
// as real text does; equal seeds give equal files.
func Large(dir string, tickets int, seed uint64) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("sample: folder of the export: %w", err)
	}
	return large(func(name string) (io.WriteCloser, error) {
		return os.Create(filepath.Join(dir, name))
	}, tickets, seed)
}

// large writes the files wherever create puts them.
func large(create func(name string) (io.WriteCloser, error), tickets int, seed uint64) error {
	w := &mill{tickets: tickets, dice: &dice{seed}, sheets: map[string]*sheet{}}
	for _, lang := range []string{"en", "de"} {
		w.babbles = append(w.babbles, newBabble(theBook().of(lang)))
	}
	if err := w.open(create); err != nil {
		return errors.Join(err, w.close())
	}
	return errors.Join(w.grind(), w.close())
}

// A mill writes tickets and comments side by side and keeps none of them.
type mill struct {
	tickets int
	dice    *dice
	babbles []babble // one a language
	sheets  map[string]*sheet
	closers []func() error
}

func (w *mill) open(create func(name string) (io.WriteCloser, error)) error {
	for _, l := range layouts() {
		f, err := create(l.file)
		if err != nil {
			return fmt.Errorf("sample: file of the export: %w", err)
		}
		buffered := bufio.NewWriterSize(f, 1<<18)
		w.closers = append(w.closers, buffered.Flush, f.Close)
		var custom []string
		if l.file == ticketSheet.file {
			custom = []string{fieldProduct}
		}
		s, err := newSheet(buffered, l, custom, nil)
		if err != nil {
			return err
		}
		w.sheets[l.file] = s
	}
	return nil
}

func (w *mill) close() error {
	var err error
	for _, s := range w.sheets {
		err = errors.Join(err, s.flush())
	}
	for _, c := range w.closers {
		err = errors.Join(err, c())
	}
	return err
}

// grind writes all records in the order of their kinds.
func (w *mill) grind() error {
	var err error
	for _, r := range append(definitions()[:1], groups()...) {
		err = errors.Join(err, w.record(&r))
	}
	steps := []struct {
		n    int
		make func(i int) helpdesk.Record
	}{
		{w.tickets/perCompany + 1, w.company}, {largeAgents, w.agent}, {w.contacts(), w.contact}, {w.tickets, w.ticket},
	}
	for _, s := range steps {
		for i := 0; i < s.n && err == nil; i++ {
			r := s.make(i)
			err = w.record(&r)
		}
	}
	return err
}

func (w *mill) contacts() int { return w.tickets/perContact + 1 }

func (w *mill) record(r *helpdesk.Record) error {
	ptr, custom, extra := contents(r)
	if err := w.sheets[kindSheet(r.Kind).file].write([]string{r.Key, stamp(r.Changed)}, ptr, custom, extra); err != nil || r.Ticket == nil {
		return err
	}
	for i := range r.Ticket.Comments {
		if err := w.sheets[commentSheet.file].write([]string{r.Key}, &r.Ticket.Comments[i], nil, nil); err != nil {
			return err
		}
	}
	return nil
}

func (w *mill) company(i int) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindOrganization, "org-"+strconv.Itoa(i))
	r.Organization.Name = w.babbles[0].word(w.dice) + " " + w.babbles[0].word(w.dice) + " Ltd."
	return r
}

func (w *mill) agent(i int) helpdesk.Record {
	return w.person("agent"+strconv.Itoa(i)+"@"+companyDomain, helpdesk.RoleAgent)
}

func (w *mill) contact(i int) helpdesk.Record {
	r := w.person(contactKey(i), helpdesk.RoleContact)
	r.Person.Organizations = []string{"org-" + strconv.Itoa(i*perContact/perCompany)}
	return r
}

func contactKey(i int) string { return "contact" + strconv.Itoa(i) + "@example.org" }

func (w *mill) person(key, role string) helpdesk.Record {
	book := theBook()
	first, last := pick(w.dice, book.phrases["person.en"]), pick(w.dice, book.phrases["surname"])
	r := helpdesk.New(helpdesk.KindPerson, key)
	*r.Person = helpdesk.Person{Name: firstName(first) + " " + last, Emails: []string{key}, Role: role,
		Phones: []string{phone(w.dice, "de")}, Locale: "en-GB", Created: begin}
	return r
}

// ticket writes a conversation between a contact and an agent.
func (w *mill) ticket(i int) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, strconv.Itoa(1_000_000+i))
	who, babble := w.dice.n(w.contacts()), pick(w.dice, w.babbles)
	contact, agent := contactKey(who), "agent"+strconv.Itoa(w.dice.n(largeAgents))+"@"+companyDomain
	created := begin.Add(asOf.Sub(begin) / time.Duration(w.tickets) * time.Duration(i)).Truncate(time.Second)
	*r.Ticket = helpdesk.Ticket{
		Number: "AC-" + r.Key, Subject: babble.say(w.dice, 30), Status: "Closed", Category: helpdesk.StatusClosed,
		Priority: "normal", Channel: "email", Requester: contact, Submitter: contact, Assignee: agent,
		Group: "support", Organization: "org-" + strconv.Itoa(who*perContact/perCompany),
		Tags: []string{pick(w.dice, []string{"printer", "delivery", "invoice"})}, Created: created,
		Custom: []helpdesk.CustomValue{{Name: fieldProduct, Values: []string{"Orders"}}},
	}
	for n := range largeComments {
		author := []string{contact, agent}[n%2]
		created = created.Add(time.Duration(w.dice.in(60, 40_000)) * time.Second)
		r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{Key: r.Key + "-" + strconv.Itoa(n+1), Author: author,
			Visibility: helpdesk.VisibilityPublic, Channel: "email", Format: helpdesk.FormatText, Created: created,
			Body: babble.say(w.dice, largeBody+w.dice.n(200))})
	}
	r.Ticket.Updated, r.Ticket.Solved, r.Ticket.Closed = created, created, created
	r.Changed = created
	return r
}
