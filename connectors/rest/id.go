package rest

import (
	"fmt"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
)

// ID is the key of an object that a help desk numbers; empty for 0, which is none.
func ID(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// Number is an id that a help desk which numbers its objects may have given, or
// ErrNotFound with the name of the request: anything else would be another path.
func Number(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || ID(n) != text {
		return 0, fmt.Errorf("%s: %w", name, connectors.ErrNotFound)
	}
	return n, nil
}
