package privacy

import (
	"crypto/sha256"
)

// crypto finds addresses of Bitcoin (base58check, bech32) and Ethereum.
var crypto = recognizer{
	kind:     Account,
	triggers: "013",
	match:    matchCrypto,
	finds: []string{
		"«1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»", "«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy»", "«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»",
		"«0x52908400098527886E0F7030069857D2E4169EE7»",
	},
	leaves: []string{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0x80070005", "0x52908400098527886E0F7030069857D2E4169EE", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"},
}

// minCrypto is the length of the shortest address that is read.
const minCrypto = 14

func matchCrypto(s *sight, i int, _ *cues) (Span, bool) {
	end := alnumRun(s.window, i)
	if end-i < minCrypto || s.wordBefore(i) {
		return Span{}, false
	}
	text := s.text[i:end]
	valid := false
	switch {
	case s.exact(i, "0x"):
		valid = len(text) == 42 && hexEnd(s.window, i+2) == end
	case s.exact(i, "bc1"), s.exact(i, "tb1"):
		valid = len(text) >= minCrypto && len(text) <= 90 && bech32(text)
	case len(text) >= 26 && len(text) <= 35 && (text[0] == '1' || text[0] == '3'):
		valid = base58check(text)
	}
	return Span{Start: i, End: end, Kind: Account, Type: "CRYPTO", Valid: true}, valid && !s.wordAt(end)
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

func base58check(text []byte) bool {
	var out [25]byte
	for _, b := range text {
		carry := indexByte(base58, b)
		if carry < 0 {
			return false
		}
		for k := len(out) - 1; k >= 0; k-- {
			carry += int(out[k]) * 58
			out[k] = byte(carry)
			carry >>= 8
		}
		if carry > 0 {
			return false
		}
	}
	once := sha256.Sum256(out[:21])
	twice := sha256.Sum256(once[:])
	return [4]byte(twice[:4]) == [4]byte(out[21:])
}

// bech32 is the checksum of BIP 173, or of BIP 350.
func bech32(text []byte) bool {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	step := func(chk uint32, v uint32) uint32 {
		top := chk >> 25
		chk = (chk&0x1ffffff)<<5 ^ v
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
		return chk
	}
	chk := uint32(1)
	for _, b := range text[:2] {
		chk = step(chk, uint32(b>>5))
	}
	chk = step(chk, 0)
	for _, b := range text[:2] {
		chk = step(chk, uint32(b&31))
	}
	for _, b := range text[3:] {
		v := indexByte(charset, lower(b))
		if v < 0 {
			return false
		}
		chk = step(chk, uint32(v))
	}
	return chk == 1 || chk == 0x2bc830a3
}
