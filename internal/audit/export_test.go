package audit

// Forge makes a bundle with a right link behind a head, as somebody could who
// may write to the store.
func Forge(h Head, events ...Event) []byte {
	for i := range events {
		events[i] = (&Writer{shard: h.Shard}).fill(events[i])
	}
	b, err := pack(h, events)
	if err != nil {
		panic(err)
	}
	return b
}

// After is the head behind a bundle of n events.
func (h Head) After(bundle []byte, n int) Head { return h.next(bundle, n) }

// ForgeOther is Forge with the shard, seq and count that the link is to say, and
// with events as they are if they have been in a log.
func ForgeOther(h Head, shard string, seq, n int, events ...Event) []byte {
	for i := range events {
		if events[i].V == 0 {
			events[i] = (&Writer{shard: shard}).fill(events[i])
		}
	}
	b, err := packLink(link{Version, shard, seq, h.Hash, n}, events)
	if err != nil {
		panic(err)
	}
	return b
}
