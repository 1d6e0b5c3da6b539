// Gazetteer makes the list of names that the engine knows people on no record by.
// Its input are the lists of the U.S. Census Bureau of 1990 (a work of the United
// States, public domain): dist.all.last, dist.female.first and dist.male.first, as
// the Python package names 0.3.0 carries them, and the training sets WNUT17 (CC BY
// 4.0) and Universal NER English-EWT (CC BY-SA 4.0). Of those no text is kept: they
// say which names are also ordinary words, because they stand there in small
// letters.
//
//	go run ./internal/privacy/gazetteer FOLDER-OF-CENSUS-LISTS FOLDER-OF-TRAINING-SETS > internal/privacy/names.txt
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// maxSurnames cuts the tail of 88,799 surnames: rarer ones are borne by fewer than
// 1 in 200,000 and cost memory in every process.
const maxSurnames = 20000

// leastOrdinary is how often a name stands in small letters that is also a word;
// once, people do not write their friends' names otherwise.
const leastOrdinary = 3

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gazetteer FOLDER-OF-CENSUS-LISTS FOLDER-OF-TRAINING-SETS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(census, training string, out io.Writer) error {
	ordinary := map[string]int{}
	for _, name := range []string{"wnut17.train.jsonl.gz", "uner_en_ewt.train.jsonl.gz"} {
		if err := words(filepath.Join(training, name), ordinary); err != nil {
			return err
		}
	}
	given, err := list(census, 0, "dist.female.first", "dist.male.first")
	if err != nil {
		return err
	}
	surnames, err := list(census, maxSurnames, "dist.all.last")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	write(w, "given", given, ordinary)
	write(w, "surname", surnames, ordinary)
	return w.Flush()
}

// words adds the words in small letters of a training set.
func words(name string, ordinary map[string]int) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var line struct{ Text string }
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return err
		}
		for _, word := range strings.FieldsFunc(line.Text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if word == strings.ToLower(word) {
				ordinary[word]++
			}
		}
	}
	return s.Err()
}

// list reads the names of census files, the most frequent first, at most n of each.
func list(folder string, n int, files ...string) (names []string, err error) {
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return nil, err
		}
		count := 0
		for line := range strings.Lines(string(text)) {
			if count++; n > 0 && count > n {
				break
			}
			names = append(names, strings.ToLower(strings.Fields(line)[0]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// write lists names, those that are ordinary words with a ~.
func write(w *bufio.Writer, of string, names []string, ordinary map[string]int) {
	fmt.Fprintln(w, "#", of) // there is a surname "given"
	for _, name := range names {
		w.WriteString(name)
		if ordinary[name] >= leastOrdinary {
			w.WriteByte('~')
		}
		w.WriteByte('\n')
	}
}
