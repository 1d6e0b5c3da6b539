package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// canary marks content.
const canary = "canary"

// encoded finds what may be base64 or hex.
var encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)

// reveals reports whether a text holds content, also in an encoding that hides
// it from a search but from nobody else.
func reveals(text string) bool {
	forms := []string{text}
	if s, err := url.QueryUnescape(text); err == nil {
		forms = append(forms, s)
	}
	for _, token := range encoded.FindAllString(text, -1) {
		forms = append(forms, decodings(token)...)
	}
	for _, f := range forms {
		if strings.Contains(strings.ToLower(f), canary) {
			return true
		}
	}
	return false
}

func decodings(token string) []string {
	var all []string
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.RawStdEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if b, err := decode(token); err == nil {
			all = append(all, string(b))
		}
	}
	return all
}

// discreet fails the test for a text that holds content, and does not print it:
// in the test of a live account it is somebody's.
func discreet(t testing.TB, what, text string) {
	t.Helper()
	if reveals(text) {
		t.Errorf("%s holds content of a record (%d characters, not shown)", what, len(text))
	}
}
