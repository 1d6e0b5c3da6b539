package staging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A segment is
//
//	"SCseg1"  sealed key's length (2 bytes, big endian)  sealed key  stream
//
// where the stream is JSON Lines, zstd, Tink streaming AEAD from the inside out.
// The header needs no check of its own: any change to it gives another key or
// another stream, and neither opens.
const segmentMagic = "SCseg1"

// MaxLine bounds a line, and so the memory that a reader needs: 64 MiB is a
// ticket of a thousand comments of 64 KiB, the longest that Zendesk takes.
const MaxLine = 64 << 20

// ErrLine: a line is longer than MaxLine, or is none.
var ErrLine = errors.New("staging: line is too long or holds a line break")

// Written says what WriteSegment wrote. It may stand in a manifest.
type Written struct {
	Lines  int    `json:"lines"`
	Plain  int64  `json:"plain"`  // bytes of the lines
	Bytes  int64  `json:"bytes"`  // of the object
	SHA256 string `json:"sha256"` // of the object, that is of ciphertext; hex
}

// WriteSegment writes a segment of the lines that write writes, under a fresh
// key sealed to the label's side. There is no object unless it returns nil.
func WriteSegment(ctx context.Context, store Store, to keyring.Sealer, l Label, write func(*SegmentWriter) error) (Written, error) {
	header, key, err := segmentHeader(ctx, to, l)
	if err != nil {
		return Written{}, wrapError("write segment", l.Object, err)
	}
	var done Written
	err = store.Put(ctx, l.Object, func(w io.Writer) error {
		sum := &sumWriter{w: w, hash: sha256.New()}
		if _, err := sum.Write(header); err != nil {
			return err
		}
		stream, err := encrypting(sum, key, l.segment())
		if err != nil {
			return err
		}
		if done.Lines, done.Plain, err = writeLines(stream, write); err != nil {
			return err
		}
		err = stream.Close()
		done.Bytes, done.SHA256 = sum.n, sum.hex()
		return err
	})
	if err != nil {
		return Written{}, wrapError("write segment", l.Object, err)
	}
	return done, nil
}

// segmentHeader makes the key of a segment and the header that holds it, sealed.
func segmentHeader(ctx context.Context, to keyring.Sealer, l Label) ([]byte, *keyset.Handle, error) {
	key, err := newStreamKey()
	if err != nil {
		return nil, nil, err
	}
	sealed, err := sealKey(ctx, key, to, l.Scope(), l.segment())
	if err != nil {
		return nil, nil, err
	}
	header := binary.BigEndian.AppendUint16([]byte(segmentMagic), uint16(len(sealed)))
	return append(header, sealed...), key, nil
}

// encoders are pooled because a new one allocates a megabyte and more.
// Concurrency 1 compresses in the caller's goroutine; the checksum is left out
// because the stream around it is authenticated.
var encoders = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(window))
	if err != nil {
		panic(err) // the options are constants
	}
	return e
}}

// window is how far back zstd looks: most segments are smaller than 1 MiB, and
// reader and writer hold this much.
const window = 1 << 20

// writeLines compresses what write writes into the stream. So an object's size
// tells how well its lines compress; to learn from that, somebody had to write
// into the help desk and to list our bucket, and a segment mixes a hundred records.
func writeLines(stream io.Writer, write func(*SegmentWriter) error) (lines int, plain int64, err error) {
	zip := encoders.Get().(*zstd.Encoder)
	zip.Reset(stream)
	defer func() {
		zip.Reset(nil) // let go of the stream
		encoders.Put(zip)
	}()
	w := newSegmentWriter(zip)
	if err := write(w); err != nil {
		return 0, 0, err
	}
	return w.lines, w.plain, zip.Close()
}

// A SegmentWriter writes the lines of a segment.
type SegmentWriter struct {
	to    io.Writer
	line  bytes.Buffer
	json  *json.Encoder
	lines int
	plain int64
}

func newSegmentWriter(to io.Writer) *SegmentWriter {
	w := &SegmentWriter{to: to}
	w.json = json.NewEncoder(&w.line)
	w.json.SetEscapeHTML(false) // bodies are full of <>& and nobody shows a segment in a browser
	return w
}

// Write writes a value as one line of JSON.
func (w *SegmentWriter) Write(line any) error {
	w.line.Reset()
	if err := w.json.Encode(line); err != nil {
		return err
	}
	return w.flush()
}

// WriteRaw writes a line that is JSON already and has no line break.
func (w *SegmentWriter) WriteRaw(line []byte) error {
	if bytes.IndexByte(line, '\n') >= 0 {
		return ErrLine
	}
	w.line.Reset()
	w.line.Write(line)
	w.line.WriteByte('\n')
	return w.flush()
}

// flush passes the line on. A line that a reader would refuse is refused here.
func (w *SegmentWriter) flush() error {
	if w.line.Len() > MaxLine {
		return ErrLine
	}
	n, err := w.to.Write(w.line.Bytes())
	w.lines++
	w.plain += int64(n)
	return err
}

// sumWriter counts and hashes what passes.
type sumWriter struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

func (s *sumWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.hash.Write(p[:n])
	s.n += int64(n)
	return n, err
}

func (s *sumWriter) hex() string { return hex.EncodeToString(s.hash.Sum(nil)) }
