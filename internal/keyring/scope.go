package keyring

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Sides of the keys that belong to a migration rather than to a run. Each use
// has a key of its own (RFC 5116, section 2: one key, one algorithm).
const (
	sideRef       Side = "ref"       // AES-SIV, for references
	sideDigest    Side = "digest"    // HMAC, for markers and digests
	sidePseudonym Side = "pseudonym" // HMAC, for pseudonyms
)

// maxPart keeps a scope well below the 1,024 bytes of a DynamoDB sort key and
// the 8,192 bytes of a KMS encryption context.
const maxPart = 128

// Context is the scope as the encryption context of AWS KMS: a key policy can
// then say which side a function may unwrap (kms:EncryptionContext:side). Keys
// of a migration have no run.
func (s Scope) Context() map[string]string {
	c := map[string]string{"tenant": s.Tenant, "migration": s.Migration, "side": string(s.Side)}
	if s.Run != "" {
		c["run"] = s.Run
	}
	return c
}

// String is how errors name a scope. It holds identifiers only.
func (s Scope) String() string {
	return strings.Join([]string{s.Tenant, s.Migration, s.Run, string(s.Side)}, "/")
}

// ParseContext turns associated data, as a wrapping key is given it, back into
// the encryption context of the scope.
func ParseContext(associated []byte) (map[string]string, error) {
	var c map[string]string
	if err := json.Unmarshal(associated, &c); err != nil {
		return nil, fmt.Errorf("keyring: associated data is no scope: %w", err)
	}
	return c, nil
}

// associated is the canonical encoding of the scope, the associated data under
// which its keys are wrapped: a JSON object whose names are sorted, which
// encoding/json promises for maps. It is one to one because check lets through
// no byte that JSON would escape or replace.
func (s Scope) associated() []byte {
	b, err := json.Marshal(s.Context())
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return b
}

// check refuses what could be mistaken for another scope or would not be a good
// name in any store: scopes are made by us, so this finds bugs, not bad input.
func (s Scope) check() error {
	parts := []string{s.Tenant, s.Migration, string(s.Side)}
	switch s.Side {
	case sideRef, sideDigest, sidePseudonym:
		if s.Run != "" {
			return fmt.Errorf("keyring: scope %s: side %s belongs to no run", s, s.Side)
		}
	default:
		parts = append(parts, s.Run)
	}
	for _, p := range parts {
		if !isName(p) {
			return fmt.Errorf("keyring: scope %s: a part is empty, too long or not of letters, digits and ._:-", s)
		}
	}
	return nil
}

func isName(s string) bool {
	notName := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._:-", r)
	}
	return s != "" && len(s) <= maxPart && !strings.ContainsFunc(s, notName)
}

// checkPair is check for the scopes that callers may name.
func (s Scope) checkPair() error {
	if s.Side != Raw && s.Side != Clean {
		return fmt.Errorf("keyring: scope %s: side is neither raw nor clean", s)
	}
	return s.check()
}
