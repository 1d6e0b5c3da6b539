package rest

import (
	"errors"
	"io"
	"sync"
)

// A sending body is a stream to the help desk. It tells the watch that it moves,
// and keeps why it broke off: that is the caller's business and not the help
// desk's.
type sending struct {
	io.ReadCloser
	moved func()

	mu  sync.Mutex
	err error
}

func (s *sending) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.moved()
	if err != nil && !errors.Is(err, io.EOF) {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return n, err
}

func (s *sending) failure() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// A received body ends its exchange when it is closed.
type received struct {
	io.ReadCloser
	watch *watch
	end   func()
}

func (r *received) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.watch.moved()
	return n, err
}

// drained is how much of an answer is read for the connection's sake.
const drained = 64 << 10

// Close reads the little that may be left, because only then is the connection
// kept.
func (r *received) Close() error {
	_, _ = io.CopyN(io.Discard, r.ReadCloser, drained)
	err := r.ReadCloser.Close()
	r.end()
	return err
}
