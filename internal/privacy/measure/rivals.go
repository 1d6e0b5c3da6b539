package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"github.com/safeconduct/safeconduct/internal/privacy/lines"
)

//go:embed rivals.py
var rivalsProgram string

// rivals scores other engines on the same tickets, of which every so many is taken:
// the slowest does less than one in two seconds on a busy machine.
func rivals(python string, tickets []sample, every int) error {
	if python == "" {
		fmt.Println("\nother engines: not measured; make bench-privacy-others installs them")
		return nil
	}
	var some []sample
	for i := 0; i < len(tickets); i += every {
		some = append(some, tickets[i])
	}
	for _, name := range []string{"presidio", "datafog", "scrubadub"} {
		found, seconds, err := rival(python, name, some)
		if err != nil {
			return err
		}
		r, size := newResult(), 0
		for i, s := range some {
			r.add(s, found[i])
			size += len(s.Text)
		}
		fmt.Printf("\n%s on %d of these tickets, %.3f MB/s\n", name, len(some), float64(size)/1e6/seconds)
		r.print()
	}
	for _, tagger := range []bool{true, false} {
		found, err := engine(tickets, true, tagger)
		if err != nil {
			return err
		}
		r := newResult()
		for i := 0; i < len(tickets); i += every {
			r.add(tickets[i], found[i])
		}
		fmt.Printf("\nours on the same tickets, mode: record and account, %s\n", mode(tagger))
		r.print()
	}
	return nil
}

func rival(python, name string, samples []sample) (found [][]lines.Span, seconds float64, err error) {
	c := exec.Command(python, "-c", rivalsProgram, name)
	c.Stdin, c.Stderr = asked(samples), os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	for range samples {
		var a struct{ Spans []lines.Span }
		if err := d.Decode(&a); err != nil {
			return nil, 0, err
		}
		found = append(found, a.Spans)
	}
	var last struct{ Seconds float64 }
	err = d.Decode(&last)
	return found, last.Seconds, err
}
