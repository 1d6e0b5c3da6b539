package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

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

func webPage(name string) error {
	return advise(connectors.ErrUnavailable, name,
		"A web page came back instead of the API's answer: check the address in the plan, and whether the help desk is under maintenance.")
}

// unsent turns what net/http says into an error that names neither address nor
// query, and says what to do where there is something.
func unsent(name string, err error) error {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", name, context.Canceled)
	case errors.Is(err, errRedirect):
		return advise(connectors.ErrSettings, name, "The help desk sends us to another address: write the one in the plan that it sends to.")
	case errors.As(err, &host):
		return advise(connectors.ErrSettings, name, "The certificate is for another name: write the address in the plan that it is for.")
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &verify):
		return advise(connectors.ErrSettings, name, "The certificate is not trusted: add its authority to the certificates of this system (or name a file with it in SSL_CERT_FILE).")
	case errors.As(err, &record):
		return advise(connectors.ErrSettings, name, "The address does not speak TLS: check the port in the plan.")
	case errors.As(err, &dns) && dns.IsNotFound:
		return advise(connectors.ErrSettings, name, "There is no host of that name: check the address in the plan.")
	case errors.Is(err, context.DeadlineExceeded):
		return broken(name, "no answer in time")
	}
	return broken(name, "no connection, or it broke")
}
