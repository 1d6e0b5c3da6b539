package files

import (
	"bytes"
	"cmp"
	"slices"
)

// A splice replaces a stretch of a file.
type splice struct {
	start, end int
	text       string
}

// spliced returns src with each splice in place. Splices are in order and do not
// overlap. Without any, it is src itself.
func spliced(src []byte, all []splice) []byte {
	if len(all) == 0 {
		return src
	}
	var out bytes.Buffer
	at := 0
	for _, s := range all {
		out.Write(src[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.Write(src[at:])
	return out.Bytes()
}

// sortSplices orders splices by where they start. Those of a paragraph are known only
// at its end.
func sortSplices(all []splice) {
	slices.SortStableFunc(all, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
}
