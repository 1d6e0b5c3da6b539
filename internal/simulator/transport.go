package simulator

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// errGone is what a client sees of a connection that was closed.
var errGone = errors.New("simulator: the connection was closed")

// Transport asks a platform without a socket, so that tests can run in a bubble
// of testing/synctest, in which hours pass at once.
type Transport struct{ Platform http.Handler }

// RoundTrip carries the request out.
func (t Transport) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	inner := r.Clone(r.Context())
	inner.RequestURI = r.URL.RequestURI()
	inner.RemoteAddr = "127.0.0.1:0"
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	defer inner.Body.Close()
	recorder := httptest.NewRecorder()
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			res, err = broken(recorder, r)
		} else if p != nil {
			panic(p)
		}
	}()
	t.Platform.ServeHTTP(recorder, inner)
	res = recorder.Result()
	res.Request = r
	return res, nil
}

// broken is what arrived of an answer before the connection was closed.
func broken(w *httptest.ResponseRecorder, r *http.Request) (*http.Response, error) {
	if w.Body.Len() == 0 {
		return nil, errGone
	}
	res := w.Result()
	res.Request = r
	res.ContentLength, _ = strconv.ParseInt(res.Header.Get("Content-Length"), 10, 64)
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(res.Body, cut{}), res.Body}
	return res, nil
}

// cut is the end of an answer that breaks off.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
