// Package gateway lets the handlers of internal/api answer what API Gateway's HTTP
// API hands to a Lambda function (payload format 2.0).
//
// It is our own because the adapter that AWS used to publish writes addresses of
// requests to the standard log, and knows neither claims nor stages (see
// docs/decisions).
package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/safeconduct/safeconduct/internal/api"
)

// Answer lets a handler answer an event. A request that can't be read as one is
// answered by 400 and nothing else.
func Answer(ctx context.Context, h http.Handler, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	r, err := request(ctx, e)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}
	}
	w := &writer{header: http.Header{}}
	h.ServeHTTP(w, r)
	return w.response()
}

// request is the event as net/http would have read it.
func request(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, err
		}
	}
	path := e.RawPath
	if stage := e.RequestContext.Stage; stage != "" && stage != "$default" {
		path = strings.TrimPrefix(path, "/"+stage)
	}
	u, err := url.ParseRequestURI(path)
	if err != nil {
		return nil, err
	}
	u.RawQuery = e.RawQueryString
	r, err := http.NewRequestWithContext(claimed(ctx, e), e.RequestContext.HTTP.Method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.RequestURI, r.Host, r.RemoteAddr = u.RequestURI(), e.RequestContext.DomainName, e.RequestContext.HTTP.SourceIP
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	return r, nil
}

// claimed takes the claims from the authorizer, which has checked the token, and
// from nowhere else.
func claimed(ctx context.Context, e events.APIGatewayV2HTTPRequest) context.Context {
	var claims map[string]string
	if a := e.RequestContext.Authorizer; a != nil && a.JWT != nil {
		claims = a.JWT.Claims
	}
	return api.WithClaims(ctx, claims, e.RequestContext.RequestID)
}

// A writer gathers an answer.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// response sends text as it is and everything else as base64.
func (w *writer) response() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	w.header.Del("Content-Length") // the gateway counts
	r := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
	for name, values := range w.header {
		r.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	kind := w.header.Get("Content-Type")
	if text := strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") || strings.HasSuffix(kind, "+json"); !text && w.body.Len() > 0 {
		r.Body, r.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return r
}
