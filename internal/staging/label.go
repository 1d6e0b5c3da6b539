package staging

import (
	"encoding/binary"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A Label says what an object is and where it belongs. Sealing binds an object
// to its label, so that it opens under no other: not in another's place, not in
// another run, not for the other side.
type Label struct {
	Tenant, Migration, Run string
	Side                   keyring.Side
	Object                 string // its name in the Store
}

// Scope is whose key the object is sealed to.
func (l Label) Scope() keyring.Scope {
	return keyring.Scope{Tenant: l.Tenant, Migration: l.Migration, Run: l.Run, Side: l.Side}
}

// segment is the binding of a segment: all of the label.
func (l Label) segment() []byte {
	return bind("safeconduct segment 1", l.Tenant, l.Migration, l.Run, string(l.Side), l.Object)
}

// blob is the binding of a blob: all but the side, because anonymize passes a
// blob from raw to clean by sealing its key anew, without touching the object.
func blobBinding(s keyring.Scope, object string) []byte {
	return bind("safeconduct blob 1", s.Tenant, s.Migration, s.Run, object)
}

// bind joins parts so that no two lists give the same bytes: the length stands
// in front of each. The first part says what it is, and in which version.
func bind(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
