package files

import "strings"

// A place is where the value of an attribute stands in a tag, with its quotes.
type place struct {
	name       string
	nameAt     int
	start, end int // of the value; equal if there is none
}

// placesIn lists the attributes of a start tag, in their order, for XML and HTML.
func placesIn(tag string) (all []place) {
	space := func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
	i := 1
	for i < len(tag) && !space(tag[i]) && tag[i] != '/' && tag[i] != '>' {
		i++
	}
	for i < len(tag) {
		for i < len(tag) && (space(tag[i]) || tag[i] == '/') {
			i++
		}
		if i >= len(tag) || tag[i] == '>' {
			return all
		}
		p := place{nameAt: i}
		for i++; i < len(tag) && !space(tag[i]) && tag[i] != '=' && tag[i] != '>' && tag[i] != '/'; {
			i++
		}
		p.name, p.start, p.end = tag[p.nameAt:i], i, i
		after := i
		for after < len(tag) && space(tag[after]) {
			after++
		}
		if after < len(tag) && tag[after] == '=' {
			i = after + 1
			for i < len(tag) && space(tag[i]) {
				i++
			}
			p.start = i
			i = endOfValue(tag, i, space)
			p.end = i
		}
		all = append(all, p)
	}
	return all
}

func endOfValue(tag string, i int, space func(byte) bool) int {
	if i >= len(tag) {
		return i
	}
	if q := tag[i]; q == '"' || q == '\'' {
		n := strings.IndexByte(tag[i+1:], q)
		if n < 0 {
			return len(tag)
		}
		return i + n + 2
	}
	for i < len(tag) && !space(tag[i]) && tag[i] != '>' {
		i++
	}
	return i
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
var quoter = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;")

func escape(s string) string { return escaper.Replace(s) }

func quote(s string) string { return `"` + quoter.Replace(s) + `"` }
