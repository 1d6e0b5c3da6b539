package privacy

// A Directory is everybody an account has on record: up to some 100,000 people.
// Once built it is only read, by as many at a time as like.
type Directory struct {
	forms table
	adder former
	names []byte // of all people, one after the other
	ends  []uint32
}

// NewDirectory returns an empty directory with room for n people.
func NewDirectory(n int) *Directory {
	return &Directory{forms: newTable(5 * n), ends: make([]uint32, 0, n)}
}

// Add puts a person into the directory.
func (d *Directory) Add(id Identity) {
	d.names = append(d.names, id.name()...)
	d.ends = append(d.ends, uint32(len(d.names)))
	d.adder.into, d.adder.person = &d.forms, int32(len(d.ends))
	d.adder.add(id)
	d.forms.used = d.forms.used[:0] // it is never emptied
}

// Len is how many people were added.
func (d *Directory) Len() int {
	if d == nil {
		return 0
	}
	return len(d.ends)
}

func (d *Directory) name(n int) string {
	if d == nil || n < 1 || n > len(d.ends) {
		return ""
	}
	from := uint32(0)
	if n > 1 {
		from = d.ends[n-2]
	}
	return string(d.names[from:d.ends[n-1]])
}
