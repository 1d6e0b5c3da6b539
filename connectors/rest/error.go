package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/safeconduct/safeconduct/connectors"
)

// A Status is an answer that is no success. Its text holds no content; Body is
// for the connector that knows how to read it.
type Status struct {
	Code int
	Name string // of the request
	Body []byte
}

func (s *Status) Error() string { return fmt.Sprintf("%s: status %d", s.Name, s.Code) }

// Is gives a status its meaning for callers who know no HTTP.
func (s *Status) Is(target error) bool {
	switch s.Code {
	case http.StatusNotFound, http.StatusGone:
		return target == connectors.ErrNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return target == connectors.ErrDenied
	case http.StatusBadRequest, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return target == connectors.ErrRejected
	}
	return target == connectors.ErrUnavailable
}

// advise is an error of package connectors with a sentence of what to do.
func advise(kind error, name, sentence string) error {
	return fmt.Errorf("%s: %w", name, &connectors.Advice{Sentence: sentence, Err: kind})
}

// broken is an answer that leaves open what happened.
func broken(name, why string) error {
	return fmt.Errorf("%s: %w: %s", name, connectors.ErrUnavailable, why)
}

// given is the error of a caller who gave up or had no more time.
func given(ctx context.Context, name string) error { return fmt.Errorf("%s: %w", name, ctx.Err()) }

func webPage(name string) error {
	return advise(connectors.ErrUnavailable, name,
		"A web page came back instead of the API's answer: check the address in the plan, and whether the help desk is under maintenance.")
}

func elsewhere(name string) error {
	return advise(connectors.ErrSettings, name, "The help desk sends us to another address: write the one in the plan that it sends to.")
}

// unsent turns what net/http says into an error that names neither address nor
// query, and says what to do where there is something.
func unsent(name string, err error) error {
	if s := sentence(err); s != "" {
		return advise(connectors.ErrSettings, name, s)
	}
	switch {
	case errors.Is(err, errRedirect):
		return elsewhere(name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return advise(connectors.ErrUnavailable, name, "Nothing listens at the address: check whether the help desk runs, and the address and port in the plan.")
	case strings.Contains(err.Error(), "TLS handshake timeout"): // net/http has no name for it
		return advise(connectors.ErrUnavailable, name, "What listens at the address does not speak TLS, or is very slow: check the port in the plan.")
	case errors.Is(err, errSilence):
		return broken(name, "no answer in time")
	}
	return broken(name, "no connection, or it broke")
}

// sentence is what to do about a connection that no waiting mends.
func sentence(err error) string {
	var host x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var dns *net.DNSError
	var verify *tls.CertificateVerificationError
	switch {
	case errors.As(err, &host):
		return "The certificate is for another name: write the address in the plan that it is for."
	case errors.As(err, &verify):
		return "The certificate is not trusted or has expired: add its authority to this system's certificates, or name a file with it in SSL_CERT_FILE."
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "There is no TLS at the address: check the port in the plan."
	case errors.As(err, &alert):
		return "The help desk refuses our TLS: it must take version 1.2 or above without a certificate of ours."
	case errors.As(err, &dns) && dns.IsNotFound:
		return "There is no host of that name: check the address in the plan."
	}
	return ""
}
