package staging

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A blob's object is "SCblb1" and a Tink stream of the bytes as they are: most
// attachments are compressed already. Its key travels beside it, in the record
// that it is attached to, so that Reseal need not touch the object.
const blobMagic = "SCblb1"

// BlobWritten says what WriteBlob wrote.
type BlobWritten struct {
	helpdesk.Blob
	SHA256 string // of the bytes, hex. It tells of content: only into sealed records
	Size   int64  // of the bytes
}

// WriteBlob stages the bytes of an attachment under a fresh key, sealed to the
// label's side. There is no object unless it returns nil; an error of r is
// returned as it is.
func WriteBlob(ctx context.Context, store Store, to keyring.Sealer, l Label, r io.Reader) (BlobWritten, error) {
	binding := blobBinding(l.Scope(), l.Object)
	key, err := newStreamKey()
	if err != nil {
		return BlobWritten{}, wrapError("write blob", l.Object, err)
	}
	sealed, err := sealKey(ctx, key, to, l.Scope(), binding)
	if err != nil {
		return BlobWritten{}, wrapError("write blob", l.Object, err)
	}
	// The label of the key is the binding of the object, so the key opens nothing
	// but this object, and this object for nobody else.
	done := BlobWritten{Blob: helpdesk.Blob{Object: l.Object, Key: sealed}}
	err = store.Put(ctx, l.Object, func(w io.Writer) error {
		if _, err := io.WriteString(w, blobMagic); err != nil {
			return err
		}
		stream, err := encrypting(w, key, binding)
		if err != nil {
			return err
		}
		sum := sha256.New()
		if done.Size, err = io.Copy(io.MultiWriter(stream, sum), r); err != nil {
			return err
		}
		done.SHA256 = hex.EncodeToString(sum.Sum(nil))
		return stream.Close()
	})
	if err != nil {
		return BlobWritten{}, wrapError("write blob", l.Object, err)
	}
	return done, nil
}

// OpenBlob opens the bytes of a blob whose key is sealed to the scope. As with
// ReadSegment every byte is authentic, and that none is missing is known once
// Read returns io.EOF; errors are the same.
func OpenBlob(ctx context.Context, store Store, from keyring.Opener, s keyring.Scope, b helpdesk.Blob) (io.ReadCloser, error) {
	binding := blobBinding(s, b.Object)
	key, err := openKey(ctx, b.Key, from, s, binding)
	if err != nil {
		return nil, wrapError("open blob", b.Object, err)
	}
	object, err := store.Open(ctx, b.Object)
	if err != nil {
		return nil, wrapError("open blob", b.Object, err)
	}
	src := &source{r: object}
	magic := make([]byte, len(blobMagic))
	if _, err := io.ReadFull(src, magic); err != nil || string(magic) != blobMagic {
		object.Close()
		return nil, wrapError("open blob", b.Object, src.explain(io.ErrUnexpectedEOF))
	}
	plain, err := decrypting(src, key, binding)
	if err != nil {
		object.Close()
		return nil, wrapError("open blob", b.Object, err)
	}
	return &blobReader{plain, object, b.Object}, nil
}

// blobReader gives errors the object's name.
type blobReader struct {
	plain  io.Reader
	object io.Closer
	name   string
}

func (r *blobReader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	if err == io.EOF {
		return n, io.EOF
	}
	return n, wrapError("read blob", r.name, err)
}

func (r *blobReader) Close() error { return r.object.Close() }

// Reseal passes a blob from one side of a run to the other: the same object, its
// key sealed to the other side.
func Reseal(ctx context.Context, from keyring.Opener, old keyring.Scope, to keyring.Sealer, new keyring.Scope, b helpdesk.Blob) (helpdesk.Blob, error) {
	key, err := openKey(ctx, b.Key, from, old, blobBinding(old, b.Object))
	if err != nil {
		return helpdesk.Blob{}, wrapError("reseal blob", b.Object, err)
	}
	sealed, err := sealKey(ctx, key, to, new, blobBinding(new, b.Object))
	if err != nil {
		return helpdesk.Blob{}, wrapError("reseal blob", b.Object, err)
	}
	return helpdesk.Blob{Object: b.Object, Key: sealed}, nil
}
