package sample

import (
	"strconv"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Acme returns the account that lies in examples/acme.
func Acme() Account {
	return build(scale{ordinary: 257, contacts: 90, thread: 200, body: 60_000, file: 200_000})
}

// Crash returns a small account with all the oddities of Acme, scaled down. Its
// tickets have the same keys. Write makes a CSV export of it; Records and Files
// fill a desk in memory.
func Crash() Account {
	return build(scale{ordinary: 7, contacts: 20, thread: 20, body: 6_000, file: 8_000})
}

func build(s scale) Account {
	d := &desk{scale: s, book: theBook(), files: map[string][]byte{}}
	d.cast = newCast(s.contacts, d.needed())
	var a Account
	a.Records = append(a.Records, definitions()...)
	a.Records = append(a.Records, groups()...)
	a.Records = append(a.Records, d.cast.organizations...)
	a.Records = append(a.Records, d.cast.agents...)
	a.Records = append(a.Records, d.cast.contacts...)
	a.Records = append(a.Records, d.tickets()...)
	a.Records = append(a.Records, d.articles()...)
	a.Files = d.files
	return a
}

// needed are the people whom scenarios call by name.
func (d *desk) needed() map[string]bool {
	needed := map[string]bool{"j.hargreaves@northwind.example.org": true}
	for _, s := range d.book.odd {
		needed[s.head["requester"]] = true
	}
	return needed
}

// tickets writes the tickets by key. Where there are fewer ordinary ones than
// keys between the odd ones, they are spread.
func (d *desk) tickets() []helpdesk.Record {
	odd := map[string]oddity{}
	for _, o := range oddities() {
		odd[o.key] = o
	}
	const keys = 300
	free, taken := keys-len(odd), 0
	scenarios := d.shuffled()
	var records []helpdesk.Record
	for n := range keys {
		key := strconv.Itoa(firstKey + n)
		if o, ok := odd[key]; ok {
			records = append(records, d.odd(o))
			continue
		}
		if taken*d.scale.ordinary/free != (taken+1)*d.scale.ordinary/free {
			records = append(records, d.ordinary(key, scenarios[taken%len(scenarios)]))
		}
		taken++
	}
	return records
}

// shuffled lists all ordinary scenarios in an order that is none.
func (d *desk) shuffled() []*scenario {
	dice := newDice("order of scenarios")
	list := append([]*scenario(nil), d.book.ordinary...)
	for i := range list {
		j := i + dice.n(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}
	return list
}
