// Train makes the weights of package tagger. It learns from WNUT17 (CC BY 4.0), from
// Universal NER English-EWT's training part (CC BY-SA 4.0), and from sentences that it
// makes of its own patterns and the lists of names that the engine holds. Of the texts
// nothing is kept but sums. The same input gives the same weights, byte for byte: all
// is counted in integers, in a fixed order.
//
//	make train-tagger
package main

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/tagger"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root := os.Getenv("SAFECONDUCT_SHARED")
	shared := flag.String("shared", root, "the folder that holds data/pii")
	names := flag.String("names", "internal/privacy/names.txt", "the lists of names")
	out := flag.String("out", "internal/privacy/tagger/weights.bin", "where the weights go")
	rounds := flag.Int("rounds", 8, "how often all texts are read")
	synthetic := flag.Int("synthetic", 9000, "how many sentences are made")
	hold := flag.Int("hold", 0, "hold every nth text of the training sets back and score it")
	fold := flag.Int("fold", 0, "which of them")
	flag.Parse()
	var texts, held []text
	for _, set := range []string{"wnut17.train", "uner_en_ewt.train"} {
		all, err := read(filepath.Join(*shared, "data", "pii", set+".jsonl.gz"))
		if err != nil {
			return err
		}
		for i, t := range all {
			if *hold > 0 && i%*hold == *fold {
				held = append(held, t)
			} else {
				texts = append(texts, t)
			}
		}
	}
	made, err := invent(*names, *synthetic)
	if err != nil {
		return err
	}
	texts = append(texts, made...)
	l := newLearner()
	for range *rounds {
		l.round(texts)
	}
	weights := l.weights()
	if len(held) > 0 {
		score(weights, held)
	}
	bytes := make([]byte, len(weights))
	for i, w := range weights {
		bytes[i] = byte(w)
	}
	sum := fmt.Sprintf("%x\n", sha256.Sum256(bytes))
	fmt.Printf("%d texts, %d bytes, SHA-256 %s", len(texts), len(bytes), sum)
	if err := os.WriteFile(*out+".sha256", []byte(sum), 0o644); err != nil {
		return err
	}
	return os.WriteFile(*out, bytes, 0o644)
}

// A text is a sentence and the names of people in it, in bytes.
type text struct {
	text  []byte
	names []tagger.Span
}

// read reads a training set.
func read(name string) (all []text, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var line struct {
			Text  string
			Spans []struct {
				Start, End int // in code points
				Type       string
			}
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return nil, err
		}
		at := make([]int, 0, len(line.Text)+1)
		for i := range line.Text {
			at = append(at, i)
		}
		at = append(at, len(line.Text))
		t := text{text: []byte(line.Text)}
		for _, m := range line.Spans {
			if m.Type == "PER" || m.Type == "person" {
				t.names = append(t.names, tagger.Span{Start: at[m.Start], End: at[m.End]})
			}
		}
		all = append(all, t)
	}
	return all, s.Err()
}

// A learner is an averaged perceptron with a margin, in integers.
type learner struct {
	tagger *tagger.Tagger
	now    []int32
	sums   []int64 // of changes, times when they were made
	time   int64
	random *rand.Rand
}

func newLearner() *learner {
	return &learner{tagger: &tagger.Tagger{Lists: privacy.Listed}, now: make([]int32, tagger.Size), sums: make([]int64, tagger.Size),
		time: 1, random: rand.New(rand.NewPCG(1, 2))}
}

func (l *learner) round(texts []text) {
	for _, i := range l.random.Perm(len(texts)) {
		l.read(texts[i])
	}
}

// oneIn is how many words one is hidden of: it reads as if it was on no list, so that
// names that are on none are learned as well.
const oneIn = 8

// read learns from one text, which is read as Find reads it when it is right.
func (l *learner) read(of text) {
	t := l.tagger
	t.Read(of.text)
	n := t.Tokens()
	for i := range n {
		if l.random.IntN(oneIn) == 0 {
			t.Hide(i)
		}
	}
	lo := 0
	for i := 0; i < n; i++ {
		if !t.MayStart(i) {
			continue
		}
		name, in := at(of.names, t.Token(i))
		starts := in && (i == lo || t.Token(i-1).End <= name.Start)
		t.Starts(i, lo, n)
		l.learn(starts)
		if !starts {
			continue
		}
		end := i + 1
		for {
			next := t.Next(end, n)
			if next == 0 {
				break
			}
			on := t.Token(next-1).End <= name.End
			t.GoesOn(i, end, next, lo, n)
			l.learn(on)
			if !on {
				break
			}
			end = next
		}
		// What stands before becomes what stands before a wall.
		for k := max(lo, i-2); k < i; k++ {
			if t.MayStart(k) {
				_, in := at(of.names, t.Token(k))
				t.Starts(k, lo, i)
				l.learn(in)
			}
		}
		lo, i = end, end-1
	}
	t.Forget()
}

func at(names []tagger.Span, token tagger.Span) (tagger.Span, bool) {
	for _, n := range names {
		if n.Start < token.End && token.Start < n.End {
			return n, true
		}
	}
	return tagger.Span{}, false
}

// margin is by how much an answer must be right.
const margin = 12

// learn changes the weights of the features at hand if their answer is not clearly
// the right one.
func (l *learner) learn(yes bool) {
	sum, by := int32(0), int32(-1)
	features := l.tagger.Features()
	for _, f := range features {
		sum += l.now[f]
	}
	if yes {
		by = 1
	}
	if sum*by <= margin {
		for _, f := range features {
			l.now[f] += by
			l.sums[f] += l.time * int64(by)
		}
	}
	l.time++
}

// precise is how many steps of a weight one change is.
const precise = 8

// weights are the averages over all that was learned.
func (l *learner) weights() []int8 {
	w := make([]int8, tagger.Size)
	for i := range w {
		mean := (int64(l.now[i])*l.time - l.sums[i]) * precise / l.time
		w[i] = int8(max(-127, min(127, mean)))
	}
	return w
}

// score prints how well texts are read that nothing was learned from.
func score(weights []int8, texts []text) {
	for _, bias := range []int{-60, -40, -20, 0, 20, 40, 60, 80} {
		t := &tagger.Tagger{Weights: weights, Lists: privacy.Listed, Bias: bias}
		mentions, found, predictions, right := 0, 0, 0, 0
		for _, of := range texts {
			spans := t.Find(nil, of.text)
			mentions, predictions = mentions+len(of.names), predictions+len(spans)
			for _, n := range of.names {
				if _, ok := at(spans, n); ok {
					found++
				}
			}
			for _, s := range spans {
				if _, ok := at(of.names, s); ok {
					right++
				}
			}
		}
		p, r := float64(right)/float64(max(1, predictions)), float64(found)/float64(max(1, mentions))
		fmt.Printf("bias %3d: P %.3f R %.3f F1 %.3f of %d\n", bias, p, r, 2*p*r/(p+r+1e-9), mentions)
	}
}
