package staging

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// ReadSegment goes over the lines of a segment, without their line breaks. A
// line belongs to the reader: it is good until the next one is asked for.
//
// A line that it gives was written under this label and in this place. Whether
// lines are missing at the end shows at the end: who may not act on half a
// segment waits for it. The error is ErrNotFound, ErrCorrupt, ErrLine for a line
// beyond MaxLine, or the Opener's: keyring.ErrRefused for another label,
// keyring.ErrForgotten for a destroyed key. Whatever else it is came from the
// Store and may pass.
func ReadSegment(ctx context.Context, store Store, from keyring.Opener, l Label) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r, err := openSegment(ctx, store, from, l)
		if err != nil {
			yield(nil, wrapError("read segment", l.Object, err))
			return
		}
		defer r.close()
		for {
			line, err := r.next(ctx)
			if err == io.EOF {
				return
			}
			if !yield(line, wrapError("read segment", l.Object, err)) || err != nil {
				return
			}
		}
	}
}

// segmentReader reads lines from zstd from a stream from an object.
type segmentReader struct {
	object io.Closer
	plain  *explained
	unzip  *zstd.Decoder
	lines  *bufio.Reader
	long   []byte // a line that does not fit in the buffer of lines
}

// openSegment opens what close lets go of.
func openSegment(ctx context.Context, store Store, from keyring.Opener, l Label) (*segmentReader, error) {
	object, err := store.Open(ctx, l.Object)
	if err != nil {
		return nil, err
	}
	plain, err := openStream(ctx, &source{r: object}, from, l)
	if err != nil {
		object.Close()
		return nil, err
	}
	unzip := decoders.Get().(*zstd.Decoder)
	unzip.Reset(plain)
	return &segmentReader{object: object, plain: plain, unzip: unzip, lines: bufio.NewReaderSize(unzip, chunk)}, nil
}

// openStream reads the header and opens the key in it. A header that ends too
// early is corrupt, unless it was the store that broke off.
func openStream(ctx context.Context, src *source, from keyring.Opener, l Label) (*explained, error) {
	var head [len(segmentMagic) + 2]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return nil, src.explain(io.ErrUnexpectedEOF)
	}
	if string(head[:len(segmentMagic)]) != segmentMagic {
		return nil, ErrCorrupt
	}
	sealed := make([]byte, binary.BigEndian.Uint16(head[len(segmentMagic):]))
	if _, err := io.ReadFull(src, sealed); err != nil {
		return nil, src.explain(io.ErrUnexpectedEOF)
	}
	key, err := openKey(ctx, sealed, from, l.Scope(), l.segment())
	if err != nil {
		return nil, err
	}
	return decrypting(src, key, l.segment())
}

// decoders are pooled like encoders. The largest window they take is the one that
// encoders use: more would let whoever can seal choose how much memory we need.
var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(window))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
}}

func (r *segmentReader) close() {
	r.unzip.Reset(nil)
	decoders.Put(r.unzip)
	r.object.Close()
}

// next returns the next line, or io.EOF once the stream was found whole.
func (r *segmentReader) next(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.long = r.long[:0]
	for {
		part, err := r.lines.ReadSlice('\n')
		switch {
		case err == nil && len(r.long) == 0:
			return part[:len(part)-1], nil
		case len(r.long)+len(part) > MaxLine:
			return nil, ErrLine
		}
		r.long = append(r.long, part...)
		switch {
		case err == nil:
			return r.long[:len(r.long)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		default:
			return nil, r.end(err)
		}
	}
}

// end says how the lines ended: with io.EOF only where the stream under them was
// whole and did not end within a line.
func (r *segmentReader) end(err error) error {
	whole := r.plain.whole()
	switch {
	case whole != io.EOF:
		return whole
	case err == io.EOF && len(r.long) == 0:
		return io.EOF
	default: // authentic, but not what WriteSegment writes
		return ErrCorrupt
	}
}
