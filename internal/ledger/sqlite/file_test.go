package sqlite_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
)

func TestFilesOfTheLedgerAreForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub", "with ? and % and #")
	s := open(t, filepath.Join(dir, "ledger.db"))
	if err := s.Commit(t.Context(), ledger.Change{Key: ledger.Key{Partition: "p", Sort: "s"}}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "ledger.db*"))
	for _, f := range append(files, dir) {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", f, info.Mode(), err)
		}
	}
	if len(files) != 3 {
		t.Errorf("files %q, want the ledger, its log and its index", files)
	}
}

// Rows come and go in no order, so that pages split, merge and are freed.
func TestAScrubbedLedgerHoldsNothingOfDeletedRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := open(t, path, sqlite.WithoutSync())
	secrets := map[string][]byte{}
	for i := range 800 {
		sort := fmt.Sprintf("%x", i*7919%800)
		secrets[sort] = make([]byte, 200+i*13%500)
		rand.Read(secrets[sort])
		if err := s.Commit(t.Context(), ledger.Change{Key: ledger.Key{Partition: "p", Sort: sort}, Data: secrets[sort]}); err != nil {
			t.Fatal(err)
		}
	}
	if n := found(t, path, secrets); n != 800 {
		t.Fatalf("the search finds %d rows of 800", n)
	}
	gone := map[string][]byte{} // deleted or changed, in turns
	for sort, secret := range secrets {
		c := ledger.Change{Key: ledger.Key{Partition: "p", Sort: sort}, Expect: ledger.Any}
		switch len(gone) % 2 {
		case 0:
			c.Delete = true
		default:
			c.Data = []byte("changed")
		}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if gone[sort] = secret; len(gone) == 400 {
			break
		}
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := found(t, path, gone); n != 0 {
		t.Errorf("something is left of %d rows", n)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() > 0 {
		t.Errorf("the log has %d bytes, %v", info.Size(), err)
	}
}

// found counts the secrets of which a piece stands in a file of the ledger.
func found(t *testing.T, path string, secrets map[string][]byte) (n int) {
	t.Helper()
	var all []byte
	files, _ := filepath.Glob(path + "*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	for _, secret := range secrets {
		for i := 0; i+16 <= len(secret); i += 16 {
			if bytes.Contains(all, secret[i:i+16]) {
				n++
				break
			}
		}
	}
	return n
}

func TestWaitingForAnotherProcessCanBeCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := open(t, path)
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	row := ledger.Change{Key: ledger.Key{Partition: "p", Sort: "s"}}
	if err := s.Commit(ctx, row); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
		t.Errorf("commit: %v after %v, want DeadlineExceeded", err, time.Since(start))
	}
	released := time.AfterFunc(300*time.Millisecond, func() { db.Exec(`ROLLBACK`) })
	defer released.Stop()
	if err := s.Commit(t.Context(), row); err != nil {
		t.Errorf("commit once the file is free: %v", err)
	}
}

// BenchmarkCommit commits 100 rows at a time, as a segment does, and reads them.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n, "rows"), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "ledger.db"))
			data := make([]byte, 300)
			rand.Read(data)
			i := 0
			for b.Loop() {
				changes := make([]ledger.Change, n)
				for j := range changes {
					changes[j] = ledger.Change{Key: ledger.Key{Partition: "map#t1#m1#ticket", Sort: fmt.Sprintf("%08x", i*2654435761%(1<<32))}, Expect: ledger.Any, Data: data}
					i++
				}
				if err := s.Commit(context.Background(), changes...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
