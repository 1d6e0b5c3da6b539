package embedded

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestNoContentOfADeltaOutsideSourceTargetAndSealedSegments is the same promise for
// deltas: of what is edited, said, deleted and merged nothing is found in what a
// delta leaves behind, wherever it is stopped and whatever the errors hold.
func TestNoContentOfADeltaOutsideSourceTargetAndSealedSegments(t *testing.T) {
	records, files, needles := sample.Canaries()
	account := sample.Account{Records: records, Files: files}
	for _, at := range []int{0, 40, 120, 250} {
		t.Run(fmt.Sprintf("stopped at %d", at), func(t *testing.T) {
			home := t.TempDir()
			said := canaryDelta(t, home, account, needles, at)
			searchTree(t, home, needles)
			search(t, "errors and reports", []byte(said), needles)
		})
	}
}

func canaryDelta(t *testing.T, home string, a sample.Account, needles []string, at int) (said string) {
	source, target := fill(t, memory.Options{PageSize: 3, Tombs: at > 100}, a), memory.New(memory.Options{Batch: 2, Threaded: at > 50})
	full := open(t, home, parse(t, "delta: {conflict: review}"), source.Source(), target.Target())
	migrate(t, full)
	if err := full.Close(); err != nil {
		t.Fatal(err)
	}
	for i, key := range source.IDs(helpdesk.KindTicket) {
		switch needle := needles[i%len(needles)]; i % 4 {
		case 0:
			source.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) {
				r.Ticket.Subject, r.Ticket.Tags = needle, append(r.Ticket.Tags, needle)
			})
		case 1:
			source.Reply(key, needle)
		case 2:
			source.Delete(helpdesk.KindTicket, key)
		}
	}
	for _, k := range target.Records(helpdesk.KindTicket) {
		target.Edit(helpdesk.KindTicket, k.Key, func(r *helpdesk.Record) { r.Ticket.Subject = needles[0] + " here" })
	}
	if people := source.IDs(helpdesk.KindPerson); len(people) > 2 {
		source.Merge(helpdesk.KindPerson, people[0], people[1])
		source.Delete(helpdesk.KindPerson, people[2])
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	k := &killer{at: at, stop: stop}
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		switch {
		case op.Name == memory.OpUpdate && op.N%3 == 0:
			return fmt.Errorf("%s: %w", needles[op.N%len(needles)], connectors.ErrRejected)
		case op.Name == memory.OpAppend && op.N%4 == 0:
			return errors.New(needles[op.N%len(needles)])
		}
		return nil
	}})
	r, err := openWith(home, parse(t, "delta: {conflict: review}"), source.Source(), target.Target(), k.wrap)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run, err := r.Migrate(ctx, Request{Mode: migration.ModeDelta})
	report, gathered := r.Report(t.Context(), run)
	return fmt.Sprintf("%v\n%+v\n%#v\n%v\n%+v", err, err, r.steps, gathered, report)
}
