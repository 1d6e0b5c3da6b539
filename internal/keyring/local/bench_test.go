package local_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
)

// BenchmarkIndex measures what every record and every field costs: anonymize and
// verify take some thirty digests a ticket.
func BenchmarkIndex(b *testing.B) {
	l, err := local.Open(context.Background(), b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	x, err := l.Index(context.Background(), "t1", "m1")
	if err != nil {
		b.Fatal(err)
	}
	ref, content := x.Ref("person", "jane@example.test"), make([]byte, 800)
	for name, f := range map[string]func(){
		"Ref":    func() { x.Ref("person", "jane@example.test") },
		"KeyOf":  func() { x.KeyOf("person", ref) },
		"Marker": func() { x.Marker(ref) },
		"Digest": func() { x.Digest(content) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}

// BenchmarkPair measures what every segment and every attachment costs.
func BenchmarkPair(b *testing.B) {
	l, err := local.Open(context.Background(), filepath.Join(b.TempDir(), "keys"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	s := keyring.Scope{Tenant: "t1", Migration: "m1", Run: "r0001", Side: keyring.Raw}
	if err := l.Make(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	sealed, err := l.Seal(context.Background(), s, make([]byte, 130), []byte("label"))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Seal", func(b *testing.B) {
		for b.Loop() {
			l.Seal(context.Background(), s, make([]byte, 130), []byte("label"))
		}
	})
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			l.Open(context.Background(), s, sealed, []byte("label"))
		}
	})
}
