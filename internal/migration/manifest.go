package migration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A Manifest names the object that lists a run's segments of one side.
type Manifest struct {
	Manifest string `json:"manifest"`
	Segments int    `json:"segments"`
	Records  int    `json:"records"`
	Broken   int    `json:"broken,omitempty"`
}

// A RawList is the manifest of what was extracted, once that is all there is.
type RawList struct {
	Manifest
	Complete bool `json:"complete"` // every kind is read to its end
}

// List writes the manifest of the raw side: JSON Lines, one segment a line, in
// the order of kinds. A Distributed Map reads it. As long as a kind is not read to
// its end there is none: a manifest is written once.
func (s Extract) List(ctx context.Context, in ExtractInput) (list RawList, err error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return list, err
	}
	for _, k := range in.Kinds {
		position, _, err := l.Position(ctx, in.Run.ID, k)
		if err != nil {
			return list, ofStorage("read the position", err)
		}
		if !position.Done || in.Run.Mode == ModeDelta && !position.Recalled {
			return list, nil
		}
	}
	list.Complete = true
	list.Manifest, err = writeManifest(ctx, s.Staging, l, in.Run, keyring.Raw, "raw", "",
		func(g ledger.Segment) int { return g.Records + g.Broken + g.Gone })
	return list, err
}

// cleanManifest is the manifest of all that verify goes over.
const cleanManifest = "clean"

func manifestName(r Run, name string) string { return r.Prefix() + "manifest/" + name + ".jsonl" }

// writeManifest lists the segments of a side of which records are wanted, in an
// object of the run. The list holds names, counts and digests, so it is not sealed.
func writeManifest(ctx context.Context, store staging.Store, l *ledger.Ledger, r Run, side keyring.Side, name, version string,
	wanted func(ledger.Segment) int) (m Manifest, err error) {
	m.Manifest = manifestName(r, name+version)
	var lines [][]byte
	for g, err := range l.Segments(ctx, r.ID, string(side)) {
		if err != nil {
			return m, ofStorage("read the manifest", err)
		}
		n := wanted(g)
		if n == 0 {
			continue
		}
		line, err := json.Marshal(g)
		if err != nil {
			return m, fmt.Errorf("manifest: %w", err)
		}
		lines = append(lines, append(line, '\n'))
		m.Segments, m.Records, m.Broken = m.Segments+1, m.Records+n, m.Broken+g.Broken
	}
	if m.Segments == 0 {
		return m, nil // nobody asks for a list of nothing
	}
	if name == string(helpdesk.PhaseRemovals) {
		slices.Reverse(lines) // tickets go before the people they name
	}
	err = store.Put(ctx, m.Manifest, func(w io.Writer) error { _, err := w.Write(bytes.Join(lines, nil)); return err })
	if errors.Is(err, staging.ErrExists) {
		err = nil // an earlier invocation wrote the same list
	}
	return m, ofStorage("write the manifest", err)
}

// A CleanList tells the flow which phases to load and what to verify.
type CleanList struct {
	Phases     []PhaseList `json:"phases"`
	PhaseCount int         `json:"phase_count"`
	Next       int         `json:"next"` // index of the phase to load next
	Manifest   string      `json:"manifest"`
	Segments   int         `json:"segments"`
	Records    int         `json:"records"`
}

// A PhaseList is one phase that has something to load.
type PhaseList struct {
	Name     helpdesk.Phase `json:"name"`
	Manifest string         `json:"manifest"`
	Segments int            `json:"segments"`
	Records  int            `json:"records"`
}

// List writes a manifest of the clean side for each phase that has segments, and
// one of all for verify.
func (s Anonymize) List(ctx context.Context, in AnonymizeInput) (CleanList, error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return CleanList{}, err
	}
	so, err := erasuresOf(ctx, l, in.Run.ID)
	if err != nil {
		return CleanList{}, err
	}
	return listClean(ctx, s.Staging, l, in.Run, so.version())
}

// listClean gives the manifests names that end in version: what is written once stays
// as it is.
func listClean(ctx context.Context, store staging.Store, l *ledger.Ledger, r Run, version string) (CleanList, error) {
	list := CleanList{Phases: []PhaseList{}}
	for _, phase := range helpdesk.Phases() {
		m, err := writeManifest(ctx, store, l, r, keyring.Clean, string(phase), version, func(g ledger.Segment) int {
			switch {
			case phase == helpdesk.PhaseRelations:
				return g.Linked
			case phase == helpdesk.PhaseAccounts:
				return g.Suspended
			case phase == helpdesk.PhaseRemovals:
				return g.Gone
			case g.Kind == phase.Kind():
				return g.Records
			}
			return 0
		})
		if err != nil {
			return list, err
		}
		if m.Segments > 0 {
			list.Phases = append(list.Phases, PhaseList{phase, m.Manifest, m.Segments, m.Records})
		}
	}
	list.PhaseCount = len(list.Phases)
	all, err := writeManifest(ctx, store, l, r, keyring.Clean, cleanManifest, version,
		func(g ledger.Segment) int { return g.Records + g.Gone })
	list.Manifest, list.Segments, list.Records = all.Manifest, all.Segments, all.Records
	return list, err
}
