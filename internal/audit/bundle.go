package audit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// MaxBundle is how many events a bundle holds at most: gzip gains little beyond
// (17 KB for 256, measured), and a bundle stays far below DynamoDB's 400 KB.
const MaxBundle = 256

// maxPlain bounds what a bundle unpacks to, against a forged one that would fill
// the memory: 256 events of 16 KiB.
const maxPlain = MaxBundle * 16 << 10

// A bundle is gzip over lines of JSON: the link, and the events. What is hashed
// is the stored bytes, so that nothing depends on how JSON is written.
type link struct {
	V     int    `json:"v"`
	Shard string `json:"shard"`
	Seq   int    `json:"seq"`
	Prev  string `json:"prev"` // SHA-256 of the stored bytes of the bundle before; empty in the first
	N     int    `json:"n"`
}

// A Head is the end of a shard, as its writer left it. Kept elsewhere, it is the
// witness without which a tail could be cut off unseen.
type Head struct {
	Shard string `json:"shard"`
	Seq   int    `json:"seq"`  // of the last bundle; 0 if there is none
	Hash  string `json:"hash"` // SHA-256 of its stored bytes
	N     int    `json:"n"`    // events in all bundles
}

// next is the head once a bundle of n events follows.
func (h Head) next(bundle []byte, n int) Head {
	sum := sha256.Sum256(bundle)
	return Head{Shard: h.Shard, Seq: h.Seq + 1, Hash: hex.EncodeToString(sum[:]), N: h.N + n}
}

// pack makes the bundle that follows the head.
func pack(h Head, events []Event) ([]byte, error) {
	return packLink(link{Version, h.Shard, h.Seq + 1, h.Hash, len(events)}, events)
}

// packLink gives the same bytes for the same link and events: gzip's header holds
// neither time nor name.
func packLink(l link, events []Event) ([]byte, error) {
	var b bytes.Buffer
	zip := zips.Get().(*gzip.Writer)
	defer zips.Put(zip)
	zip.Reset(&b)
	lines := json.NewEncoder(zip)
	if err := lines.Encode(l); err != nil {
		return nil, err
	}
	for i := range events {
		if err := lines.Encode(&events[i]); err != nil {
			return nil, err
		}
	}
	err := zip.Close()
	return b.Bytes(), err
}

// zips are pooled because a new one allocates most of a megabyte.
var zips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

var errNotABundle = errors.New("is not a bundle")

// unpack is the inverse of pack. It takes nothing but one gzip member that is
// used up by the lines it announces.
func unpack(stored []byte) (link, []Event, error) {
	src := bytes.NewReader(stored)
	zip, err := gzip.NewReader(src)
	if err != nil {
		return link{}, nil, errNotABundle
	}
	zip.Multistream(false)
	plain, err := io.ReadAll(io.LimitReader(zip, maxPlain+1))
	if err != nil || src.Len() > 0 || len(plain) > maxPlain {
		return link{}, nil, errNotABundle
	}
	return parse(plain)
}

// parse splits the lines and holds them to the count in the link.
func parse(plain []byte) (l link, events []Event, err error) {
	lines := bytes.Split(bytes.TrimSuffix(plain, []byte("\n")), []byte("\n"))
	if err := json.Unmarshal(lines[0], &l); err != nil {
		return link{}, nil, errNotABundle
	}
	if l.N != len(lines)-1 {
		return link{}, nil, fmt.Errorf("holds %d events and announces %d", len(lines)-1, l.N)
	}
	events = make([]Event, l.N)
	for i := range events {
		if err := json.Unmarshal(lines[i+1], &events[i]); err != nil {
			return link{}, nil, errNotABundle
		}
	}
	return l, events, nil
}
