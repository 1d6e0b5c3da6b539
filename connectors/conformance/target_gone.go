package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// unknown are ids that no help desk has given away.
var unknown = []string{nonsense, "9007199254740991", "-1", "0 OR 1=1", "../canary"}

func targetMisses(d *targetRun) {
	for _, k := range d.kinds() {
		if got := d.find(k, d.marker()); len(got) > 0 {
			d.Errorf("find %s by a marker that nothing has = %q", k, got)
		}
		for _, id := range unknown {
			_, err := d.read(k, id)
			wantNotFound(d, fmt.Sprintf("read %s of an id that does not exist", k), err)
		}
	}
}

func targetStops(d *targetRun) {
	k := d.kinds()[0]
	d.define()
	draft := d.draft(k)
	stops(d, "profile", d.Target.Profile)
	stops(d, "create", func(ctx context.Context) ([]connectors.Created, error) {
		created, err := d.Target.Create(ctx, []connectors.Draft{draft})
		if err == nil && len(created) == 1 {
			err = created[0].Err
		}
		return created, err
	})
	stops(d, "find", func(ctx context.Context) ([]string, error) { return d.Target.Find(ctx, k, draft.Marker) })
	stops(d, "read", func(ctx context.Context) (helpdesk.Record, error) { return d.Target.Read(ctx, k, "1") })
	if c, ok := d.Target.(connectors.Censor); ok {
		stops(d, "census", func(ctx context.Context) (int, error) {
			for _, err := range c.Census(ctx, k, d.prefix) {
				return 0, err
			}
			return 0, nil
		})
	}
	if r, ok := d.Target.(connectors.Remover); ok {
		stops(d, "remove", func(ctx context.Context) ([]connectors.Removal, error) { return r.Remove(ctx, k, []string{"1"}) })
	}
}

func targetRemoves(d *targetRun) {
	remover, can := d.Target.(connectors.Remover)
	if !can {
		notClaimed(d, "Remover")
		return
	}
	for _, k := range slices.Backward(d.kinds()) {
		d.define()
		draft, other := d.draft(k), d.draft(k)
		own := giveOwnFile(&draft)
		id, stays := d.create(draft), d.create(other)
		before, _ := d.read(k, id)
		removal := d.remove(remover, k, id)[0]
		d.wantRemoved(removal, k, id, draft.Marker)
		if own && removal == connectors.Removed {
			d.wantNoBytes(before)
		}
		again := d.remove(remover, k, id, nonsense)
		if removal == connectors.Removed && !slices.Equal(again, []connectors.Removal{removal, removal}) {
			d.Errorf("%s: ids that are gone already are %v, want removed", k, again)
		}
		d.wantStored(other, stays)
	}
}

// targetErases erases a person twice. What is left is what it was told to leave.
func targetErases(d *targetRun) {
	eraser, can := d.Target.(connectors.Eraser)
	if !can || !slices.Contains(d.kinds(), helpdesk.KindPerson) {
		notClaimed(d, "Eraser")
		return
	}
	d.define()
	draft, other := d.draft(helpdesk.KindPerson), d.draft(helpdesk.KindPerson)
	id, stays := d.create(draft), d.create(other)
	as := helpdesk.New(helpdesk.KindPerson, "")
	*as.Person = helpdesk.Person{Name: "Former user CAFE", Emails: []string{"former-user-" + draft.Marker[len(draft.Marker)-8:] + "@placeholder.invalid"}, Role: helpdesk.RoleContact}
	must(d, "erase", func(ctx context.Context) (bool, error) { return true, eraser.Erase(ctx, id, as) })
	got, err := d.read(helpdesk.KindPerson, id)
	if errors.Is(err, connectors.ErrNotFound) { // its id was what it was called
		id = as.Person.Emails[0]
		got, err = d.read(helpdesk.KindPerson, id)
	}
	if err != nil {
		d.Fatalf("read a person who was erased: %v", err)
	}
	must(d, "erase again", func(ctx context.Context) (bool, error) { return true, eraser.Erase(ctx, id, as) })
	p := got.Person
	if p.Name != as.Person.Name || !slices.Equal(p.Emails, as.Person.Emails) || len(p.Phones)+len(p.Custom)+len(p.Tags) > 0 || p.Notes+p.Address != "" {
		d.Errorf("an erased person is %+v, want nothing but name and address of %+v", p, as.Person)
	}
	d.wantStored(other, stays)
}

func (d *targetRun) remove(from connectors.Remover, k helpdesk.Kind, ids ...string) []connectors.Removal {
	d.Helper()
	removals := must(d, "remove "+string(k), func(ctx context.Context) ([]connectors.Removal, error) {
		return from.Remove(ctx, k, ids)
	})
	if len(removals) != len(ids) {
		d.Fatalf("remove of %d ids gives %d answers", len(ids), len(removals))
	}
	return removals
}

// giveOwnFile gives a ticket a file that no other record has, as its first.
func giveOwnFile(draft *connectors.Draft) bool {
	t := draft.Record.Ticket
	if t == nil {
		return false
	}
	f := File{Name: "canary own.txt", Type: "text/plain", Content: []byte("canary of " + draft.Marker)}
	t.Comments[0].Attachments = append([]helpdesk.Attachment{f.attachment("own")}, t.Comments[0].Attachments...)
	stage(draft)
	draft.Open = func(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
		if a.SHA256 == digest(f.Content) {
			return io.NopCloser(bytes.NewReader(f.Content)), nil
		}
		return openStaged(ctx, a)
	}
	return true
}

// wantRemoved looks whether the target did what it says.
func (d *targetRun) wantRemoved(r connectors.Removal, k helpdesk.Kind, id, marker string) {
	d.Helper()
	_, err := d.read(k, id)
	switch r {
	case connectors.Removed:
		wantNotFound(d, "read "+string(k)+" that was removed", err)
		if got := d.find(k, marker); len(got) > 0 {
			d.Errorf("%s was removed, and is found by its marker: %q", k, got)
		}
		if c, ok := d.Target.(connectors.Censor); ok {
			if _, listed := d.census(c, k, d.prefix)[id]; listed {
				d.Errorf("%s was removed, and the census still lists it", k)
			}
		}
	case connectors.Kept:
		if err != nil {
			d.Errorf("read %s that is said to be kept: %v", k, err)
		}
	case connectors.Disabled:
		d.Logf("%s: the target only disables", k)
	default:
		d.Errorf("remove %s answers %q, which is no Removal", k, r)
	}
}

// wantNoBytes wants the file that only the removed record had to be gone.
func (d *targetRun) wantNoBytes(before helpdesk.Record) {
	d.Helper()
	opener, can := d.Target.(connectors.AttachmentOpener)
	if all := attachments(before); can && len(all) > 0 {
		_, err := ask(d, "open an attachment of a removed ticket", func(ctx context.Context) (io.ReadCloser, error) {
			return opener.OpenAttachment(ctx, all[0])
		})
		wantNotFound(d, "open an attachment of a removed ticket", err)
	}
}

func targetPersists(d *targetRun) {
	if d.Reopen == nil {
		notClaimed(d, "that it outlives the connection")
		return
	}
	var drafts []connectors.Draft
	var ids []string
	for _, k := range d.kinds() {
		d.define()
		draft := d.draft(k)
		drafts, ids = append(drafts, draft), append(ids, d.create(draft))
	}
	if err := connectors.Close(d.Target); err != nil {
		d.Errorf("close: %v", err)
	}
	d.Target = d.Reopen(d)
	d.Cleanup(func() { connectors.Close(d.Target) })
	for i, draft := range drafts {
		if got := d.find(draft.Record.Kind, draft.Marker); !slices.Equal(got, ids[i:i+1]) {
			d.Errorf("after reopening, find %s by its marker = %q, want %q", draft.Record.Kind, got, ids[i])
			continue
		}
		d.wantStored(draft, ids[i])
	}
}
