package keyring

import (
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// A Ring holds every right over the keys in its rows. The embedded runtime has
// one; a deployed function is given the one right it needs ([NewSealer],
// [NewOpener] and so on), so that its Go signature shows what it may do.
type Ring struct {
	Maker
	Sealer
	Opener
	Forgetter
	Indexer
	Pseudonymizer
}

// NewRing returns all rights over rows whose private halves are wrapped by key:
// a local one or one of KMS. The associated data that key is
// given is the scope; [ParseContext] reads it. What key did not wrap under this
// scope it refuses with ErrRefused; its other errors are passed on as they are.
func NewRing(rows Rows, key tink.AEADWithContext) *Ring {
	open, index := newOpener(rows, key), newIndexer(rows, key)
	return &Ring{
		Maker:         NewMaker(rows, key),
		Sealer:        NewSealer(rows),
		Opener:        open,
		Forgetter:     &forgetter{rows, []dropper{open.keys, index.refs, index.macs}},
		Indexer:       index,
		Pseudonymizer: index,
	}
}

// Format prints that there is a ring and nothing of it, under every verb.
func (*Ring) Format(f fmt.State, _ rune) { io.WriteString(f, "keyring.Ring(redacted)") }
