package privacy

// Ordinary are the names of a directory that are also ordinary words in the
// account's texts: "May", "Koch", "Mark". They are learned from those texts. The
// zero value knows nothing, and so does nil: then a name that stands alone is any
// word.
type Ordinary struct {
	directory *Directory
	buf       []byte
	texts     int
	counts    map[uint64]counted
	words     table
	done      bool
}

// counted is in how many texts a name stood alone, and the last of them.
type counted struct{ n, last int }

// A name is ordinary if it stood alone in more than one text in fifty whose people
// do not bear it, and in more than three. The share is that at which a prototype of
// this engine did best; nothing depends on it finely.
const (
	ordinaryShare = 50
	ordinaryLeast = 3
	// Fewer texts than these teach nothing.
	ordinaryTexts = 20
)

// Learn returns what is to learn from texts of the account.
func (d *Directory) Learn() *Ordinary {
	return &Ordinary{directory: d, counts: map[uint64]counted{}}
}

// Observe reads the texts of one ticket and the people on its record.
func (o *Ordinary) Observe(people *People, texts ...string) {
	of := People{}
	if people != nil {
		of = *people
	}
	of.Account, of.Ordinary = o.directory, o
	o.texts++
	s := scanners.Get().(*scanner)
	for _, text := range texts {
		o.buf = append(o.buf[:0], text...)
		s.begin(o.buf, &of)
		s.learning = true
		s.scan()
	}
	s.end()
}

// saw counts a name of the directory that stood alone.
func (o *Ordinary) saw(key uint64) {
	if c := o.counts[key]; c.last != o.texts {
		o.counts[key] = counted{c.n + 1, o.texts}
	}
}

// Settle ends learning.
func (o *Ordinary) Settle() {
	least := max(ordinaryLeast, o.texts/ordinaryShare)
	o.words = newTable(64)
	for key, c := range o.counts {
		if c.n > least {
			o.words.put(key, asCommon, 0)
		}
	}
	o.counts, o.done = nil, true
}

// settled reports whether anything was learned.
func (o *Ordinary) settled() bool { return o != nil && o.done && o.texts >= ordinaryTexts }

// has reports whether a name is an ordinary word here.
func (o *Ordinary) has(key uint64) bool { return o != nil && o.words.get(key) != nil }
