package spool_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/spool"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestOnlyTheBytesThatWereReadAreSent(t *testing.T) {
	const digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	open := func(text string) connectors.OpenFunc {
		return func(context.Context, helpdesk.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}
	}
	file, err := spool.Check(t.Context(), "desk", helpdesk.Attachment{Size: 5, SHA256: digest}, open("hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for range 2 {
		body, _ := spool.Reader(file, 5)()
		if got, _ := io.ReadAll(body); string(got) != "hello" {
			t.Errorf("read %q", got)
		}
	}
	for name, a := range map[string]helpdesk.Attachment{"another size": {Size: 4}, "other bytes": {Size: 5, SHA256: strings.Repeat("0", 64)}} {
		if _, err := spool.Check(t.Context(), "desk", a, open("hello")); !errors.Is(err, connectors.ErrRejected) {
			t.Errorf("%s: %v, want ErrRejected", name, err)
		}
	}
}
