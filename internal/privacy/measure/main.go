// Measure says how well and how fast the privacy engine finds personal data, beside
// other engines, on the shared data. It is make bench-privacy.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	shared := flag.String("shared", shared(), "the folder that holds data/pii")
	misses := flag.Int("misses", 0, "show so many misses of each kind")
	fast := flag.Bool("fast", false, "leave out speed and other engines")
	python := flag.String("python", "", "the python of a virtual environment with requirements.txt")
	every := flag.Int("every", 10, "of how many tickets other engines get one")
	profiled := flag.String("profile", "", "write only a profile for the compiler, into this file")
	flag.Parse()
	folder := filepath.Join(*shared, "data", "pii")
	tickets, err := read(filepath.Join(folder, "tickets_en_de.dev.jsonl.gz"))
	if err != nil {
		return err
	}
	if *profiled != "" {
		return profile(tickets, *profiled)
	}
	for _, tagger := range []bool{false, true} {
		if err := quality(tickets, tagger, *misses); err != nil {
			return err
		}
		if *fast {
			continue
		}
		if err := prose(folder, tagger, *misses); err != nil {
			return err
		}
	}
	if *fast {
		return nil
	}
	if err := speed(tickets); err != nil {
		return err
	}
	return rivals(*python, tickets, *every)
}

// shared is where the data lie that are not in the repository.
func shared() string {
	if root := os.Getenv("SAFECONDUCT_SHARED"); root != "" {
		return root
	}
	return filepath.Join("..", "shared")
}
