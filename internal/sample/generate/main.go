// Command generate writes the sample account into examples/acme.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/safeconduct/safeconduct/internal/sample"
)

func main() {
	dir, err := root()
	if err == nil {
		err = sample.Acme().Write(filepath.Join(dir, "examples", "acme"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// root is the folder of go.mod, above wherever this runs.
func root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
