package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strconv"
	"strings"
)

// Read walks the folders; a shard's own bundles come before the shards below it.
// Files that are no bundles by name are not looked at.
func (f *Folder) Read(ctx context.Context, prefix string) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		if prefix != "" && CheckShard(prefix) != nil {
			return // no shard can be called so
		}
		f.walk(ctx, prefix, yield)
	}
}

// walk yields the bundles of one shard and those below it, and says whether to
// go on.
func (f *Folder) walk(ctx context.Context, shard string, yield func(Stored, error) bool) bool {
	bundles, below, err := f.entries(shard)
	if err != nil {
		yield(Stored{}, err)
		return false
	}
	for _, seq := range bundles {
		s := Stored{Shard: shard, Seq: seq}
		if err = ctx.Err(); err == nil {
			s.Bytes, err = f.root.ReadFile(path.Join(shard, fileName(seq)))
		}
		if !yield(s, err) || err != nil {
			return false
		}
	}
	for _, name := range below {
		if !f.walk(ctx, name, yield) {
			return false
		}
	}
	return true
}

// entries lists what is in a folder, sorted: the seqs of its bundles, and the
// shards below it. A folder that is not there is empty.
func (f *Folder) entries(shard string) (bundles []int, below []string, err error) {
	dir := shard
	if dir == "" {
		dir = "."
	}
	found, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	for _, e := range found {
		seq, isBundle := parseFileName(e.Name())
		switch name := path.Join(shard, e.Name()); {
		case e.IsDir() && CheckShard(name) == nil:
			below = append(below, name)
		case !e.IsDir() && isBundle && shard != "":
			bundles = append(bundles, seq)
		}
	}
	return bundles, below, err
}

func fileName(seq int) string { return fmt.Sprintf("%08d%s", seq, suffix) }

func parseFileName(name string) (seq int, ok bool) {
	seq, err := strconv.Atoi(strings.TrimSuffix(name, suffix))
	return seq, err == nil && fileName(seq) == name
}

// CheckPlace refuses what no store takes as the place of a bundle.
func CheckPlace(shard string, seq int) error {
	if seq < 1 {
		return fmt.Errorf("audit: shard %s has no bundle %d", shard, seq)
	}
	return CheckShard(shard)
}

// CheckShard lets through names of letters, digits and ._-= in parts none of
// which is hidden.
func CheckShard(shard string) error {
	ok := len(shard) <= maxCode
	for part := range strings.SplitSeq(shard, "/") {
		ok = ok && part != "" && part[0] != '.' && !strings.ContainsFunc(part, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-=", r)
		})
	}
	if !ok {
		return fmt.Errorf("audit: %q is no name for a shard", shard)
	}
	return nil
}
