package sample

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Forms returns how a needle looks when it has leaked in another spelling:
// itself, in lower and upper case, in base64 (wherever in the encoded text it
// stands), hex, URL, HTML, JSON and UTF-16 spelling, and as the lists of byte
// values that fmt prints for a []byte. Search for each of them.
func Forms(needle string) []string {
	forms := []string{needle, strings.ToLower(needle), strings.ToUpper(needle),
		url.QueryEscape(needle), url.PathEscape(needle), percent(needle), html.EscapeString(needle), jsonEscape(needle), quoted(needle),
		utf16le(needle), spell(needle, "%d", " "), spell(needle, "%d", ", "), spell(needle, "%02x", " "), spell(needle, "0x%x", ", ")}
	for _, text := range []string{needle, strings.ToLower(needle)} {
		forms = append(forms, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))))
		forms = append(forms, base64Forms(text)...)
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// base64Forms encodes the needle as it stands at each of the three places that
// it can have in a group of three bytes, without the characters that depend on
// its neighbours.
func base64Forms(needle string) []string {
	var forms []string
	for before := range 3 {
		padded := append(make([]byte, before), needle...)
		skip := (before*8 + 5) / 6              // characters that hold a bit of what is before
		whole := (before + len(needle)) * 8 / 6 // characters that hold none of what is behind
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, enc.EncodeToString(padded)[skip:whole])
		}
	}
	return forms
}

// percent escapes every byte: %41%42.
func percent(needle string) string {
	return "%" + spell(needle, "%02X", "%")
}

// spell prints every byte.
func spell(needle, format, between string) string {
	var parts []string
	for _, b := range []byte(needle) {
		parts = append(parts, fmt.Sprintf(format, b))
	}
	return strings.Join(parts, between)
}

// jsonEscape spells the needle as encoding/json does.
func jsonEscape(needle string) string {
	b, err := json.Marshal(needle)
	if err != nil {
		panic(err)
	}
	return strings.Trim(string(b), `"`)
}

// quoted spells the needle in ASCII alone, as %+q and other languages' JSON do.
func quoted(needle string) string { return strings.Trim(strconv.QuoteToASCII(needle), `"`) }

func utf16le(needle string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(needle)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}
