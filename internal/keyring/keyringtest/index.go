package keyringtest

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

func mustIndex(t *testing.T, r keyring.Indexer, tenant, migration string) keyring.Index {
	t.Helper()
	x, err := r.Index(t.Context(), tenant, migration)
	if err != nil {
		t.Fatalf("index of %s/%s: %v", tenant, migration, err)
	}
	return x
}

// indexes gives the index of m1, again after reopening, and those of others.
func indexes(t *testing.T, p Place) (x, again keyring.Index, others []keyring.Index) {
	r := p.ring()
	x = mustIndex(t, r, "t1", "m1")
	return x, mustIndex(t, p.ring(), "t1", "m1"),
		[]keyring.Index{mustIndex(t, r, "t1", "m2"), mustIndex(t, r, "t2", "m1")}
}

// keys are source keys as they come: numbers, addresses, nothing at all.
var keys = []string{"42", "jane@example.test", "JANE@example.test", "", "ключ", strings.Repeat("k", 500), "a\x00b"}

func indexRefs(t *testing.T, p Place) {
	x, again, others := indexes(t, p)
	seen := map[string]string{}
	for _, kind := range []string{"person", "ticket"} {
		for _, key := range keys {
			ref := x.Ref(kind, key)
			if was, ok := seen[ref]; ok {
				t.Errorf("%q has the reference of %q", key, was)
			}
			seen[ref] = key
			if got := again.Ref(kind, key); got != ref {
				t.Errorf("reference of %q after reopening = %q, want %q", key, got, ref)
			}
			if got, err := again.KeyOf(kind, ref); err != nil || got != key {
				t.Errorf("key of the reference = %q, %v, want %q", got, err, key)
			}
			refIsClosed(t, kind, key, ref, others)
		}
	}
	if _, err := x.KeyOf("ticket", x.Ref("person", "42")); !errors.Is(err, keyring.ErrRefused) {
		t.Errorf("key of another kind's reference: %v, want ErrRefused", err)
	}
}

var urlSafe = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func refIsClosed(t *testing.T, kind, key, ref string, others []keyring.Index) {
	t.Helper()
	if !urlSafe.MatchString(ref) || len(key) > 3 && strings.Contains(ref, key) {
		t.Errorf("reference %q of %q", ref, key)
	}
	for _, o := range others {
		if o.Ref(kind, key) == ref {
			t.Errorf("another migration has the same reference of %q", key)
		}
		for _, bad := range []string{ref, "", "!", ref + "A", ref[1:]} {
			if got, err := o.KeyOf(kind, bad); !errors.Is(err, keyring.ErrRefused) || got != "" {
				t.Errorf("another migration's index reads %q as %q, %v", bad, got, err)
			}
		}
	}
}

var markerForm = regexp.MustCompile(`^sc[a-z2-7]{7}[a-z2-7]{26}$`)

func indexMarkers(t *testing.T, p Place) {
	x, again, others := indexes(t, p)
	ref := x.Ref("ticket", "42")
	m := x.Marker(ref)
	if !markerForm.MatchString(m) || !strings.HasPrefix(m, x.Prefix()) || len(x.Prefix()) != 9 {
		t.Errorf("marker %q with prefix %q", m, x.Prefix())
	}
	if again.Marker(ref) != m || again.Prefix() != x.Prefix() {
		t.Error("marker or prefix changed by reopening")
	}
	if x.Marker(x.Ref("ticket", "43")) == m {
		t.Error("two records have one marker")
	}
	for _, o := range others {
		if o.Marker(ref) == m || o.Prefix() == x.Prefix() {
			t.Error("another migration has the same marker or prefix")
		}
	}
}

func indexDigests(t *testing.T, p Place) {
	x, again, others := indexes(t, p)
	d := x.Digest([]byte("yes"))
	if d != again.Digest([]byte("yes")) {
		t.Error("the digest changed by reopening")
	}
	if d == x.Digest([]byte("yes ")) || d == x.Digest(nil) || !urlSafe.MatchString(d) {
		t.Errorf("digest %q", d)
	}
	if x.Marker("yes") == x.Prefix()+d {
		t.Error("markers and digests are one function")
	}
	for _, o := range others {
		if o.Digest([]byte("yes")) == d {
			t.Error("another migration has the same digest")
		}
	}
}

func pseudonymsStable(t *testing.T, p Place) {
	of := func(migration, kind, canonical string) [16]byte {
		x, err := p.ring().Pseudonyms(t.Context(), "t1", migration)
		if err != nil {
			t.Fatalf("pseudonyms: %v", err)
		}
		return x.Of(kind, canonical)
	}
	jane := of("m1", "email", "jane@example.test")
	if of("m1", "email", "jane@example.test") != jane {
		t.Error("the pseudonym changed by reopening")
	}
	for _, other := range [][3]string{
		{"m1", "email", "june@example.test"}, {"m1", "name", "jane@example.test"},
		{"m1", "emailj", "ane@example.test"}, {"m2", "email", "jane@example.test"},
	} {
		if of(other[0], other[1], other[2]) == jane {
			t.Errorf("%q has the same pseudonym", other)
		}
	}
}

func indexRace(t *testing.T, p Place) {
	var all sync.WaitGroup
	refs := make([]string, 8)
	for i := range refs {
		r := p.ring()
		all.Go(func() {
			x, err := r.Index(t.Context(), "t1", "m1")
			if err != nil {
				t.Errorf("index: %v", err)
				return
			}
			refs[i] = x.Ref("ticket", "42") + x.Prefix()
		})
	}
	all.Wait()
	for _, ref := range refs {
		if ref != refs[0] {
			t.Fatalf("references differ: %q", refs)
		}
	}
}
