package files

import (
	"bytes"
	"encoding/binary"
)

// stripJPEG takes out all application segments and comments but those that tell how
// the pixels look: JFIF without its small picture, Adobe's transform, the colour
// profile, and of Exif which way is up.
func stripJPEG(src []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(src)), 0xFF, 0xD8)
	for at := 2; ; {
		if len(src)-at < 2 || src[at] != 0xFF {
			return nil, Malformed
		}
		marker := src[at+1]
		switch {
		case marker == 0xFF: // fill
			at++
			continue
		case marker == 0xD9:
			return append(out, 0xFF, 0xD9), nil // what follows is no part of the picture
		case marker == 0x01 || 0xD0 <= marker && marker <= 0xD7:
			out, at = append(out, src[at:at+2]...), at+2
			continue
		case len(src)-at < 4:
			return nil, Malformed
		}
		n := int(binary.BigEndian.Uint16(src[at+2:]))
		if n < 2 || n > len(src)-at-2 {
			return nil, Malformed
		}
		segment := src[at : at+2+n]
		out = append(out, keptSegment(marker, segment)...)
		at += len(segment)
		if marker == 0xDA { // the pixels
			end := scanEnd(src, at)
			out, at = append(out, src[at:end]...), end
		}
	}
}

// scanEnd is where the pixels of a scan end: at the next marker that is none of theirs.
func scanEnd(src []byte, at int) int {
	for ; at+1 < len(src); at++ {
		if src[at] == 0xFF && src[at+1] != 0 && (src[at+1] < 0xD0 || src[at+1] > 0xD7) {
			return at
		}
	}
	return len(src)
}

func keptSegment(marker byte, segment []byte) []byte {
	content := segment[4:]
	switch {
	case marker == 0xFE: // a comment
		return nil
	case marker < 0xE0 || marker > 0xEF:
		return segment
	case marker == 0xE0 && bytes.HasPrefix(content, []byte("JFIF\x00")) && len(content) >= 14:
		bare := append([]byte{0xFF, 0xE0, 0, 16}, content[:14]...)
		bare[16], bare[17] = 0, 0 // the size of the small picture
		return bare
	case marker == 0xE1 && bytes.HasPrefix(content, []byte("Exif\x00\x00")):
		return uprightOnly(content[6:])
	case marker == 0xE2 && bytes.HasPrefix(content, []byte("ICC_PROFILE\x00")),
		marker == 0xEE && bytes.HasPrefix(content, []byte("Adobe")):
		return segment
	}
	return nil
}

// tagOrientation is Exif's tag for which way is up.
const tagOrientation = 0x0112

// uprightOnly is a segment that says which way is up, as the Exif data does, and
// nothing else; nil if that is the usual way.
func uprightOnly(tiff []byte) []byte {
	order, first, ok := tiffHead(tiff)
	if !ok {
		return nil
	}
	for _, e := range entriesAt(tiff, order, first) {
		if v := order.Uint16(e[8:]); order.Uint16(e) == tagOrientation && 1 < v && v <= 8 {
			s := append([]byte{0xFF, 0xE1, 0, 34}, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"...)
			return append(s, byte(v>>8), byte(v), 0, 0, 0, 0, 0, 0)
		}
	}
	return nil
}
