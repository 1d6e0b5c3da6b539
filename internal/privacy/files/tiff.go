package files

import (
	"bytes"
	"encoding/binary"
)

// tiffHead is the order of bytes of a TIFF and where its first directory stands.
func tiffHead(src []byte) (order binary.ByteOrder, first int, ok bool) {
	if len(src) < 8 {
		return nil, 0, false
	}
	switch string(src[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, int(order.Uint32(src[4:])), true
}

// entriesAt are the entries of the directory at a place, 12 bytes each; nil if there
// is none.
func entriesAt(src []byte, order binary.ByteOrder, at int) (all [][]byte) {
	if at < 8 || at > len(src)-2 {
		return nil
	}
	n := int(order.Uint16(src[at:]))
	if at+2+12*n > len(src) {
		return nil
	}
	for i := range n {
		all = append(all, src[at+2+12*i:at+14+12*i])
	}
	return all
}

// tiffKept are the tags that tell how the pixels are stored and shown.
var tiffKept = map[uint16]bool{254: true, 255: true, 256: true, 257: true, 258: true, 259: true, 262: true, 263: true, 264: true, 265: true,
	266: true, 273: true, 274: true, 277: true, 278: true, 279: true, 280: true, 281: true, 282: true, 283: true, 284: true, 286: true, 287: true,
	288: true, 289: true, 290: true, 291: true, 292: true, 293: true, 296: true, 297: true, 301: true, 317: true, 318: true, 319: true, 320: true,
	321: true, 322: true, 323: true, 324: true, 325: true, 338: true, 339: true, 340: true, 341: true, 347: true, 529: true, 530: true, 531: true, 532: true,
	34675: true}

// tiffSizes are the bytes of a value by its type.
var tiffSizes = []int{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}

// maxPages bounds the directories of one TIFF.
const maxPages = 1_000

// stripTIFF keeps where everything stands, and fills with zeros what no kept tag
// points to.
func stripTIFF(src []byte) ([]byte, error) {
	order, next, ok := tiffHead(src)
	if !ok {
		return nil, Malformed
	}
	t := &tiff{src: src, out: make([]byte, len(src)), order: order}
	copy(t.out, src[:8])
	for pages := 0; next != 0; pages++ {
		entries := entriesAt(src, order, next)
		end := next + 2 + 12*len(entries)
		if entries == nil || end+4 > len(src) || pages == maxPages {
			return nil, Malformed
		}
		if !t.directory(next, entries) {
			return nil, Malformed
		}
		next = int(order.Uint32(src[end:]))
	}
	if bytes.Equal(t.out, src) {
		return src, nil
	}
	return t.out, nil
}

type tiff struct {
	src, out []byte
	order    binary.ByteOrder
	copied   int
}

// keep copies a stretch. Stretches may overlap, but not so often that it takes long.
func (t *tiff) keep(at, n int) bool {
	if at < 0 || n < 0 || at > len(t.src) || n > len(t.src)-at {
		return false
	}
	t.copied += n
	copy(t.out[at:at+n], t.src[at:])
	return t.copied <= 4*len(t.src)+1<<20
}

// directory keeps the entries that are to stay, what they point to, and the way to
// the next.
func (t *tiff) directory(at int, entries [][]byte) bool {
	end := at + 2 + 12*len(entries)
	to, kept := at+2, 0
	var offsets, counts []int
	for _, e := range entries {
		tag := t.order.Uint16(e)
		if !tiffKept[tag] {
			continue
		}
		if kind := int(t.order.Uint16(e[2:])); kind >= len(tiffSizes) {
			return false
		}
		copy(t.out[to:], e)
		to, kept = to+12, kept+1
		values, ok := t.values(e)
		if !ok {
			return false
		}
		switch tag {
		case 273, 324: // strips, tiles
			offsets = append(offsets, values...)
		case 279, 325:
			counts = append(counts, values...)
		}
	}
	t.order.PutUint16(t.out[at:], uint16(kept))
	copy(t.out[to:], t.src[end:end+4])
	if kept == 0 || len(offsets) != len(counts) {
		return false
	}
	for i := range offsets {
		if !t.keep(offsets[i], counts[i]) {
			return false
		}
	}
	return true
}

// values keeps what an entry points to, and reads it if it is a list of places or
// sizes.
func (t *tiff) values(e []byte) (values []int, ok bool) {
	kind, n := int(t.order.Uint16(e[2:])), int(t.order.Uint32(e[4:]))
	size := tiffSizes[kind] * n
	if n > len(t.src) {
		return nil, false
	}
	data := e[8:]
	if size > 4 {
		at := int(t.order.Uint32(e[8:]))
		if !t.keep(at, size) {
			return nil, false
		}
		data = t.src[at : at+size]
	}
	switch t.order.Uint16(e) {
	case 273, 279, 324, 325:
	default:
		return nil, true
	}
	for i := range n {
		switch kind {
		case 3:
			values = append(values, int(t.order.Uint16(data[2*i:])))
		case 4:
			values = append(values, int(t.order.Uint32(data[4*i:])))
		default:
			return nil, false
		}
	}
	return values, true
}
