package calls

import "bytes"

// shortest is how long a needle has to be: fewer bytes occur by chance.
const shortest = 6

// Needles are texts to search for, all at once.
type Needles struct {
	behind map[[shortest]byte][]int // first bytes → places in texts
	texts  [][]byte
}

// NewNeedles takes the texts that are long enough.
func NewNeedles(texts []string) *Needles {
	n := &Needles{behind: map[[shortest]byte][]int{}}
	for _, t := range texts {
		if len(t) >= shortest {
			first := [shortest]byte([]byte(t[:shortest]))
			n.behind[first] = append(n.behind[first], len(n.texts))
			n.texts = append(n.texts, []byte(t))
		}
	}
	return n
}

// In lists the needles that stand in the haystack, each once.
func (n *Needles) In(hay []byte) (found []string) {
	seen := map[int]bool{}
	for at := 0; at+shortest <= len(hay); at++ {
		for _, i := range n.behind[[shortest]byte(hay[at:])] {
			if !seen[i] && bytes.HasPrefix(hay[at:], n.texts[i]) {
				seen[i] = true
				found = append(found, string(n.texts[i]))
			}
		}
	}
	return found
}
