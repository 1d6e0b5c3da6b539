package privacy

import "math/bits"

// A table maps keys of words, and of sequences of them, to what they may be. It is
// a hash table with open addressing behind a filter: most words of a text are in
// no table, and one look at the filter, which stays in the processor's cache, says
// so.
type table struct {
	filter []uint64 // two bits of one word for each key, by its upper half
	shift  uint8    // 64 less the bits that address a bit of the filter
	slots  []slot
	narrow uint8    // 64 less the bits that address slots
	used   []uint32 // slots in use, so that a small table is emptied quickly
	n      int
	leads  leadSet // of the numbers among the forms
}

type slot struct {
	key    uint64 // 0 is free
	roles  role
	next   letters // with what the words start that go on an asStart
	person int32   // from 1; 0 for nobody, manyPeople for more than one
}

// letters is a set of letters, in which some share a bit.
type letters uint16

// lettersWith is the set of one folded letter.
func lettersWith(folded byte) letters { return 1 << (folded % 16) }

// manyPeople is the person of a form that several people share.
const manyPeople = -1

// newTable makes room for n keys without growing.
func newTable(n int) table { return sizedTable(n, 16) }

// sizedTable has so many bits of its filter for a key.
func sizedTable(n, perKey int) table {
	size, wide := 64, uint8(12)
	for size < 2*n {
		size *= 2
	}
	for 1<<wide < perKey*n && wide < 24 {
		wide++
	}
	return table{filter: make([]uint64, 1<<wide/64), shift: 64 - wide, slots: make([]slot, size), narrow: narrowTo(size)}
}

// narrowTo is how far a key is shifted to address a power of two.
func narrowTo(size int) uint8 { return uint8(64 - bits.TrailingZeros(uint(size))) }

// may reports false if the key is certainly not in the table.
func (t *table) may(key uint64) bool {
	if t.n == 0 {
		return false
	}
	at, bits := t.sieve(key)
	return t.filter[at]&bits == bits
}

// sieve is the word of the filter that a key has its bits in, and these. One bit would
// let three times as many strangers through.
func (t *table) sieve(key uint64) (at, bits uint64) {
	h := key >> ((t.shift - 6) & 63) // masked, a shift needs no test of its width
	return h >> 12, 1<<(h>>6&63) | 1<<(h&63)
}

// get returns the slot of a key, or nil.
func (t *table) get(key uint64) *slot {
	if !t.may(key) {
		return nil
	}
	return t.find(key)
}

// find is get behind the filter.
func (t *table) find(key uint64) *slot {
	mask := uint64(len(t.slots) - 1)
	for i := key >> (t.narrow & 63); ; i++ {
		s := &t.slots[i&mask]
		switch s.key {
		case key:
			return s
		case 0:
			return nil
		}
	}
}

// has reports whether the key is in the table.
func (t *table) has(key uint64) bool { return t.may(key) && t.find(key) != nil }

// put adds roles to a key and says whose form it is. The slot is good until the next put.
func (t *table) put(key uint64, roles role, person int32) *slot {
	if t.n >= len(t.slots)*3/4 {
		t.grow()
	}
	at, bits := t.sieve(key)
	t.filter[at] |= bits
	for i := key >> (t.narrow & 63); ; i++ {
		at := i & uint64(len(t.slots)-1)
		s := &t.slots[at]
		switch s.key {
		case 0:
			*s = slot{key: key, roles: roles, person: person}
			t.n++
			t.used = append(t.used, uint32(at))
			return s
		case key:
			s.roles |= roles
			if person != 0 && s.person != person {
				s.person = merged(s.person, person)
			}
			return s
		}
	}
}

func merged(a, b int32) int32 {
	if a == 0 {
		return b
	}
	return manyPeople
}

// grow doubles the table and its filter: one that is full of bits filters nothing.
func (t *table) grow() {
	old := t.slots
	leads := t.leads
	*t = newTable(len(old))
	t.leads = leads
	for _, s := range old {
		if s.key != 0 {
			t.put(s.key, s.roles, s.person).next = s.next
		}
	}
}

// empty takes all keys out and keeps the memory.
func (t *table) empty() {
	for _, at := range t.used {
		word, _ := t.sieve(t.slots[at].key)
		t.filter[word] = 0
		t.slots[at] = slot{}
	}
	t.n, t.used = 0, t.used[:0]
	clear(t.leads[:])
}
