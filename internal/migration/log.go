package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A Log is the audit log as steps write and check it, the same in both runtimes:
// a shard for each step of each segment.
type Log struct {
	// Store gives the log of a tenant.
	Store func(tenant string) audit.Store
	// Rows holds the ledger, and in it the heads of shards: a second witness.
	Rows ledger.Store
	Tool string // name and version of this program
}

var (
	_ Recorder = Log{}
	_ Prover   = Log{}
)

// Record appends events and returns the head of their shard.
func (g Log) Record(ctx context.Context, r Run, shard string, events ...audit.Event) (audit.Head, error) {
	w := audit.NewWriter(g.Store(r.Tenant), r.Path()+shard)
	for i := range events {
		e := &events[i]
		e.Tenant, e.Migration, e.Run = r.Tenant, r.Migration, r.ID
		if e.Actor == (audit.Actor{}) {
			e.Actor = audit.Actor{Kind: audit.Function, ID: "safeconduct", Version: g.Tool}
		}
	}
	if err := w.Append(ctx, events...); err != nil {
		return audit.Head{}, err
	}
	return w.Flush(ctx)
}

// Prove reports whether the log is whole and agrees with the heads that the ledger
// holds.
func (g Log) Prove(ctx context.Context, r Run) (evidence.Audit, error) {
	var heads []audit.Head
	l := ledger.New(g.Rows, r.Tenant, r.Migration)
	for h, err := range ledger.Notes[audit.Head](ctx, l, r.ID, "head#") {
		if err != nil {
			return evidence.Audit{}, err
		}
		heads = append(heads, h)
	}
	report, err := audit.Verify(ctx, g.Store(r.Tenant), strings.TrimSuffix(r.Path(), "/"), heads...)
	var fault *audit.Fault
	if err != nil && !errors.As(err, &fault) {
		return evidence.Audit{}, err
	}
	sum := sha256.New()
	for _, h := range report.Heads {
		fmt.Fprintf(sum, "%s %d %s\n", h.Shard, h.Seq, h.Hash)
	}
	return evidence.Audit{Shards: report.Shards, Events: report.Events, Intact: fault == nil, Heads: hex.EncodeToString(sum.Sum(nil))}, nil
}
