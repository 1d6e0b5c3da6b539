package memory

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Desk is a help desk in this process. It may be used by several goroutines.
type Desk struct {
	options Options

	mu      sync.Mutex // guards what follows; no hook runs while it is held
	hooks   Hooks
	calls   map[string]int // of each operation, so far
	late    []func()       // requests that are under way still: see Land
	now     time.Time
	number  int // the id that was given away last
	changes int // so far; orders records that changed within one second
	shelves map[helpdesk.Kind]map[string]*entry
	tombs   map[helpdesk.Kind][]tomb
	files   map[string][]byte // bytes of attachments by locator
}

// A tomb stands where a record was.
type tomb struct {
	connectors.Gone
	position
}

// An entry is a record on the desk.
type entry struct {
	record  helpdesk.Record
	marker  string
	arrival int  // the change with which it came
	change  int  // the change that was its last
	hidden  bool // removed from a desk that only disables
}

// New returns an empty desk.
func New(o Options) *Desk {
	o = o.withDefaults()
	d := &Desk{options: o, now: o.Start, calls: map[string]int{}, files: map[string][]byte{},
		shelves: map[helpdesk.Kind]map[string]*entry{}, tombs: map[helpdesk.Kind][]tomb{}}
	for _, k := range helpdesk.Kinds() {
		d.shelves[k] = map[string]*entry{}
	}
	return d
}

// put stores the record as one that came just now. It takes the id from the
// record's Key, or gives the next one.
func (d *Desk) put(r helpdesk.Record, marker string) *entry {
	for r.Key == "" || d.shelves[r.Kind][r.Key] != nil {
		r.Key = d.nextID()
	}
	e := &entry{record: r, marker: marker, arrival: d.changes + 1}
	d.shelves[r.Kind][r.Key] = e
	d.touch(e)
	return e
}

// touch moves the clock and makes the entry the one that changed last.
func (d *Desk) touch(e *entry) {
	d.changes++
	d.now = d.now.Add(d.options.Tick)
	e.change = d.changes
	e.record.Changed = d.now.Truncate(time.Second)
}

// bury removes a record and remembers that it was there.
func (d *Desk) bury(k helpdesk.Kind, key, into string) {
	if d.shelves[k][key] == nil {
		return
	}
	delete(d.shelves[k], key)
	d.changes++
	d.now = d.now.Add(d.options.Tick)
	d.tombs[k] = append(d.tombs[k], tomb{connectors.Gone{Key: key, Into: into}, position{second: d.now.Unix(), change: d.changes}})
}

// tombOf returns what is known of a record that is gone.
func (d *Desk) tombOf(k helpdesk.Kind, key string) (connectors.Gone, bool) {
	i := slices.IndexFunc(d.tombs[k], func(t tomb) bool { return t.Key == key })
	if i < 0 {
		return connectors.Gone{}, false
	}
	return d.tombs[k][i].Gone, true
}

// Now is the time by the desk's clock.
func (d *Desk) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Advance lets time pass on the desk's clock.
func (d *Desk) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *Desk) nextID() string {
	d.number++
	return strconv.Itoa(d.number)
}

// find returns the entry that agents and accounts see under the id, or nil.
func (d *Desk) find(k helpdesk.Kind, id string) *entry {
	if e := d.shelves[k][id]; e != nil && !e.hidden {
		return e
	}
	return nil
}

// list returns the entries of kind k that are to be seen, first come first.
func (d *Desk) list(k helpdesk.Kind) []*entry {
	all := slices.Collect(maps.Values(d.shelves[k]))
	all = slices.DeleteFunc(all, func(e *entry) bool { return e.hidden })
	slices.SortFunc(all, func(a, b *entry) int { return cmp.Compare(a.arrival, b.arrival) })
	return all
}
