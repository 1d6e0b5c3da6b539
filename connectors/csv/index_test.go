package csv

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// More entries than the index holds, so that it spills and merges, while it is
// asked between.
func TestTheIndexFindsEveryEntryInTheOrderOfTheFile(t *testing.T) {
	x := newIndex()
	defer x.close()
	random := rand.New(rand.NewPCG(1, 2))
	want := map[uint64][]int64{}
	for i := range int64(maxRuns+3) * maxEntries {
		hash := random.Uint64() % (1 << 62)
		if i%1000 < 400 {
			hash = uint64(i%7) << 61 // some have very many, over more than a block
		}
		if i%97 == 0 || hash%(1<<61) == 0 {
			want[hash] = append(want[hash], i)
		}
		if err := x.addAll([]entry{{hash: hash, offset: i, size: 1}}); err != nil {
			t.Fatal(err)
		}
		if i%100_000 == 0 {
			x.find(hash)
		}
	}
	if len(x.spill.runs) > maxRuns || cap(x.sorted) > 2*maxEntries {
		t.Errorf("%d runs and %d entries in memory", len(x.spill.runs), cap(x.sorted))
	}
	for hash, offsets := range want {
		found, err := x.find(hash)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(found, offsets, func(e entry, o int64) bool { return cmp.Compare(e.offset, o) == 0 }) {
			t.Fatalf("found %d entries of a hash, want %d", len(found), len(offsets))
		}
	}
}
