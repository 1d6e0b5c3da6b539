package files

import (
	"bytes"
	"encoding/binary"
)

// A stripper takes the metadata out of a picture and leaves its pixels. What it does
// not know it leaves out, but for what tells how the pixels are shown.
type stripper func([]byte) ([]byte, error)

func stripperOf(content []byte) stripper {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xd8\xff")):
		return stripJPEG
	case bytes.HasPrefix(content, []byte(pngStart)):
		return stripPNG
	case bytes.HasPrefix(content, []byte("GIF87a")), bytes.HasPrefix(content, []byte("GIF89a")):
		return stripGIF
	case len(content) > 12 && string(content[:4]) == "RIFF" && string(content[8:12]) == "WEBP":
		return stripWebP
	case bytes.HasPrefix(content, []byte("II*\x00")), bytes.HasPrefix(content, []byte("MM\x00*")):
		return stripTIFF
	}
	return nil
}

const pngStart = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks of a PNG that tell how it looks, animation included.
var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true,
	"sRGB": true, "iCCP": true, "sBIT": true, "bKGD": true, "hIST": true, "pHYs": true, "cICP": true, "mDCV": true, "cLLI": true,
	"acTL": true, "fcTL": true, "fdAT": true}

func stripPNG(src []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(src)), pngStart...)
	for at := len(pngStart); ; {
		if len(src)-at < 12 {
			return nil, Malformed
		}
		n := int(binary.BigEndian.Uint32(src[at:]))
		if n > len(src)-at-12 {
			return nil, Malformed
		}
		kind, end := string(src[at+4:at+8]), at+12+n
		if pngKept[kind] {
			out = append(out, src[at:end]...)
		}
		if kind == "IEND" {
			return out, nil // what follows is no part of the picture
		}
		at = end
	}
}

func stripGIF(src []byte) ([]byte, error) {
	if len(src) < 13 {
		return nil, Malformed
	}
	at := 13 + colours(src[10])
	if at > len(src) {
		return nil, Malformed
	}
	out := append(make([]byte, 0, len(src)), src[:at]...)
	for at < len(src) {
		start, kept, head := at, true, 0
		switch src[at] {
		case 0x3B: // the end
			return append(out, 0x3B), nil
		case 0x21: // an extension
			if at+1 >= len(src) {
				return nil, Malformed
			}
			kept, head = gifKept(src[at:]), 2
		case 0x2C: // a picture
			if at+9 >= len(src) {
				return nil, Malformed
			}
			head = 10 + colours(src[at+9]) + 1
		default:
			return nil, Malformed
		}
		at = blocksEnd(src, at+head)
		if at < 0 {
			return nil, Malformed
		}
		if kept {
			out = append(out, src[start:at]...)
		}
	}
	return nil, Malformed
}

// colours is the size of the table of colours that packed flags announce.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifKept: the graphic control, and what makes an animation repeat.
func gifKept(ext []byte) bool {
	return ext[1] == 0xF9 || ext[1] == 0xFF && (bytes.HasPrefix(ext[2:], []byte("\x0bNETSCAPE2.0")) || bytes.HasPrefix(ext[2:], []byte("\x0bANIMEXTS1.0")))
}

// blocksEnd is behind the sub-blocks that start at a place; -1 if there is no end.
func blocksEnd(src []byte, at int) int {
	for at < len(src) {
		n := int(src[at])
		if at++; n == 0 {
			return at
		}
		at += n
	}
	return -1
}

var webpKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true}

// webpExif and webpXMP are flags of VP8X.
const webpExif, webpXMP = 0x08, 0x04

func stripWebP(src []byte) ([]byte, error) {
	size := int(binary.LittleEndian.Uint32(src[4:])) + 8
	if size > len(src) || size < 12 {
		return nil, Malformed
	}
	out := append(make([]byte, 0, size), src[:12]...)
	for at := 12; at < size; {
		if size-at < 8 {
			return nil, Malformed
		}
		n := int(binary.LittleEndian.Uint32(src[at+4:]))
		end := at + 8 + n + n&1
		if n > size || end > size {
			return nil, Malformed
		}
		if kind := string(src[at : at+4]); webpKept[kind] {
			start := len(out)
			out = append(out, src[at:end]...)
			if kind == "VP8X" && n > 0 {
				out[start+8] &^= webpExif | webpXMP
			}
		}
		at = end
	}
	if len(out) == 12 {
		return nil, Malformed // no picture
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}
