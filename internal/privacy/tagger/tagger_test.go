package tagger

import (
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
)

// TestTheWeightsAreSmallAndWhole: they are embedded in every program that may detect.
func TestTheWeightsAreSmallAndWhole(t *testing.T) {
	if len(embedded) != Size || len(embedded) > 2<<20 {
		t.Errorf("the weights are %d bytes, want %d, and never more than 2 MB", len(embedded), Size)
	}
	used := 0
	for _, w := range weights() {
		if w != 0 {
			used++
		}
	}
	if used < Size/100 {
		t.Errorf("%d of %d weights say something", used, Size)
	}
}

// TestANameIsAWall: what is found is found again where another name stands in its place.
func TestANameIsAWall(t *testing.T) {
	none := func([]byte) Listed { return 0 }
	tagger := New(none)
	const text = "It was Tiravel Hosmunder who found it. Then Bresna Quillavar called Tiravel Hosmunder back."
	found := tagger.Find(nil, []byte(text))
	if len(found) == 0 {
		t.Fatal("nobody was found")
	}
	for i, s := range found {
		if s.Start >= s.End || s.End > len(text) || i > 0 && s.Start < found[i-1].End {
			t.Errorf("span %d is %+v", i, s)
		}
	}
}

// TestTheWeightsAreThoseOfTheTraining: make train-tagger writes both files, and nobody
// edits one alone.
func TestTheWeightsAreThoseOfTheTraining(t *testing.T) {
	weights, err := os.ReadFile("weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("weights.bin.sha256")
	if got := fmt.Sprintf("%x\n", sha256.Sum256(weights)); err != nil || got != string(sum) {
		t.Errorf("weights.bin has %swant %s%v", got, sum, err)
	}
}
