package rt

import "sync"

// maxRecent is how much of files is kept, in bytes.
const maxRecent = 16 << 20

// recent keeps the bytes of files that came along with the texts of a ticket,
// until somebody asks for them, which saves a request for each. RT never changes
// a file.
type recent struct {
	mu    sync.Mutex
	order []loose
	at    map[loose][]byte
	size  int
}

func (r *recent) put(p part) {
	content, ok := p.bytes()
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[loose][]byte{}
	}
	if _, known := r.at[p.ID]; known {
		return
	}
	r.at[p.ID], r.order, r.size = content, append(r.order, p.ID), r.size+len(content)
	for r.size > maxRecent {
		r.drop(r.order[0])
	}
}

// take gives the bytes of a file once.
func (r *recent) take(number loose) (content []byte, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	content, ok = r.at[number]
	if ok {
		r.drop(number)
	}
	return content, ok
}

func (r *recent) drop(number loose) {
	r.size -= len(r.at[number])
	delete(r.at, number)
	for len(r.order) > 0 && r.at[r.order[0]] == nil {
		r.order = r.order[1:]
	}
}

// bytes are those of a part in a list: texts come as texts, anything else as a
// sign for each byte. The length tells which it is.
func (p part) bytes() (content []byte, ok bool) {
	for _, sign := range p.Content {
		if sign > 0xff {
			content = nil
			break
		}
		content = append(content, byte(sign))
	}
	if int64(len(content)) == p.Length.int() && len(content) > 0 {
		return content, true
	}
	return []byte(p.Content), int64(len(p.Content)) == p.Length.int() && p.Content != ""
}
