package sample

import (
	"hash/fnv"
	"math/bits"
)

// A dice is a stream of reproducible numbers (splitmix64). It is our own because
// the committed example must not change with a release of math/rand.
type dice struct{ state uint64 }

// newDice returns the dice for one thing, so that a change to one ticket leaves
// all others as they were.
func newDice(of string) *dice {
	h := fnv.New64a()
	h.Write([]byte(of))
	return &dice{h.Sum64()}
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n returns a number from 0 to n-1.
func (d *dice) n(n int) int {
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int(high)
}

// in returns a number from low to high, both included.
func (d *dice) in(low, high int) int { return low + d.n(high-low+1) }

// chance is true in so many of a hundred cases.
func (d *dice) chance(percent int) bool { return d.n(100) < percent }

// pick returns one of the list.
func pick[T any](d *dice, list []T) T { return list[d.n(len(list))] }

// bytes returns n bytes that no compressor makes smaller.
func (d *dice) bytes(n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		x := d.next()
		for range 8 {
			b = append(b, byte(x))
			x >>= 8
		}
	}
	return b[:n]
}
